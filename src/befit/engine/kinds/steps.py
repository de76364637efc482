"""Steps: what sequences and funnels have in common: events that count by their order, though they come in out of order.

An event is reduced to its time and its mask: the bits of the steps that it may be. The newest `STEP_EVENTS` of these
are remembered; older ones live on in a summary. So a late event counts where its time belongs, as if everything had
come in order of time (events of the same millisecond: in order of the steps), unless it is older than all that is
remembered: then it is left out.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from typing import Any, Final

from befit.engine.limits import STEP_EVENTS
from befit.model import SequenceStep

Test = Callable[..., bool]
CLOCK: Final = 0
"""Place in every summary of the time up to which it is known what happened."""
DEAD: Final = -1
"""Stands for the time of something that has not begun."""


class Steps:
    """Which steps an event may be."""

    __slots__ = ("by_event",)

    def __init__(self, steps: Iterable[SequenceStep], tests: Iterable[Test | None]) -> None:
        self.by_event: dict[str, list[tuple[int, Test | None]]] = {}
        for number, (step, test) in enumerate(zip(steps, tests, strict=True)):
            self.by_event.setdefault(step.on, []).append((1 << number, test))

    def mask(self, name: str, args: tuple[Any, ...]) -> int:
        """The bits of the steps that an event of this name is, seen through the condition variables `args`."""
        mask = 0
        for bit, test in self.by_event.get(name, ()):
            if test is None or test(*args):
                mask |= bit
        return mask


class Ordered:
    """A kind over masks in order of time.

    State: [summary, newest, older]: what all events add up to; the newest of them, as [[time, mask], …] in order; and
    the summary of those before, None while there are none. A summary is a list of ints, its clock first.
    """

    def fresh(self) -> list[int]:
        """The summary of no events."""
        raise NotImplementedError

    def take(self, summary: list[int], time: int, mask: int) -> None:
        """Add an event that is not older than the summary's clock."""
        raise NotImplementedError

    def settle(self, summary: list[int], clock: int) -> None:
        """Let time pass without an event."""
        summary[CLOCK] = max(summary[CLOCK], clock)

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Take an event; `value` is its mask."""
        summary, newest, older = (self.fresh(), [], None) if state is None else state
        if older is not None and time < older[CLOCK]:
            return state
        entry = [time, value]
        if not newest or (time >= summary[CLOCK] and entry >= newest[-1]):
            newest.append(entry)
            self.take(summary, time, value)
            return [summary, newest, self._forget(newest, older)]
        insort(newest, entry)
        older = self._forget(newest, older)
        return [self._replay(older, newest, summary[CLOCK]), newest, older]

    def merge(self, one: Any, other: Any) -> Any:
        """The events of both in order. Exact as long as nothing has been summed up; otherwise each summary counts for its part."""
        newest = sorted([*one[1], *other[1]])
        olds = [list(state[2]) for state in (one, other) if state[2] is not None]
        older = [max(pair) for pair in zip(*olds, strict=True)] if olds else None
        older = self._forget(newest, older)
        return [self._replay(older, newest, max(one[0][CLOCK], other[0][CLOCK])), newest, older]

    def _forget(self, newest: list[list[int]], older: list[int] | None) -> list[int] | None:
        while len(newest) > STEP_EVENTS:
            time, mask = newest.pop(0)
            older = self.fresh() if older is None else older
            self.take(older, time, mask)
        return older

    def _replay(self, older: list[int] | None, newest: list[list[int]], clock: int) -> list[int]:
        summary = self.fresh() if older is None else list(older)
        for time, mask in newest:
            self.take(summary, time, mask)
        self.settle(summary, clock)
        return summary
