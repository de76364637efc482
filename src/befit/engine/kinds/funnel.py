"""Funnels: how many of the steps a visitor has reached in order, at best."""

from __future__ import annotations

from typing import Any, Final

from befit.engine.kinds.steps import CLOCK, DEAD, Ordered
from befit.model import Signal

BEST: Final = 1
REACHED: Final = 2


class Funnel(Ordered):
    """The longest chain so far: an event for each step from the first on, in order of time, all within a time of the first.

    Summary: [clock, number of steps reached at best, then for each step: the first event of the latest chain that has
    reached it, or DEAD].
    """

    empty: Any = 0

    def __init__(self, signal: Signal) -> None:
        self.length = len(signal.steps)
        self.within = signal.within_ms

    def fresh(self) -> list[int]:
        """No step was reached."""
        return [0, 0] + [DEAD] * self.length

    def take(self, summary: list[int], time: int, mask: int) -> None:
        """The event takes the last step that it can, and those before it."""
        summary[CLOCK] = max(summary[CLOCK], time)
        earliest = time - self.within if self.within else 0
        for step in range(self.length - 1, -1, -1):
            if not mask >> step & 1:
                continue
            start = summary[REACHED + step - 1] if step else time
            if start != DEAD and start >= earliest:
                summary[REACHED + step] = start
                summary[BEST] = max(summary[BEST], step + 1)

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Take an event; nothing is better than the end."""
        if state is not None and state[0][BEST] == self.length:
            return state
        return self._done(super().update(state, time, value))

    def merge(self, one: Any, other: Any) -> Any:
        """The events of both in order."""
        for state in (one, other):
            if state[0][BEST] == self.length:
                return self._done(state)
        return self._done(super().merge(one, other))

    def read(self, state: Any, now: int) -> int:
        """The number of steps reached."""
        return int(state[0][BEST])

    def _done(self, state: Any) -> Any:
        """Once the end was reached, nothing else needs to be remembered."""
        return [[0, self.length], [], None] if state[0][BEST] == self.length else state
