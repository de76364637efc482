"""Signal kinds: how a named value is kept up to date, event by event, and read at any later moment.

A kind is four pure functions over a state that msgpack can hold:

    update(state, time, value) -> state     one event (state None: the first one); events may come late and out of order
    read(state, now) -> value               the signal's CEL value; raises KeyError while it is not known
    merge(state, state) -> state            commutative and associative, so that all devices of a visitor converge
    empty                                   its value before the first event, or MISSING

Times are milliseconds. Windows are half-open in event time: at `now` a window of length w holds the events in (now - w, now].
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from math import log2
from typing import Any, Final, Protocol

from befit.engine.coercion import TIMES, plain
from befit.engine.limits import AFFINITY_KEYS, DISTINCT_VALUES, KEY_LENGTH, WINDOW_ENTRIES, WINDOW_EXACT
from befit.model import Signal

MISSING: Final = object()
FAINT: Final = 0.01
"""A decayed score below this is forgotten: a hundredth of one event of weight 1, some seven half-lives ago."""


class Kind(Protocol):
    """What every signal kind offers."""

    empty: Any

    def update(self, state: Any, time: int, value: Any) -> Any:
        """The state after one event at `time`; `value` is what the signal takes from it (None for count)."""

    def read(self, state: Any, now: int) -> Any:
        """The signal's value at `now`. Raises KeyError while it is not known."""

    def merge(self, one: Any, other: Any) -> Any:
        """The state of a visitor whose history was kept in two profiles."""


