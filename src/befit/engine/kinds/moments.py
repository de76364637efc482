"""Moments: the value of the newest or oldest event, the time since the newest, and periods in a row that had one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from befit.cel import Duration
from befit.engine.coercion import plain
from befit.engine.kinds.kind import MISSING, cut
from befit.engine.kinds.windows import period_of
from befit.engine.limits import STREAK_RUNS

MS: Final = 1_000_000  # nanoseconds


class Scalar:
    """last and first: the value of the newest (oldest) event. State: [time, value]."""

    empty: Any = MISSING

    def __init__(self, newest: bool, wrap: Callable[[Any], Any] | None, within: int = 0) -> None:
        self.newest = newest
        self.wrap = wrap
        self.within = within

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Keep the one that wins by event time; among equals, the later in the log for `last`, the earlier for `first`."""
        if state is None or (time >= state[0] if self.newest else time < state[0]):
            return [time, cut(value) if value.__class__ is str else plain(value)]
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


class Recency:
    """recency: how long ago the newest event was. State: [time]."""

    empty: Any = MISSING

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Keep the newest time."""
        return [time] if state is None or time > state[0] else state

    def read(self, state: Any, now: int) -> Any:
        """The time since then; an event from the near future was just now."""
        return Duration(max(0, now - state[0]) * MS)

    def merge(self, one: Any, other: Any) -> Any:
        """The newer one."""
        return max(one, other)


class Streak:
    """streak: how many periods in a row, up to the current one or the one before it, had an event.

    State: [[first, last], …]: the newest `STREAK_RUNS` runs of periods that had one. So a gap closed by a late event
    counts, unless more than that many gaps lie after it.
    """

    empty: Any = 0

    def __init__(self, every: int) -> None:
        self.every = every

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Mark the event's period."""
        period = period_of(time, self.every)
        if state is not None and state[-1][0] <= period <= state[-1][1]:
            return state
        return _joined([*(state or ()), [period, period]])

    def read(self, state: Any, now: int) -> Any:
        """The length of the run that reaches the period of `now` or the one before."""
        current = period_of(now, self.every)
        for first, last in reversed(state):
            if first <= current:
                return min(last, current) - first + 1 if last >= current - 1 else 0
        return 0

    def merge(self, one: Any, other: Any) -> Any:
        """The periods of both."""
        return _joined([*one, *other])


def _joined(runs: list[list[int]]) -> list[list[int]]:
    """Runs that overlap or touch become one."""
    joined: list[list[int]] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return joined[-STREAK_RUNS:]
