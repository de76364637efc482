"""Pieces of generated Python, with what is known of their types and errors, and the helpers that the source refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from befit.cel import values
from befit.cel.operators import (
    contained,
    equal,
    has,
    index,
    items,
    optional_index,
    optional_select,
    select,
    truth,
)
from befit.cel.types import Parsed

PLAIN: Final = frozenset(("bool", "int", "uint", "string", "bytes", "timestamp", "duration", "null"))
"""Kinds whose equality is Python's own (a double's is not inside a list: NaN)."""

_EXACT_DOUBLE: Final = 2**53


def certain(test: Callable[[], Any]) -> bool:
    """Whether this is true; raising means that it is not."""
    try:
        return test() is True
    except Exception:
        return False


HELPERS: Final[Mapping[str, Any]] = {
    "_Duration": values.Duration,
    "_Timestamp": values.Timestamp,
    "_equal": equal,
    "_contained": contained,
    "_has": has,
    "_index": index,
    "_integer": values.integer,
    "_items": items,
    "_optional_index": optional_index,
    "_optional_select": optional_select,
    "_select": select,
    "_truth": truth,
    "_certain": certain,
    "_all": lambda range_, test: all(map(test, range_)),
    "_exists": lambda range_, test: any(map(test, range_)),
    "_exists_one": lambda range_, test: sum(map(test, range_)) == 1,
    "_map": lambda range_, value: list(map(value, range_)),
    "_filter": lambda range_, test: list(filter(test, range_)),
    "_filter_map": lambda range_, test, value: [value(item) for item in range_ if test(item)],
}


class NotGeneratedError(Exception):
    """A node that only the exact walk evaluates."""


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression.

    text     the source
    type     its static CEL type; a value of type dyn may be anything
    native   source of an equal value whose class does not matter (a plain int for a Duration)
    raises   whether it can raise
    decides  whether raising means that CEL errs
    """

    text: str
    type: Parsed
    native: str = ""
    raises: bool = True
    decides: bool = True

    @property
    def kind(self) -> str:
        """The kind of its value, or dyn."""
        return str(self.type[0])

    @property
    def plain(self) -> str:
        """The source to compute with."""
        return self.native or self.text


def joined(text: str, type_: Parsed, codes: Sequence[Code], raises: bool | None = None) -> Code:
    """Code made of other code: it raises when a part does, and an error of a part is its error."""
    any_raises = any(code.raises for code in codes) if raises is None else raises
    return Code(text, type_, "", any_raises, all(code.decides for code in codes))


def native_equality(left: Code, right: Code, sign: str) -> str:
    """Equality that Python decides alone, or nothing."""
    for one, other in ((right, left), (left, right)):
        if one.text in ("None", "True", "False") and other.kind in (one.kind, "dyn"):
            return f"({other.text} is {'not ' if sign == '!=' else ''}{one.text})"
    same = left.type == right.type
    texts = {left.kind, right.kind} in ({"string", "dyn"}, {"bytes", "dyn"})
    plain = left.kind in PLAIN or left.kind == "double" or (left.kind == "list" and left.type[1][0] in PLAIN)
    return f"({left.plain} {sign} {right.plain})" if texts or (same and plain) else ""


def is_small_number(text: str) -> bool:
    """Whether the source is a number below 2^53: an int and a double compare with it the same, rounded or not."""
    try:
        return abs(float(text)) < _EXACT_DOUBLE
    except ValueError:
        return False