class Total:
    """count and sum over a lifetime. State: the number."""

    def __init__(self, zero: int | float, counts: bool) -> None:
        self.empty: Any = zero
        self.counts = counts

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Add one, or the value."""
        return (self.empty if state is None else state) + (1 if self.counts else value)

    def read(self, state: Any, now: int) -> Any:
        """The total."""
        return state

    def merge(self, one: Any, other: Any) -> Any:
        """Totals add."""
        return one + other


class Sliding:
    """count and sum over a sliding window. State: [[time, amount], …] in order of time.

    Exact up to `WINDOW_ENTRIES` events; beyond that the older entries stand for a bucket of 1/64 of the window, dated
    by its newest event, so that the value may be too high by at most what one such bucket holds.
    """

    def __init__(self, zero: int | float, counts: bool, within: int) -> None:
        self.empty: Any = zero
        self.counts = counts
        self.within = within

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Insert in order of time, drop what the newest entry has outlived, join the oldest when there are too many."""
        amount = 1 if self.counts else value
        entry = [time, amount]
        if state is None:
            return [entry]
        last = state[-1]
        if time == last[0]:
            last[1] += amount
        elif time > last[0]:
            state.append(entry)
        else:
            insort(state, entry)
        start = state[-1][0] - self.within
        if state[0][0] <= start:
            state = [kept for kept in state if kept[0] > start]
        return self._join(state) if len(state) > WINDOW_ENTRIES else state

    def read(self, state: Any, now: int) -> Any:
        """Sum of the amounts within the window."""
        start = now - self.within
        total = self.empty
        for time, amount in state:
            if start < time <= now:
                total += amount
        return total

    def merge(self, one: Any, other: Any) -> Any:
        """The events of both, in order of time."""
        both = sorted([*one, *other])
        start = both[-1][0] - self.within
        both = [list(entry) for entry in both if entry[0] > start]
        return self._join(both) if len(both) > WINDOW_ENTRIES else both

    def _join(self, state: list[list[Any]]) -> list[list[Any]]:
        width = max(1, self.within // 64)
        joined: list[list[Any]] = []
        for time, amount in state[:-WINDOW_EXACT]:
            if joined and joined[-1][0] // width == time // width:
                joined[-1] = [time, joined[-1][1] + amount]
            else:
                joined.append([time, amount])
        return joined + state[-WINDOW_EXACT:]


class Scalar:
    """last and first: the value of the newest (oldest) event. State: [time, value]."""

    empty: Any = MISSING

    def __init__(self, newest: bool, wrap: Callable[[Any], Any] | None, within: int = 0) -> None:
        self.newest = newest
        self.wrap = wrap
        self.within = within

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Keep the one that wins by event time; among equals, the later in the log for `last`, the earlier for `first`."""
        value = plain(value)
        if state is None or (time >= state[0] if self.newest else time < state[0]):
            return [time, value]
        return state

    def read(self, state: Any, now: int) -> Any:
        """The value, unless its event has left the window."""
        if self.within and state[0] <= now - self.within:
            raise KeyError
        return state[1] if self.wrap is None else self.wrap(state[1])

    def merge(self, one: Any, other: Any) -> Any:
        """The one that wins by event time; equals are told apart by their value, so that the order of merging is no matter."""
        order = sorted([one, other], key=lambda state: (state[0], str(type(state[1])), str(state[1])))
        return order[-1] if self.newest else order[0]


class Distinct:
    """How many different values. State: {value: time last seen}; exact up to `DISTINCT_VALUES`, where it stays."""

    empty: Any = 0

    def __init__(self, within: int) -> None:
        self.within = within

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Remember the value with the time it was last seen."""
        state = {} if state is None else state
        key = key_of(value)
        if time > state.get(key, -1):
            state[key] = time
        return self._bound(state)

    def read(self, state: Any, now: int) -> Any:
        """The number of values seen within the window."""
        if not self.within:
            return len(state)
        start = now - self.within
        return sum(1 for time in state.values() if start < time <= now)

    def merge(self, one: Any, other: Any) -> Any:
        """The union, each value with the later of its times."""
        both = dict(one)
        for key, time in other.items():
            both[key] = max(time, both.get(key, time))
        return self._bound(both)

    def _bound(self, state: dict[str, int]) -> dict[str, int]:
        if len(state) <= DISTINCT_VALUES:
            return state
        newest = sorted(state.items(), key=lambda item: (item[1], item[0]))[-DISTINCT_VALUES:]
        return dict(newest)


class Affinity:
    """A decayed score per key. State: {key: [score, time]}: the score as it was at `time`, halved every half-life since."""

    def __init__(self, half_life: int) -> None:
        self.half_life = half_life
        self.empty: Any = {}

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Add a weight: `value` is (key, weight)."""
        key, weight = value
        state = {} if state is None else state
        name = key_of(key)
        state[name] = self._add(state[name], [weight, time]) if name in state else [float(weight), time]
        return self._bound(state)

    def read(self, state: Any, now: int) -> Any:
        """{key: score at `now`}, best first; scores below `FAINT` are as good as none."""
        half_life = self.half_life
        scores = [(score * 2.0 ** ((time - now) / half_life), key) for key, (score, time) in state.items()]
        scores.sort(key=lambda pair: (-pair[0], pair[1]))
        return {key: score for score, key in scores if score >= FAINT}

    def merge(self, one: Any, other: Any) -> Any:
        """Scores add, brought to the later of their two times."""
        both = {key: list(entry) for key, entry in one.items()}
        for key, entry in other.items():
            both[key] = self._add(both[key], entry) if key in both else list(entry)
        return self._bound(both)

    def _add(self, one: list[Any], other: list[Any]) -> list[Any]:
        newer, older = (one, other) if one[1] >= other[1] else (other, one)
        return [newer[0] + older[0] * 2.0 ** ((older[1] - newer[1]) / self.half_life), newer[1]]

    def _rank(self, entry: list[Any]) -> float:
        return log2(entry[0]) + entry[1] / self.half_life if entry[0] > 0 else float("-inf")

    def _bound(self, state: dict[str, list[Any]]) -> dict[str, list[Any]]:
        if len(state) <= AFFINITY_KEYS:
            return state
        worst = min(state, key=lambda key: (self._rank(state[key]), key))
        return {key: entry for key, entry in state.items() if key != worst}


class Scoped:
    """A kind whose state counts only within one session or page view. State: [scope id, state, started]."""

    def __init__(self, inner: Kind) -> None:
        self.inner = inner
        self.empty: Any = inner.empty

    def update(self, state: Any, time: int, value: Any) -> Any:
        """`value` is (scope id, inner value): another scope starts afresh."""
        scope, inner_value = value
        before = state[1] if state is not None and state[0] == scope else None
        started = state[2] if before is not None else time
        return [scope, self.inner.update(before, time, inner_value), started]

    def read(self, state: Any, now: int) -> Any:
        """The inner value; whether the scope is still current is for the caller to know (`befit.engine.view`)."""
        return self.inner.read(state[1], now)

    def merge(self, one: Any, other: Any) -> Any:
        """Of one scope both count; of two the one that began later."""
        if one[0] == other[0]:
            return [one[0], self.inner.merge(one[1], other[1]), min(one[2], other[2])]
        return max(one, other, key=lambda state: (state[2], state[0]))


def key_of(value: Any) -> str:
    """A value as a key: strings as they are, others by their JSON-like form."""
    return (value if isinstance(value, str) else repr(value))[:KEY_LENGTH]


def kind_of(signal: Signal) -> Kind | None:
    """The kind that keeps this signal; None for those that need no state of their own (dwell, top) or are sequences."""
    inner = _lasting(signal, signal.within_ms if signal.window == "sliding" else 0)
    return Scoped(inner) if inner is not None and signal.window in ("session", "page") else inner


def _lasting(signal: Signal, within: int) -> Kind | None:
    match signal.kind:
        case "count" | "sum":
            zero = 0 if signal.type == "int" else 0.0
            counts = signal.kind == "count"
            return Sliding(zero, counts, within) if within else Total(zero, counts)
        case "last" | "first":
            return Scalar(signal.kind == "last", TIMES.get(signal.type), within)
        case "distinct":
            return Distinct(within)
        case "affinity":
            return Affinity(signal.half_life_ms)
    return None
