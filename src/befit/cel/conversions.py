"""CEL's conversions (`int("5")`, `string(1.5)`, `timestamp(0)`…), `type()` and optional values."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Final

from befit.cel.operators import NUMERIC
from befit.cel.overload import row
from befit.cel.values import (
    INT_MAX,
    NONE,
    SECOND,
    UINT_MAX,
    Duration,
    Optional,
    Timestamp,
    TypeName,
    UInt,
    integer,
    kind,
    timestamp,
    unsigned,
)
from befit.errors import EvaluationError

_TYPE_NAMES: Final = {
    "null": "null_type",
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "optional": "optional_type",
}
_WHOLE: Final = re.compile(r"\s*([+-]?)0*(\d+?)\s*", re.ASCII)
_ENOUGH: Final = 30
"""Digits of a number too large for any type. Python itself reads some thousand digits, and refuses more in its own way."""

_HEXADECIMAL: Final = re.compile(r"\s*[+-]?0[xX]")
_TRUE: Final = frozenset(("true", "True", "TRUE", "t", "1"))
_FALSE: Final = frozenset(("false", "False", "FALSE", "f", "0"))


def type_of(value: Any) -> TypeName:
    """`type(value)`: the type as a value of its own."""
    name = kind(value)
    return TypeName(_TYPE_NAMES.get(name, name))


def double_text(value: float) -> str:
    """A double as `string()` writes it: the fewest digits that read back the same, an exponent from 1e6 and below 1e-4."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    mantissa, _, exponent = f"{value:e}".partition("e") if value == 0 else _shortest(value).partition("e")
    if -4 <= int(exponent) < 6:
        digits = len(mantissa.lstrip("-").replace(".", "")) - 1
        return f"{value:.{max(digits - int(exponent), 0)}f}" if value else ("-0" if mantissa.startswith("-") else "0")
    return f"{mantissa}e{int(exponent):+03}"


def _shortest(value: float) -> str:
    return f"{Decimal(repr(value)).normalize():e}"


def _string_to_int(text: str) -> int:
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise EvaluationError(f"not an int: {text!r}")
    return integer(int(match[1] + match[2][:_ENOUGH]))


def _string_to_uint(text: str) -> UInt:
    match = _WHOLE.fullmatch(text)
    if match is None or match[1] == "-":
        raise EvaluationError(f"not a uint: {text!r}")
    return unsigned(int(match[2][:_ENOUGH]))


def _string_to_double(text: str) -> float:
    try:
        if "_" in text or not text.isascii():
            raise ValueError
        return float.fromhex(text) if _HEXADECIMAL.match(text) else float(text)
    except OverflowError:  # of a hexadecimal one; the others become infinite by themselves
        return -math.inf if text.strip().startswith("-") else math.inf
    except ValueError:
        raise EvaluationError(f"not a double: {text!r}") from None


def _string_to_bool(text: str) -> bool:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise EvaluationError(f"not a bool: {text!r}")


def _double_to_int(value: float) -> int:
    if -float(2**63) < value < float(INT_MAX):
        return int(value)
    raise EvaluationError("integer overflow")


def _double_to_uint(value: float) -> UInt:
    if 0 <= value < float(UINT_MAX):
        return UInt(int(value))
    raise EvaluationError("unsigned integer overflow")


def _bytes_to_string(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EvaluationError("malformed UTF-8") from None


def _zero(value: Any) -> bool:
    name = kind(value)
    if name in ("list", "map", "string", "bytes"):
        return len(value) == 0
    return name in ("null", "bool", "timestamp", "duration", *NUMERIC) and not value


def _value(optional: Optional) -> Any:
    if optional.values:
        return optional.values[0]
    raise EvaluationError("optional.none() has no value")


def _end(position: int) -> Any:
    return lambda values: Optional(values[position]) if values else NONE


def _same(value: Any) -> Any:
    return value


OVERLOADS: Final = [
    *(row(f"{name}_to_{name}", word, word, word, _same, "{0}") for name, word in (
        ("int64", "int"), ("uint64", "uint"), ("double", "double"), ("string", "string"), ("bytes", "bytes"), ("bool", "bool"),
        ("timestamp", "timestamp"), ("duration", "duration"))),
    row("uint64_to_int64", "int", "uint", "int", lambda value: integer(int(value))),
    row("double_to_int64", "int", "double", "int", _double_to_int),
    row("string_to_int64", "int", "string", "int", _string_to_int),
    row("timestamp_to_int64", "int", "timestamp", "int", lambda moment: int(moment) // SECOND),
    row("int64_to_uint64", "uint", "int", "uint", unsigned),
    row("double_to_uint64", "uint", "double", "uint", _double_to_uint),
    row("string_to_uint64", "uint", "string", "uint", _string_to_uint),
    row("int64_to_double", "double", "int", "double", float, "float({0})"),
    row("uint64_to_double", "double", "uint", "double", float, "float({0})"),
    row("string_to_double", "double", "string", "double", _string_to_double),
    row("int64_to_string", "string", "int", "string", str, "str({0})"),
    row("uint64_to_string", "string", "uint", "string", lambda value: str(int(value))),
    row("double_to_string", "string", "double", "string", double_text),
    row("bool_to_string", "string", "bool", "string", lambda value: "true" if value else "false"),
    row("bytes_to_string", "string", "bytes", "string", _bytes_to_string),
    row("timestamp_to_string", "string", "timestamp", "string", lambda moment: str(Timestamp(moment))),
    row("duration_to_string", "string", "duration", "string", lambda length: str(Duration(length))),
    row("string_to_bytes", "bytes", "string", "bytes", lambda text: text.encode()),
    row("string_to_bool", "bool", "string", "bool", _string_to_bool),
    row("string_to_timestamp", "timestamp", "string", "timestamp", Timestamp.parse),
    row("int64_to_timestamp", "timestamp", "int", "timestamp", lambda seconds: timestamp(seconds * SECOND)),
    row("string_to_duration", "duration", "string", "duration", Duration.parse),
    row("to_dyn", "dyn", "any", "dyn", _same, "{0}"),
    row("type", "type", "any", "type", type_of),
    row("optional_of", "optional.of", "any", "optional(dyn)", Optional),
    row("optional_none", "optional.none", "", "optional(dyn)", lambda: NONE),
    row("optional_ofNonZeroValue", "optional.ofNonZeroValue", "any", "optional(dyn)",
        lambda value: NONE if _zero(value) else Optional(value)),
    row("optional_hasValue", "hasValue", "optional", "bool", lambda optional: bool(optional.values)),
    row("optional_value", "value", "optional", "dyn", _value),
    row("list_first", "first", "list", "optional(dyn)", _end(0)),
    row("list_last", "last", "list", "optional(dyn)", _end(-1)),
]  # fmt: skip

LAZY: Final = frozenset(
    ("conditional", "logical_and", "logical_or", "not_strictly_false", "optional_or_optional", "optional_orValue_value")
)
"""Overloads that do not evaluate all their arguments: `befit.cel.evaluate` and `befit.cel.generate` know them by name."""
