"""CEL's operators: arithmetic with overflow checks, comparison and equality across types, index, `in` and size.

Source: the language definition of the Common Expression Language; where it leaves room, what Google's C++ evaluator
does (an int is rounded to a double before it is compared with one).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any, Final

from befit.cel.overload import Overload, no_overload, row
from befit.cel.values import (
    INT_MAX,
    INT_MIN,
    NONE,
    Duration,
    NoSuchKey,
    Optional,
    UInt,
    duration,
    integer,
    keys,
    kind,
    stored_key,
    timestamp,
    unsigned,
)
from befit.errors import EvaluationError

NUMERIC: Final = frozenset(("int", "uint", "double"))
_KEYS: Final = frozenset(("bool", "int", "uint", "double", "string"))


def equal(left: Any, right: Any) -> bool:
    """CEL's `==`: numbers compare across types, values of other different kinds are unequal, NaN equals nothing."""
    one, other = kind(left), kind(right)
    if one != other:
        return one in NUMERIC and other in NUMERIC and _numbers_equal(left, right)
    if one == "list":
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))
    if one == "map":
        return len(left) == len(right) and all(
            has_key(right, key) and equal(index(left, key), index(right, key)) for key in keys(left)
        )
    if one == "optional" and left.values and right.values:
        return equal(left.values[0], right.values[0])
    return bool(left == right)


def _numbers_equal(left: Any, right: Any) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        return float(left) == float(right)
    return bool(left == right)


def has_key(container: Mapping[Any, Any], key: Any) -> bool:
    """Whether a map has a key. Raises EvaluationError for what can be none."""
    if kind(key) not in _KEYS:
        raise no_overload("in", key, container)
    try:
        stored_key(container, key)
    except NoSuchKey:
        return False
    return True


def index(container: Any, key: Any) -> Any:
    """`container[key]` of a list, a map or an optional of one. Raises NoSuchKey, or EvaluationError for a bad index."""
    match kind(container):
        case "map":
            if kind(key) not in _KEYS:
                raise EvaluationError(f"invalid map key type: {kind(key)}")
            return container[stored_key(container, key)]
        case "list":
            return container[_position(container, key)]
        case "optional":
            return optional_index(container, key)
    raise no_overload("[]", container, key)


def _position(items: list[Any], key: Any) -> int:
    if kind(key) not in NUMERIC or key != key // 1:
        raise EvaluationError(f"a list index must be an integer, not {kind(key)}")
    if not 0 <= key < len(items):
        raise EvaluationError(f"index out of range: {key} of {len(items)}")
    return int(key)


def optional_index(container: Any, key: Any) -> Optional:
    """`container[?key]`: absent when there is no such key or position."""
    match kind(container):
        case "optional":
            return optional_index(container.values[0], key) if container.values else NONE
        case "map":
            return Optional(index(container, key)) if has_key(container, key) else NONE
        case "list" if kind(key) == "int":
            return Optional(container[key]) if 0 <= key < len(container) else NONE
    raise no_overload("[?]", container, key)


def select(operand: Any, field: str) -> Any:
    """`operand.field`. Raises NoSuchKey when a map does not have it."""
    match kind(operand):
        case "map":
            try:
                return operand[field]
            except KeyError:
                raise NoSuchKey(field) from None
        case "optional":
            return optional_select(operand, field)
    raise EvaluationError(f"{kind(operand)} has no fields (.{field})")


def optional_select(operand: Any, field: str) -> Optional:
    """`operand.?field`."""
    inner = kind(operand) == "optional" and operand.values and kind(operand.values[0])
    if kind(operand) == "map" or inner == "map" or operand == NONE:
        return optional_index(operand, field)
    raise EvaluationError(f"{inner or kind(operand)} has no fields (.?{field})")


def has(operand: Any, field: str) -> bool:
    """`has(operand.field)`: whether a map holds the key."""
    match kind(operand):
        case "map":
            return field in operand
        case "optional":
            return bool(optional_select(operand, field).values)
    raise EvaluationError(f"{kind(operand)} has no fields (has .{field})")


def contained(item: Any, container: Any) -> bool:
    """CEL's `in`, for lists and for the keys of maps."""
    match kind(container):
        case "list":
            return any(equal(item, other) for other in container)
        case "map":
            return has_key(container, item)
    raise no_overload("in", item, container)


def truth(value: Any) -> bool:
    """`value` if it is a bool; Python's own truth is none of CEL's."""
    if value is True or value is False:
        return bool(value)
    raise EvaluationError(f"no matching overload: {kind(value)} is not bool")


def negation(value: Any) -> bool:
    """CEL's `!`."""
    return not truth(value)


def items(range_: Any) -> Iterable[Any]:
    """What a macro iterates over: a list's items, a map's keys."""
    if kind(range_) == "list":
        return list(range_)
    if kind(range_) == "map":
        return keys(range_)
    raise EvaluationError(f"no matching overload: {kind(range_)} cannot be iterated over")


def _int_divide(left: int, right: int) -> int:
    if right == 0:
        raise EvaluationError("division by zero")
    quotient = abs(left) // abs(right)
    return integer(quotient if (left < 0) == (right < 0) else -quotient)


def _int_modulo(left: int, right: int) -> int:
    if right == 0:
        raise EvaluationError("modulus by zero")
    if left == INT_MIN and right == -1:
        raise EvaluationError("integer overflow")
    return abs(left) % abs(right) if left >= 0 else -(abs(left) % abs(right))


