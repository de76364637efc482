"""distinct: how many different values there were."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from befit.engine.kinds.hyperloglog import estimate, sketch, unite
from befit.engine.limits import DISTINCT_VALUES

SHORT: Final = 16


def brief(value: Any) -> str:
    """A value as a key of at most `SHORT` bytes: longer ones by their hash, of which 60 bits make two alike improbable."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= SHORT and text.isascii():
        return text
    return "#" + blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()[1:]


class Distinct:
    """distinct. State: {value: 0} up to `DISTINCT_VALUES` values, where it is exact, and a HyperLogLog beyond (`bytes`)."""

    empty: Any = 0

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Add the value."""
        key = brief(value)
        if state is None:
            return {key: 0}
        if state.__class__ is bytes:
            return sketch((key,), state)
        state[key] = 0
        return state if len(state) <= DISTINCT_VALUES else sketch(state)

    def read(self, state: Any, now: int) -> Any:
        """The number of values; an estimate is never below what it was known to exceed."""
        return max(DISTINCT_VALUES + 1, round(estimate(state))) if state.__class__ is bytes else len(state)

    def merge(self, one: Any, other: Any) -> Any:
        """The union."""
        if one.__class__ is bytes:
            return unite(one, other) if other.__class__ is bytes else sketch(other, one)
        if other.__class__ is bytes:
            return sketch(one, other)
        both = {**one, **other}
        return both if len(both) <= DISTINCT_VALUES else sketch(both)


class RecentDistinct:
    """distinct over a sliding window. State: {value: time last seen}, those seen last at the end.

    The `DISTINCT_VALUES` values seen last are kept. So it is exact up to that number, where it stays however many more
    there are.
    """

    empty: Any = 0

    def __init__(self, within: int) -> None:
        self.within = within

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Remember when the value was last seen."""
        key = brief(value)
        if state is None:
            return {key: time}
        newest = state[next(reversed(state))]
        if time <= newest:
            if time <= state.get(key, time - 1):
                return state
            state[key] = time
            state = _ordered(state)
        else:
            state.pop(key, None)
            state[key] = newest = time
        return self._bound(state, newest)

    def read(self, state: Any, now: int) -> Any:
        """The number of values seen within the window."""
        start = now - self.within
        return sum(1 for time in state.values() if start < time <= now)

    def merge(self, one: Any, other: Any) -> Any:
        """The union, each value with the later of its times."""
        both = dict(one)
        for key, time in other.items():
            both[key] = max(time, both.get(key, time))
        return self._bound(_ordered(both), max(both.values()))

    def _bound(self, state: dict[str, int], newest: int) -> dict[str, int]:
        start = newest - self.within
        while True:
            oldest = next(iter(state))
            if state[oldest] > start and len(state) <= DISTINCT_VALUES:
                return state
            del state[oldest]


def _ordered(state: dict[str, int]) -> dict[str, int]:
    return dict(sorted(state.items(), key=lambda item: (item[1], item[0])))
