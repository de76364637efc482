"""Windows: what of a visitor's history a kind looks at: the last while, the current period, the session or page view."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final

from befit.engine.kinds.kind import MISSING, Kind
from befit.engine.kinds.numbers import Total, within_int
from befit.engine.limits import WINDOW_ENTRIES, WINDOW_EXACT

ORIGIN: Final = 4 * 86_400_000
"""Periods are counted from Monday, 1970-01-05, 00:00 UTC: so days begin at midnight UTC and weeks on Monday."""


def period_of(time: int, length: int) -> int:
    """The number of the period of this length that `time` lies in."""
    return (time - ORIGIN) // length


class Sliding:
    """A kind over the last `within` milliseconds. State: [[time, inner state], …] in order of time.

    Exact up to `WINDOW_ENTRIES` moments; beyond that the older entries stand for a bucket of 1/64 of the window, dated
    by its newest event, so that what left the window less than 1/64 of it ago may still count.
    """

    def __init__(self, inner: Kind, within: int) -> None:
        self.inner = inner
        self.empty: Any = inner.empty
        self.within = within

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Insert in order of time, drop what the newest entry has outlived, join the oldest when there are too many."""
        alone = self.inner.update(None, time, value)
        if state is None:
            return [[time, alone]]
        if time > state[-1][0]:
            state.append([time, alone])
        else:
            at = bisect_left(state, time, key=_time)
            if state[at][0] == time:
                state[at][1] = self.inner.merge(state[at][1], alone)
            else:
                state.insert(at, [time, alone])
        return self._bound(state)

    def read(self, state: Any, now: int) -> Any:
        """What the inner kind makes of the entries within the window."""
        start, merge = now - self.within, self.inner.merge
        total = None
        for time, part in state:
            if start < time <= now:
                total = part if total is None else merge(total, part)
        if total is not None:
            return self.inner.read(total, now)
        if self.empty is MISSING:
            raise KeyError
        return self.empty

    def merge(self, one: Any, other: Any) -> Any:
        """The entries of both, in order of time."""
        both: list[list[Any]] = []
        for time, part in sorted([*one, *other], key=_time):
            if both and both[-1][0] == time:
                both[-1][1] = self.inner.merge(both[-1][1], part)
            else:
                both.append([time, part])
        return self._bound(both)

    def _bound(self, state: list[list[Any]]) -> list[list[Any]]:
        start = state[-1][0] - self.within
        if state[0][0] <= start:
            state = [entry for entry in state if entry[0] > start]
        if len(state) <= WINDOW_ENTRIES:
            return state
        width = max(1, self.within // 64)
        joined: list[list[Any]] = []
        for time, part in state[:-WINDOW_EXACT]:
            if joined and joined[-1][0] // width == time // width:
                joined[-1] = [time, self.inner.merge(joined[-1][1], part)]
            else:
                joined.append([time, part])
        return joined + state[-WINDOW_EXACT:]


class SlidingTotal(Sliding):
    """count and sum over a sliding window: `Sliding`, written out because most windows are of this kind."""

    def __init__(self, zero: int | float, counts: bool, within: int) -> None:
        super().__init__(Total(zero, counts), within)
        self.counts = counts

    def update(self, state: Any, time: int, value: Any) -> Any:
        """As `Sliding.update`."""
        amount = 1 if self.counts else value
        if state is None:
            return [[time, amount]]
        last = state[-1]
        if time > last[0]:
            state.append([time, amount])
        elif time == last[0]:
            last[1] = within_int(last[1] + amount)
        else:
            at = bisect_left(state, time, key=_time)
            if state[at][0] == time:
                state[at][1] = within_int(state[at][1] + amount)
            else:
                state.insert(at, [time, amount])
        if state[0][0] > state[-1][0] - self.within and len(state) <= WINDOW_ENTRIES:
            return state
        return self._bound(state)

    def read(self, state: Any, now: int) -> Any:
        """Sum of the amounts within the window."""
        start = now - self.within
        total = self.empty
        for time, amount in state:
            if start < time <= now:
                total += amount
        return within_int(total)


class Rate(SlidingTotal):
    """rate: events per `per` milliseconds, over a sliding window."""

    def __init__(self, within: int, per: int) -> None:
        super().__init__(0, True, within)
        self.empty = 0.0
        self.per = per

    def read(self, state: Any, now: int) -> Any:
        """The events in the window, scaled to the unit of time."""
        return super().read(state, now) * self.per / self.within


class Tumbling:
    """A kind over the current period. State: [period, inner state]. An event of a period that is over is not needed any more."""

    def __init__(self, inner: Kind, each: int) -> None:
        self.inner = inner
        self.empty: Any = inner.empty
        self.each = each

    def update(self, state: Any, time: int, value: Any) -> Any:
        """A newer period starts afresh."""
        period = period_of(time, self.each)
        if state is None or period > state[0]:
            return [period, self.inner.update(None, time, value)]
        return [period, self.inner.update(state[1], time, value)] if period == state[0] else state

    def read(self, state: Any, now: int) -> Any:
        """The inner value, while its period lasts."""
        if state[0] == period_of(now, self.each):
            return self.inner.read(state[1], now)
        if self.empty is MISSING:
            raise KeyError
        return self.empty

    def merge(self, one: Any, other: Any) -> Any:
        """Of one period both count; of two the newer."""
        if one[0] == other[0]:
            return [one[0], self.inner.merge(one[1], other[1])]
        return max(one, other, key=_time)


class Scoped:
    """A kind within one session or page view. State: [scope id, inner state, when the scope began]."""

    def __init__(self, inner: Kind) -> None:
        self.inner = inner
        self.empty: Any = inner.empty

    def update(self, state: Any, time: int, value: Any) -> Any:
        """`value` is (scope id, when it began, inner value): another scope starts afresh."""
        scope, began, inner_value = value
        before = state[1] if state is not None and state[0] == scope else None
        return [scope, self.inner.update(before, time, inner_value), began]

    def read(self, state: Any, now: int) -> Any:
        """The inner value; whether the scope is still current is for the caller to know (`befit.engine.program`)."""
        return self.inner.read(state[1], now)

    def merge(self, one: Any, other: Any) -> Any:
        """Of one scope both count; of two the one that began later."""
        if one[0] == other[0]:
            return [one[0], self.inner.merge(one[1], other[1]), min(one[2], other[2])]
        return max(one, other, key=lambda state: (state[2], state[0]))


def _time(entry: list[Any]) -> Any:
    return entry[0]