def _uint_divide(left: int, right: int) -> UInt:
    if right == 0:
        raise EvaluationError("division by zero")
    return UInt(left // right)


def _uint_modulo(left: int, right: int) -> UInt:
    if right == 0:
        raise EvaluationError("modulus by zero")
    return UInt(left % right)


def divide_double(left: float, right: float) -> float:
    """IEEE 754 division: by zero it gives an infinity or NaN, never an error."""
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _checked(expression: str) -> str:
    return f"({{t}} if {INT_MIN} <= ({{t}} := {expression}) <= {INT_MAX} else _integer({{t}}))"


def _arithmetic() -> list[Overload]:
    rows = []
    for sign, word, apply in (
        ("+", "add", operator.add),
        ("-", "subtract", operator.sub),
        ("*", "multiply", operator.mul),
    ):
        plain = f"({{0}} {sign} {{1}})"
        rows += [
            row(f"{word}_int64", sign, "int int", "int", _within(integer, apply), _checked(f"{{0}} {sign} {{1}}")),
            row(f"{word}_uint64", sign, "uint uint", "uint", _within(unsigned, apply)),
            row(f"{word}_double", sign, "double double", "double", apply, plain),
        ]
    for name in ("string", "bytes"):
        rows.append(row(f"add_{name}", "+", f"{name} {name}", name, operator.add, "({0} + {1})"))
    add, subtract = operator.add, operator.sub
    return [
        *rows,
        row("add_list", "+", "list list", "list(dyn)", lambda left, right: [*left, *right]),
        row("add_timestamp_duration", "+", "timestamp duration", "timestamp", _within(timestamp, add)),
        row("add_duration_timestamp", "+", "duration timestamp", "timestamp", _within(timestamp, add)),
        row("add_duration_duration", "+", "duration duration", "duration", _within(duration, add)),
        row("subtract_timestamp_timestamp", "-", "timestamp timestamp", "duration",
            lambda left, right: Duration(integer(left - right)), _checked("{0} - {1}"), "Duration"),
        row("subtract_timestamp_duration", "-", "timestamp duration", "timestamp", _within(timestamp, subtract)),
        row("subtract_duration_duration", "-", "duration duration", "duration", _within(duration, subtract)),
        row("divide_int64", "/", "int int", "int", _int_divide),
        row("divide_uint64", "/", "uint uint", "uint", _uint_divide),
        row("divide_double", "/", "double double", "double", divide_double),
        row("modulo_int64", "%", "int int", "int", _int_modulo),
        row("modulo_uint64", "%", "uint uint", "uint", _uint_modulo),
        row("negate_int64", "neg", "int", "int", lambda value: integer(-value), _checked("-{0}")),
        row("negate_double", "neg", "double", "double", operator.neg, "(-{0})"),
    ]  # fmt: skip


def _within(check: Callable[[Any], Any], apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: check(apply(int(left), int(right)))


def _rounded(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: compare(float(left), float(right))


_SIGNS: Final[tuple[tuple[str, str, Callable[[Any, Any], Any]], ...]] = (
    ("<", "less", operator.lt),
    ("<=", "less_equals", operator.le),
    (">", "greater", operator.gt),
    (">=", "greater_equals", operator.ge),
)
_NUMBERS: Final = (("int", "int64"), ("uint", "uint64"), ("double", "double"))


def _comparisons() -> list[Overload]:
    rows = []
    for sign, word, compare in _SIGNS:
        source = f"({{0}} {sign} {{1}})"
        rows += [
            row(f"{word}_{name}", sign, f"{name} {name}", "bool", compare, source)
            for name in ("bool", "string", "bytes", "timestamp", "duration")
        ]
        for (left, one), (right, other) in product(_NUMBERS, repeat=2):
            id_ = f"{word}_{one}" if one == other else f"{word}_{one}_{other}"
            mixed = left != right and "double" in (left, right)
            call = _rounded(compare) if mixed else compare
            rows.append(row(id_, sign, f"{left} {right}", "bool", call, "" if mixed else source))
    return rows


OVERLOADS: Final = [
    *_arithmetic(),
    *_comparisons(),
    row("equals", "==", "any any", "bool", equal),
    row("not_equals", "!=", "any any", "bool", lambda left, right: not equal(left, right)),
    row("in_list", "in", "any list", "bool", contained),
    row("in_map", "in", "any map", "bool", contained),
    row("index_list", "[]", "list any", "dyn", index),
    row("index_map", "[]", "map any", "dyn", index),
    row("optional_list_index_int", "[]", "optional any", "dyn", index),
    row("optional_map_index_value", "[]", "optional any", "dyn", index),
    row("list_optindex_optional_int", "[?]", "list any", "dyn", optional_index),
    row("map_optindex_optional_value", "[?]", "map any", "dyn", optional_index),
    row("optional_list_optindex_optional_int", "[?]", "optional any", "dyn", optional_index),
    row("optional_map_optindex_optional_value", "[?]", "optional any", "dyn", optional_index),
    row("select_optional_field", "?.", "any string", "dyn", optional_select),
    row("logical_not", "!", "bool", "bool", operator.not_, "(not {0})"),
    row("size_string", "size", "string", "int", len, "len({0})"),
    row("string_size", "size", "string", "int", len, "len({0})"),
    row("size_bytes", "size", "bytes", "int", len, "len({0})"),
    row("bytes_size", "size", "bytes", "int", len, "len({0})"),
    row("size_list", "size", "list", "int", len, "len({0})"),
    row("list_size", "size", "list", "int", len, "len({0})"),
    row("size_map", "size", "map", "int", len, "len({0})"),
    row("map_size", "size", "map", "int", len, "len({0})"),
]
