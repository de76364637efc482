"""Declared types made true: what a site's schema says of a field holds for every condition that reads it.

A field that cannot become what its type says is dropped and counted; the rest of the event is used (DESIGN §6.11).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from befit.cel import Duration, Timestamp
from befit.errors import EvaluationError

Coercion = tuple[str, Callable[[Any], Any]]


def coercions(fields: dict[str, Any]) -> tuple[Coercion, ...]:
    """How the declared fields of an event, page or trait become what their type says; each raises ValueError when it cannot."""
    return tuple((name, COERCE[type_]) for name, type_ in fields.items() if isinstance(type_, str) and type_ in COERCE)


def to_double(value: Any) -> float:
    """JSON writes 20.0 as 20: a whole number is a fine double."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise ValueError(f"not a number: {value!r}")


def to_int(value: Any) -> int:
    """A whole number, also when JSON wrote it with a fraction of zero."""
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    if type(value) is float and value.is_integer() and abs(value) < 2**63:
        return int(value)
    raise ValueError(f"not a whole number: {value!r}")


def to_string(value: Any) -> str:
    """A string; numbers are written out, as ids often come either way."""
    if type(value) is str:
        return value
    if type(value) is int or type(value) is float:
        return str(value)
    raise ValueError(f"not a string: {value!r}")


def to_bool(value: Any) -> bool:
    """True or false, nothing else."""
    if type(value) is bool:
        return value
    raise ValueError(f"neither true nor false: {value!r}")


def to_timestamp(value: Any) -> Timestamp:
    """A moment written as RFC 3339."""
    if type(value) is str:
        return Timestamp.parse(value)
    raise ValueError(f"not a timestamp: {value!r}")


def to_duration(value: Any) -> Duration:
    """A length of time as CEL writes it: `90s`, `1h30m`."""
    if type(value) is str:
        return Duration.parse(value)
    raise ValueError(f"not a duration: {value!r}")


def plain(value: Any) -> Any:
    """A CEL value as a profile keeps it: times are nanoseconds there, and become times again when they are read."""
    if isinstance(value, int) and type(value) is not bool:
        return int(value)
    if type(value) is dict:
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if type(value) is list else value


def coerce(values: dict[str, Any], fields: tuple[Coercion, ...]) -> list[str]:
    """Bring the declared fields of `values` to their types, in place; the names of those that were dropped."""
    dropped = []
    for name, convert in fields:
        value = values.get(name)
        if value is None:
            values.pop(name, None)
            continue
        try:
            values[name] = convert(value)
        except (ValueError, EvaluationError):
            del values[name]
            dropped.append(name)
    return dropped


COERCE: Final[dict[str, Callable[[Any], Any]]] = {
    "double": to_double,
    "int": to_int,
    "string": to_string,
    "bool": to_bool,
    "timestamp": to_timestamp,
    "duration": to_duration,
}

TIMES: Final[dict[str, Callable[[Any], Any]]] = {"timestamp": Timestamp, "duration": Duration}


def times(fields: dict[str, Any]) -> tuple[Coercion, ...]:
    """The declared fields that a profile keeps as nanoseconds, with what makes them times again."""
    return tuple((name, TIMES[type_]) for name, type_ in fields.items() if isinstance(type_, str) and type_ in TIMES)


def with_times(values: dict[str, Any], fields: tuple[Coercion, ...]) -> dict[str, Any]:
    """The values of a profile as conditions see them."""
    return {**values, **{name: make(values[name]) for name, make in fields if name in values}} if fields else values
