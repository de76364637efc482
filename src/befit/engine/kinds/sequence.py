"""Sequences: steps that must come in order; a step may be optional, be the absence of an event for some time, or be an
event that must not come between its neighbours.

What is looked for is a chain: one event for each step that is not left out, in order of time, with anything in between
but what is forbidden there. `within` bounds the time from its first event to its last one. An absence begins with the
newest event that the step before it may be, and is complete at the moment in which it has lasted long enough, before
events of that same moment. When a chain is complete, the sequence is, and everything before that moment is used up: the
next chain begins after it. Completeness stays, unless the sequence ends with an absence: then the absent event, or the
first step coming again, undoes it.

Absence is noticed by a timer, which comes back as an event (DESIGN §6.5), or by a later event; nothing here reads a clock.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from befit.engine.kinds.steps import CLOCK, DEAD, Ordered
from befit.engine.kinds.windows import Scoped
from befit.model import Signal

COMPLETED: Final = 1
HOLDS: Final = 2
GAPS: Final = 3


class Move(NamedTuple):
    """A step that an event takes: its bit, the gaps that lead into it (none: it begins a chain), those that follow it."""

    bit: int
    into: tuple[int, ...]
    out: tuple[int, ...]
    last: bool


class Wait(NamedTuple):
    """A step that is an absence: the gap that lasts so long (milliseconds), those that follow it."""

    gap: int
    lasts: int
    out: tuple[int, ...]
    last: bool


class Sequence(Ordered):
    """Follows one visitor through the steps.

    A gap lies between a step and one that may come next. Summary: [clock, time of the newest completion or 0, 1 while
    complete, then for each gap: when the latest chain that stands in it began, or DEAD, and, where an absence is awaited,
    when that came into it]. Of several chains in a gap the latest to begin suffices: whatever completes an earlier one
    within its time completes it too.
    """

    empty: Any = False

    def __init__(self, signal: Signal) -> None:
        steps = signal.steps
        taken = [number for number, step in enumerate(steps) if not step.forbidden]
        gaps = [(one, other) for one in taken for other in taken if one < other and self._follows(signal, one, other)]
        places = {gap: GAPS + 2 * number for number, gap in enumerate(gaps)}
        into = {step: tuple(places[gap] for gap in gaps if gap[1] == step) for step in taken}
        out = {step: tuple(places[gap] for gap in gaps if gap[0] == step) for step in taken}
        final = taken[-1]
        self.within = signal.within_ms
        self.size = GAPS + 2 * len(gaps)
        self.moves = [
            Move(1 << step, into[step], out[step], step == final)
            for step in reversed(taken)
            if not steps[step].absent_ms
        ]
        self.waits = [
            Wait(place, steps[step].absent_ms, out[step], step == final)
            for step in taken
            if steps[step].absent_ms
            for place in into[step]
        ]
        self.awaited = frozenset(wait.gap for wait in self.waits)
        self.ends = [(places[gap], ending) for gap in gaps if (ending := self._ending(signal, *gap))]
        self.undoes = 1 << final | 1 << taken[0] if steps[final].absent_ms else 0

    @staticmethod
    def _follows(signal: Signal, one: int, other: int) -> bool:
        """Whether all steps between these two may be left out."""
        return all(step.optional or step.forbidden for step in signal.steps[one + 1 : other])

    @staticmethod
    def _ending(signal: Signal, one: int, other: int) -> int:
        """The bits of the events that must not come in the gap between these two steps."""
        between = sum(1 << number for number in range(one + 1, other) if signal.steps[number].forbidden)
        return between | (1 << other if signal.steps[other].absent_ms else 0)

    def fresh(self) -> list[int]:
        """Nothing has begun."""
        return [0, 0, 0] + [DEAD, 0] * ((self.size - GAPS) // 2)

    def take(self, summary: list[int], time: int, mask: int) -> None:
        """What is forbidden ends its chains, then the event takes the last step that it can, and those before it."""
        if self.waits:
            self.settle(summary, time)
        elif time > summary[CLOCK]:
            summary[CLOCK] = time
        if mask & self.undoes:
            summary[HOLDS] = 0
        for gap, ending in self.ends:
            if mask & ending:
                summary[gap] = DEAD
        earliest = time - self.within if self.within else 0
        for bit, into, out, last in self.moves:
            if not mask & bit:
                continue
            start = time
            if into:
                start = max([summary[gap] for gap in into])
                if start < earliest or start == DEAD:
                    continue
            if last:
                self._complete(summary, time)
                return
            self._enter(summary, out, start, time)

    def settle(self, summary: list[int], clock: int) -> None:
        """Absences that are complete by then, in order of time."""
        while True:
            due, wait = self._next(summary)
            if wait is None or due > clock:
                break
            start, summary[wait.gap] = summary[wait.gap], DEAD
            if wait.last:
                self._complete(summary, due)
            self._enter(summary, wait.out, start, due)
        super().settle(summary, clock)

    def elapse(self, state: Any, due: int) -> Any:
        """The state after the timer for `due` came: the awaited absence has held, or the timer is an old one."""
        if self.due(state) == due:
            self.settle(state[0], due)
        return state

    def due(self, state: Any) -> int:
        """When the next awaited absence is complete, in milliseconds since the epoch; 0 when none is awaited."""
        return self._next(state[0])[0]

    def completed(self, state: Any) -> int:
        """When it was completed last; 0 for never."""
        return int(state[0][COMPLETED])

    def read(self, state: Any, now: int) -> bool:
        """Whether it is complete."""
        return bool(state[0][HOLDS])

    def _enter(self, summary: list[int], gaps: tuple[int, ...], start: int, time: int) -> None:
        for gap in gaps:
            if gap in self.awaited:
                summary[gap], summary[gap + 1] = start, time
            elif start > summary[gap]:
                summary[gap] = start

    def _next(self, summary: list[int]) -> tuple[int, Wait | None]:
        waiting = [(summary[wait.gap + 1] + wait.lasts, wait) for wait in self.waits if summary[wait.gap] != DEAD]
        return min(waiting, default=(0, None))

    def _complete(self, summary: list[int], time: int) -> None:
        summary[COMPLETED], summary[HOLDS] = time, 1
        for gap in range(GAPS, self.size, 2):
            summary[gap] = DEAD


class ScopedSequence(Scoped):
    """A sequence within one session or page view. State: as of `Scoped`."""

    inner: Sequence

    def elapse(self, state: Any, due: int) -> Any:
        """As `Sequence.elapse`."""
        self.inner.elapse(state[1], due)
        return state

    def due(self, state: Any) -> int:
        """As `Sequence.due`."""
        return self.inner.due(state[1])

    def completed(self, state: Any) -> int:
        """As `Sequence.completed`."""
        return self.inner.completed(state[1])
