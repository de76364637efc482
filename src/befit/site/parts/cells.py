"""Cells of a decision table: `gold`, `[gold, silver]`, `'>= 100.0'`, `'10..20'`, `'not gold'`, `'-'`; typed by their column."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import yaml

from befit.cel import Duration, EvaluationError, Timestamp, UInt
from befit.cel.ast import Node, literal
from befit.model import Condition
from befit.site.checks.domain import ANY_VALUE, NOTHING, Domain, compared, of_values
from befit.site.durations import duration_ms
from befit.site.expressions import UNCHECKED
from befit.site.item import Item
from befit.site.scalars import value_of

EXAMPLES: Final = {
    "bool": "true or false",
    "int": "5",
    "uint": "5",
    "double": "5.0",
    "string": "gold",
    "duration": "10m",
    "timestamp": "2026-11-27T00:00:00Z",
    "dyn": "gold or 5",
}
"""The types that a column can have, each with a value of it."""

WHOLE: Final = ("int", "uint", "duration", "timestamp")
"""Types whose values are counted out."""

UNORDERED: Final = ("string", "bool")
"""Types whose cells only ask whether a value is the same."""

_COMPARISON: Final = re.compile(r"(>=|<=|==|!=|>|<)\s*(.+)", re.DOTALL)
_NOT: Final = re.compile(r"not\s+(.+)", re.DOTALL)
_RANGE: Final = re.compile(r"(\S*)\s*\.\.\s*(\S*)")
_SIMPLE: Final = re.compile(r"[\w.]+")


class Column(NamedTuple):
    """A column: its name and the expression whose values its cells speak of."""

    name: str
    value: Condition

    @property
    def source(self) -> str:
        """The expression, as an operand."""
        return self.value.source if _SIMPLE.fullmatch(self.value.source) else f"({self.value.source})"


class Cell(NamedTuple):
    """What a cell says of its column's value: as CEL, in portable form, and as a set of values. No `source`: anything."""

    source: str = ""
    ast: Node = None
    domain: Domain = ANY_VALUE


def read_cell(item: Item | None, column: Column) -> Cell:
    """One cell; a missing one says nothing. What does not fit the column's type is reported."""
    if item is None or column.value is UNCHECKED:
        return Cell()
    if item.is_list:
        values = [value for each in item.elements() if (value := _whole_cell(each, column)) is not None]
        return _one_of(values, column) if values else Cell()
    value = item.value()
    if isinstance(value, str):
        return Cell() if value.strip() == "-" else _text(item, value.strip(), column)
    found = _whole_cell(item, column)
    return Cell() if found is None else _comparison("==", found, column)


def _text(item: Item, text: str, column: Column) -> Cell:
    comparison, other, span = _COMPARISON.fullmatch(text), _NOT.fullmatch(text), _RANGE.fullmatch(text)
    if comparison or other:
        sign, operand = (comparison[1], comparison[2]) if comparison else ("!=", other[1] if other else "")
        if sign not in ("==", "!=") and column.value.type in UNORDERED:
            hint = f"write `== {text}` for exactly this text" if column.value.type == "string" else ""
            item.error(f"`{column.name}` is a {column.value.type}, which {sign} does not compare here", hint)
            return Cell()
        value = _operand(item, operand, column)
        return Cell() if value is None else _comparison(sign, value, column)
    if span and column.value.type not in UNORDERED and (span[1] or span[2]) and _is_span(span, column):
        low, high = (_operand(item, end, column) if end else None for end in span.groups())
        return _between(item, low, high, column)
    value = _typed(item, text, column)
    return Cell() if value is None else _comparison("==", value, column)


def _is_span(span: re.Match[str], column: Column) -> bool:
    """In a column that may hold texts, only numbers have spans between them."""
    ends = [_plain(end) for end in span.groups() if end]
    return column.value.type != "dyn" or not any(isinstance(end, (str, bool)) for end in ends)


