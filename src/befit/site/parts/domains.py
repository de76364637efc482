"""Sets of values that a cell of a decision table stands for: enough to see that rows overlap, or that one covers another.

A set is a row of spans. A span goes from one cut to another; a cut lies just before a value (0) or just after it (1).
Values of all kinds have one order: by kind, then by value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

Key = tuple[Any, ...]
Cut = tuple[Key, int]
Domain = tuple[tuple[Cut, Cut], ...]
"""Disjoint spans in order."""

_KINDS: Final = {bool: 0, int: 1, float: 1, str: 2}
_FIRST: Final[Cut] = ((-1,), 0)
_LAST: Final[Cut] = ((9,), 0)

ANY: Final[Domain] = ((_FIRST, _LAST),)


def key_of(value: Any) -> Key:
    """The place of a value (bool, number, text, or a time as a number) in the order."""
    kind = next(rank for class_, rank in _KINDS.items() if isinstance(value, class_))
    return (kind, value)


def cut(value: Any, after: bool, whole: bool = False) -> Cut:
    """The cut before or after a value; among whole numbers the one after 5 is the one before 6."""
    kind, number = key_of(value)
    return ((kind, number + 1), 0) if whole and after else ((kind, number), int(after))


def points(values: Iterable[Any], whole: bool = False) -> Domain:
    """Exactly these values."""
    return _joined((cut(value, False, whole), cut(value, True, whole)) for value in values)


def between(low: Cut | None, high: Cut | None) -> Domain:
    """The values of one kind from a cut to a cut; None is the beginning or the end of the kind."""
    kind = (low or high or _FIRST)[0][0]
    span = (low or ((kind,), 0), high or ((kind + 1,), 0))
    return (span,) if span[0] < span[1] else ()


def complement(domain: Domain) -> Domain:
    """All other values."""
    cuts = [_FIRST, *(each for span in domain for each in span), _LAST]
    return tuple((start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=True) if start < end)


def overlap(one: Domain, other: Domain) -> bool:
    """Whether some value lies in both."""
    return any(max(a, c) < min(b, d) for a, b in one for c, d in other)


def _joined(spans: Iterable[tuple[Cut, Cut]]) -> Domain:
    joined: list[tuple[Cut, Cut]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
