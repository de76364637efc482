"""Sequences: steps that must come in order, where a step may also be the absence of an event for some time.

State: [awaited step, time of the last step, time of the first step, time of completion or 0]. Absence is noticed by a
timer, which comes back as an event (DESIGN §6.5); nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from befit.model import Signal

Test = Callable[..., bool]


class Step(NamedTuple):
    """One step: an event by name that passes `test`, or its absence for `absent_ms`."""

    on: str
    test: Test | None
    absent_ms: int

    def matches(self, name: str, args: tuple[Any, ...]) -> bool:
        """Whether an event of this name, seen through the condition variables `args`, is this step's event."""
        return name == self.on and (self.test is None or self.test(*args))


class Sequence:
    """Follows one visitor through the steps. A sequence that ends in an absence is undone by the absent event or a new start."""

    empty: Any = False

    def __init__(self, signal: Signal, tests: list[Test | None]) -> None:
        self.steps = [Step(step.on, test, step.absent_ms) for step, test in zip(signal.steps, tests, strict=True)]
        self.within = signal.within_ms
        self.ends_absent = self.steps[-1].absent_ms > 0

    def advance(self, state: Any, time: int, name: str, args: tuple[Any, ...]) -> Any:
        """The state after one event; the same object when it does not concern this sequence."""
        if state is None:
            return self._start(None, time) if self.steps[0].matches(name, args) else None
        step, last, first, done = state
        if step == len(self.steps):
            if self.ends_absent and self.steps[-1].matches(name, args):
                return None
            return self._start(state, time) if self.steps[0].matches(name, args) else state
        awaited = self.steps[step]
        if awaited.absent_ms:
            if awaited.matches(name, args):
                return None
            if self.steps[step - 1].matches(name, args):
                return [step, max(last, time), first, done]
            return state
        if awaited.matches(name, args) and time >= last:
            if self.within and time - first > self.within:
                return self._start(state, time) if self.steps[0].matches(name, args) else None
            return self._reached(step + 1, time, first, done)
        if step == 1 and self.steps[0].matches(name, args):
            return self._start(state, max(last, time))
        return state

    def elapse(self, state: Any, due: int) -> Any:
        """The state after the timer for `due` came: the awaited absence has held, or the timer is an old one."""
        if state is None or self.due(state) != due:
            return state
        return self._reached(state[0] + 1, due, state[2], state[3])

    def due(self, state: Any) -> int:
        """When the awaited absence is complete, in milliseconds since the epoch; 0 when none is awaited."""
        if state is None or state[0] >= len(self.steps) or not self.steps[state[0]].absent_ms:
            return 0
        return int(state[1] + self.steps[state[0]].absent_ms)

    def read(self, state: Any, now: int) -> bool:
        """Whether it is complete. One that ends in an absence must have been completed by its latest start."""
        return bool(state[3]) and (not self.ends_absent or state[0] == len(self.steps))

    def merge(self, one: Any, other: Any) -> Any:
        """The one that is further; completion is kept."""
        best = max(one, other, key=lambda state: (state[0], state[1], state[2], state[3]))
        return [*best[:3], max(one[3], other[3])]

    def _start(self, state: Any, time: int) -> list[int]:
        return self._reached(1, time, time, 0 if state is None else state[3])

    def _reached(self, step: int, time: int, first: int, done: int) -> list[int]:
        return [step, time, first, time if step == len(self.steps) else done]