def _between(item: Item, low: Any, high: Any, column: Column) -> Cell:
    cells = []
    if low is not None:
        cells.append(_comparison(">=", low, column))
    if high is not None:
        cells.append(_comparison("<", high, column))
    if len(cells) < 2:
        return cells[0] if cells else Cell()
    if high <= low:
        item.error("nothing lies between these", "a range has its lower end first, which belongs to it: 10..20")
        return Cell()
    return Cell(
        f"{cells[0].source} && {cells[1].source}",
        ["&&", cells[0].ast, cells[1].ast],
        cells[0].domain & cells[1].domain,
    )


def _comparison(sign: str, value: Any, column: Column) -> Cell:
    source = f"{column.source} {sign} {_cel(value)}"
    return Cell(source, [sign, column.value.ast, literal(value)], _domain(sign, value, column))


def _domain(sign: str, value: Any, column: Column) -> Domain:
    """The values for which a comparison holds; none when that is not known."""
    if sign in ("==", "!="):
        equal = of_values([value])
        if column.value.type == "bool" and sign == "!=":
            equal, sign = of_values([not value]), "=="
        return NOTHING if equal is None else equal if sign == "==" else ANY_VALUE & ~equal
    if column.value.type in WHOLE and sign in ("<=", ">"):  # there is nothing between 5 and 6
        sign, value = {"<=": "<", ">": ">="}[sign], value.__class__(value + 1)
    found = compared(sign, value)
    return NOTHING if found is None else found[0]


def _one_of(values: list[Any], column: Column) -> Cell:
    return Cell(
        f"{column.source} in [{', '.join(map(_cel, values))}]",
        ["in", column.value.ast, ["list", *map(literal, values)]],
        of_values(values) or NOTHING,
    )


def _whole_cell(item: Item, column: Column) -> Any:
    if item.is_list or item.is_mapping:
        item.error("must be a single value")
        return None
    return _typed(item, item.value(), column)


def _operand(item: Item, text: str, column: Column) -> Any:
    """A value that is part of a text: read as YAML reads it, except that texts stay texts."""
    return _typed(item, text if column.value.type == "string" else _plain(text), column)


def _plain(text: str) -> Any:
    return value_of(yaml.ScalarNode("", text))


def _typed(item: Item, value: Any, column: Column) -> Any:
    """A value as the column's type has it; None when it was reported."""
    type_ = column.value.type
    found = _CONVERT[type_](value)
    if found is None:
        shown = json.dumps(value, ensure_ascii=False)
        hint = "put it in quotes" if type_ == "string" else f"such as {EXAMPLES[type_]}"
        item.error(f"`{column.name}` is a {type_}, and this is {shown}", hint)
    return found


def _int(value: Any) -> int | None:
    return value if value.__class__ is int and -(2**63) <= value < 2**63 else None


def _double(value: Any) -> float | None:
    return float(value) if value.__class__ in (int, float) and math.isfinite(value) else None


def _timestamp(value: Any) -> Timestamp | None:
    try:
        return Timestamp.parse(value) if isinstance(value, str) else None
    except EvaluationError:
        return None


def _duration(value: Any) -> Duration | None:
    ms = 0 if value == "0s" else duration_ms(value) if isinstance(value, str) else None
    return None if ms is None else Duration.from_ms(ms)


_CONVERT: Final[dict[str, Callable[[Any], Any]]] = {
    "bool": lambda value: value if isinstance(value, bool) else None,
    "int": _int,
    "uint": lambda value: UInt(value) if (_int(value) or 0) >= 0 and value.__class__ is int else None,
    "double": _double,
    "string": lambda value: value if isinstance(value, str) else None,
    "timestamp": _timestamp,
    "duration": _duration,
    "dyn": lambda value: (
        value if isinstance(value, (bool, str)) else _int(value) if isinstance(value, int) else _double(value)
    ),
}


def _cel(value: Any) -> str:
    """A value as CEL writes it."""
    match value:
        case Timestamp() | Duration():
            return f'{type(value).__name__.lower()}("{value}")'
        case UInt():
            return f"{int(value)}u"
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
    return repr(value)
