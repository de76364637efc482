"""`"%s costs %.2f".format([name, price])`: the format function of CEL's strings extension."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from befit.cel.values import Timestamp, keys, kind
from befit.errors import EvaluationError

_CLAUSE: Final = re.compile(r"%(?:(%)|(?:\.(\d+))?(.))?", re.DOTALL | re.ASCII)
_MOST_DIGITS: Final = 1000
_BASES: Final = {"b": "b", "o": "o", "x": "x", "X": "X"}


def format_string(template: str, arguments: list[Any]) -> str:
    """Fills in `template`: %s %d %f %e %b %o %x %X, with a precision for %f and %e. Raises EvaluationError."""
    taken = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal taken
        percent, precision, clause = match.groups()
        if percent:
            return "%"
        if clause is None:
            raise EvaluationError("format: unexpected end of the format string")
        if clause not in "sdfeboxX":
            raise EvaluationError(f'format: unrecognized formatting clause "{clause}"')
        if precision and float(precision) > _MOST_DIGITS:
            raise EvaluationError(f"format: more than {_MOST_DIGITS} digits")
        if taken >= len(arguments):
            raise EvaluationError(f"format: index {taken} out of range")
        taken += 1
        return _formatted(clause, int(precision) if precision else 6, arguments[taken - 1])

    return _CLAUSE.sub(replaced, template)


def _formatted(clause: str, precision: int, value: Any) -> str:
    type_ = kind(value)
    match clause:
        case "s":
            return _text(value)
        case "d" if type_ in ("int", "uint"):
            return str(int(value))
        case "d" | "f" | "e" if type_ in ("int", "uint", "double"):
            return _special(value) or f"{float(value):.{precision}{clause.replace('d', 'f')}}"
        case "b" | "o" | "x" | "X" if type_ in ("int", "uint"):
            return format(int(value), _BASES[clause])
        case "b" if type_ == "bool":
            return str(int(value))
        case "x" | "X" if type_ in ("string", "bytes"):
            digits = (value.encode() if isinstance(value, str) else value).hex()
            return digits.upper() if clause == "X" else digits
    raise EvaluationError(f"format: %{clause} cannot write a {type_}")


def _special(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return ("-Infinity" if value < 0 else "Infinity") if math.isinf(value) else ""


def _text(value: Any) -> str:
    match kind(value):
        case "null":
            return "null"
        case "bool":
            return "true" if value else "false"
        case "double":
            return _special(value) or f"{value:g}"
        case "bytes":
            return str(value, "utf-8", "replace")
        case "timestamp":
            return _without_zeros(value)
        case "list":
            return f"[{', '.join(_text(item) for item in value)}]"
        case "map":
            for key in keys(value):
                if kind(key) not in ("bool", "int", "uint", "string"):
                    raise EvaluationError(f"format: %s cannot write a map with a key of type {kind(key)}")
            entries = sorted((_text(key), _text(value[held])) for key, held in zip(keys(value), value, strict=True))
            return "{" + ", ".join(f"{key}: {item}" for key, item in entries) + "}"
        case "int" | "uint" | "string" | "duration" | "type":
            return repr(value) if kind(value) == "type" else str(value)
    raise EvaluationError(f"format: %s cannot write a {kind(value)}")


def _without_zeros(moment: Timestamp) -> str:
    whole, dot, fraction = str(moment).removesuffix("Z").partition(".")
    return f"{whole}{dot}{fraction.rstrip('0')}Z"
