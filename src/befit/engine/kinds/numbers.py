"""Numbers: how many, how much, the least, the greatest and the mean. Sums of doubles are exact up to rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from befit.engine.kinds.kind import MISSING

INT_MAX: Final = 2**63 - 1


class Total:
    """count and sum. State: the number."""

    def __init__(self, zero: int | float, counts: bool) -> None:
        self.empty: Any = zero
        self.counts = counts

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Add one, or the value."""
        if self.counts:
            return 1 if state is None else state + 1
        return within_int((self.empty if state is None else state) + value)

    def read(self, state: Any, now: int) -> Any:
        """The total."""
        return state

    def merge(self, one: Any, other: Any) -> Any:
        """Totals add."""
        return within_int(one + other)


class Extreme:
    """min and max. State: [value]."""

    empty: Any = MISSING

    def __init__(self, least: bool, make: Callable[[Any], Any], wrap: Callable[[Any], Any] | None) -> None:
        self.pick = min if least else max
        self.make = make
        self.wrap = wrap

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Keep the more extreme one."""
        value = self.make(value)
        return [value] if state is None else [self.pick(state[0], value)]

    def read(self, state: Any, now: int) -> Any:
        """The extreme value."""
        return state[0] if self.wrap is None else self.wrap(state[0])

    def merge(self, one: Any, other: Any) -> Any:
        """The more extreme of the two."""
        return [self.pick(one[0], other[0])]


class Mean:
    """mean. State: [sum, number of events]."""

    empty: Any = MISSING

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Add the value, and count it."""
        return [float(value), 1] if state is None else [state[0] + value, state[1] + 1]

    def read(self, state: Any, now: int) -> Any:
        """The arithmetic mean."""
        return state[0] / state[1]

    def merge(self, one: Any, other: Any) -> Any:
        """Sums and numbers add."""
        return [one[0] + other[0], one[1] + other[1]]


def within_int(number: Any) -> Any:
    """A sum of ints stays an int of CEL's: beyond 64 bits it stops at the greatest or least one."""
    if number.__class__ is not int or -INT_MAX <= number <= INT_MAX:
        return number
    return INT_MAX if number > 0 else -INT_MAX
