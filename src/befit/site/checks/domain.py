"""Domain: the values that an expression may have, as a set with exact union, intersection and complement.

Numbers, texts, moments and durations are ranges; everything else that a value can be is one of a few single members, and
so are the two ways of having none: `absent` (what holds it is there, but it is not in it) and `broken` (its evaluation
errs in another way). Sets of texts count as dense, so emptiness is never claimed of a set that has a member.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from befit.cel.text import shown
from befit.cel.values import Duration, Timestamp, kind

Cut = tuple[int, Any, int]
"""A place between values: (0, value, 0) just before the value, (0, value, 1) just after it; BOTTOM and TOP are the ends."""

Ranges = tuple[Cut, ...]
"""Where ranges begin and end in turn, in ascending order."""

BOTTOM: Final[Cut] = (-1, 0, 0)
TOP: Final[Cut] = (1, 0, 0)
ALL: Final[Ranges] = (BOTTOM, TOP)

ORDERED: Final = ("number", "string", "timestamp", "duration")
VALUES: Final = frozenset(("true", "false", "null", "nan", "other"))
SINGLES: Final = VALUES | {"absent", "broken"}

EXACT: Final = 2**53
"""From here on a whole number and a double that differ may compare as equal, so nothing is said of such numbers."""

MOST_POINTS: Final = 64


class Domain(NamedTuple):
    """A set of values: the ranges of each ordered kind, in the order of `ORDERED`, and its single members."""

    ranges: tuple[Ranges, ...]
    singles: frozenset[str]

    def __and__(self, other: Domain) -> Domain:
        """What is in both."""
        ranges = tuple(_common(one, two) for one, two in zip(self.ranges, other.ranges, strict=True))
        return Domain(ranges, self.singles & other.singles)

    def __invert__(self) -> Domain:
        """What is not in it, errors included."""
        return Domain(tuple(_outside(ranges) for ranges in self.ranges), SINGLES - self.singles)

    def __bool__(self) -> bool:
        """Whether anything is in it."""
        return bool(self.singles) or any(self.ranges)

    def points(self) -> list[tuple[str, Any]] | None:
        """Its members as (kind, value), when they are few and each stands alone; otherwise None."""
        if sum(map(len, self.ranges)) > 2 * MOST_POINTS:
            return None
        found: list[tuple[str, Any]] = [(name, None) for name in sorted(self.singles)]
        for name, ranges in zip(ORDERED, self.ranges, strict=True):
            for low, high in _spans(ranges):
                if low[0] or high[0] or low[1] != high[1]:
                    return None
                found.append((name, low[1]))
        return found


class Union:
    """A growing union of domains, quick to ask and to add to however many there are."""

    def __init__(self) -> None:
        self._ranges: tuple[list[Cut], ...] = tuple([] for _ in ORDERED)
        self._singles: set[str] = set()

    def add(self, domain: Domain) -> None:
        """Take in the members of a domain."""
        self._singles |= domain.singles
        for held, ranges in zip(self._ranges, domain.ranges, strict=True):
            for low, high in _spans(ranges):
                start, end = bisect_left(held, low), bisect_right(held, high)
                held[start:end] = [low] * (start % 2 == 0) + [high] * (end % 2 == 0)

    def frozen(self) -> Domain:
        """The union as it is now."""
        return Domain(tuple(map(tuple, self._ranges)), frozenset(self._singles))

    def __contains__(self, domain: Domain) -> bool:
        return domain.singles <= self._singles and all(
            _contains(held, low, high)
            for held, ranges in zip(self._ranges, domain.ranges, strict=True)
            for low, high in _spans(ranges)
        )


NOTHING: Final = Domain(((),) * len(ORDERED), frozenset())
ANY_VALUE: Final = Domain((ALL,) * len(ORDERED), VALUES)
TRUE: Final = Domain(NOTHING.ranges, frozenset(("true",)))
FALSE: Final = Domain(NOTHING.ranges, frozenset(("false",)))
ABSENT: Final = Domain(NOTHING.ranges, frozenset(("absent",)))


def contains(outer: Domain, inner: Domain) -> bool:
    """Whether every member of `inner` is in `outer`."""
    if not inner.singles <= outer.singles:
        return False
    for one, two in zip(outer.ranges, inner.ranges, strict=True):
        for at in range(0, len(two), 2):
            if not _contains(one, two[at], two[at + 1]):
                return False
    return True


def of_values(values: Iterable[Any]) -> Domain | None:
    """The set of these values; None when equality with one of them cannot be told from its value alone."""
    union = Union()
    for value in values:
        domain = _of_value(value)
        if domain is None:
            return None
        union.add(domain)
    return union.frozen()


def compared(sign: str, value: Any) -> tuple[Domain, Domain] | None:
    """What makes `x < value` (or `<=`, `>`, `>=`) true, and what makes it false; None when that is not known."""
    name = _ordered_kind(value)
    if name is None:
        return None
    cut = (0, _plain(value), int(sign in ("<=", ">")))
    below, above = _ranged(name, (BOTTOM, cut)), _ranged(name, (cut, TOP))
    true, false = (below, above) if sign in ("<", "<=") else (above, below)
    return true, false._replace(singles=frozenset(("nan",))) if name == "number" else false


def described(domain: Domain) -> str:
    """The set in words, such as `more than 5` or `"a" or "b"`; empty when that would be too much to read."""
    for whole, word in ((ANY_VALUE, "known"), (ABSENT, "missing")):
        if domain == whole:
            return word
    points = domain.points()
    if points is not None:
        return _listed(points)
    outside = (ANY_VALUE & ~domain).points() if domain.singles <= VALUES else None
    if outside is not None:
        return f"something else than {_listed(outside)}" if outside else ""
    ranged = [(name, ranges) for name, ranges in zip(ORDERED, domain.ranges, strict=True) if ranges]
    if len(ranged) != 1 or len(ranged[0][1]) != 2 or domain.singles - {"nan"}:
        return ""
    name, (low, high) = ranged[0]
    words: list[str] = []
    if low != BOTTOM:
        words.append(f"{'more than' if low[2] else 'at least'} {_written(name, low[1])}")
    if high != TOP:
        words.append(f"{'at most' if high[2] else 'less than'} {_written(name, high[1])}")
    return " and ".join(words)


def _listed(points: list[tuple[str, Any]]) -> str:
    texts = [_written(name, value) for name, value in points]
    return " or ".join(texts) if len(texts) <= 3 else f"{' or '.join(texts[:3])} or …"


def _written(name: str, value: Any) -> str:
    if name in SINGLES:
        return {"absent": "missing", "broken": "missing"}.get(name, name)
    return shown({"timestamp": Timestamp, "duration": Duration}.get(name, lambda plain: plain)(value))


def _of_value(value: Any) -> Domain | None:
    if value is None or isinstance(value, bool):
        return Domain(NOTHING.ranges, frozenset(("null" if value is None else str(value).lower(),)))
    name = _ordered_kind(value)
    return None if name is None else _ranged(name, ((0, _plain(value), 0), (0, _plain(value), 1)))


def _ordered_kind(value: Any) -> str | None:
    name = kind(value)
    if name in ("int", "uint", "double"):
        return "number" if -EXACT < value < EXACT else None
    return name if name in ORDERED else None


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) else value


def _ranged(name: str, ranges: Ranges) -> Domain:
    return Domain(tuple(ranges if each == name else () for each in ORDERED), frozenset())


def _spans(ranges: Iterable[Cut]) -> Iterator[tuple[Cut, Cut]]:
    cuts = iter(ranges)
    return zip(cuts, cuts, strict=True)


def _contains(ranges: Any, low: Cut, high: Cut) -> bool:
    at = bisect_right(ranges, low)
    return bool(at % 2 and ranges[at] >= high)


def _common(one: Ranges, other: Ranges) -> Ranges:
    if one == ALL or not other:
        return other
    if other == ALL or not one:
        return one
    if len(one) > len(other):
        one, other = other, one
    found: list[Cut] = []
    for low, high in _spans(one):
        start, end = bisect_right(other, low), bisect_left(other, high)
        found += [low] * (start % 2)
        found += other[start:end]
        found += [high] * (end % 2)
    return tuple(found)


def _outside(ranges: Ranges) -> Ranges:
    start = ranges[1:] if ranges and ranges[0] == BOTTOM else (BOTTOM, *ranges)
    return start[:-1] if start and start[-1] == TOP else (*start, TOP)
