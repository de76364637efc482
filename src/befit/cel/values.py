"""CEL's values in Python: null None, bool, int, double float, string str, bytes, list, map dict, and the classes below.

`Timestamp`, `Duration` and `UInt` are ints, so that compiled conditions add and compare them at native speed.
Ranges are those of the CEL specification: int and uint have 64 bits, timestamps lie in the years 1 to 9999,
durations within ±315,576,000,000 s (10,000 years).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from befit.errors import EvaluationError

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1
SECOND: Final = 1_000_000_000
TIMESTAMP_MIN: Final = -62_135_596_800 * SECOND
TIMESTAMP_MAX: Final = 253_402_300_800 * SECOND - 1
DURATION_MAX: Final = 315_576_000_000 * SECOND + SECOND - 1

_EPOCH: Final = date(1970, 1, 1).toordinal()
_RFC3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_UNITS: Final = {"h": 3600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": 1_000_000, "us": 1_000, "ns": 1}
_TERM: Final = re.compile(r"(\d{1,1000})?(?:\.(\d{0,1000}))?(h|ms|us|ns|m|s)", re.ASCII)


class NoSuchKey(EvaluationError):
    """A value that is not there: a map has no such key. `key` is the key as it was asked for."""

    def __init__(self, key: object) -> None:
        self.key = key
        super().__init__(f"no such key: {key}")


class UInt(int):
    """An unsigned 64-bit integer (`5u`)."""

    __slots__ = ()


class Timestamp(int):
    """A moment: nanoseconds since 1970-01-01T00:00:00Z."""

    __slots__ = ()

    @classmethod
    def from_ms(cls, ms: int) -> Timestamp:
        """The moment `ms` milliseconds after the epoch."""
        return cls(ms * 1_000_000)

    @classmethod
    def parse(cls, text: str) -> Timestamp:
        """From RFC 3339 (`2026-01-31T12:00:00.5+01:00`); digits beyond nanoseconds are cut. Raises EvaluationError."""
        match = _RFC3339.fullmatch(text)
        if match is None:
            raise EvaluationError(f"not a timestamp (RFC 3339): {text!r}")
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        if hour > 23 or minute > 59 or second > 60:
            raise EvaluationError(f"not a timestamp (time out of range): {text!r}")
        try:
            days = date(year, month, day).toordinal() - _EPOCH
        except ValueError as error:
            raise EvaluationError(f"not a timestamp ({error}): {text!r}") from None
        seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
        if sign:
            if int(offset_hours) > 23 or int(offset_minutes) > 59:
                raise EvaluationError(f"not a timestamp (offset out of range): {text!r}")
            offset = int(offset_hours) * 3_600 + int(offset_minutes) * 60
            seconds -= offset if sign == "+" else -offset
        return timestamp(seconds * SECOND + int((fraction or "")[:9].ljust(9, "0")))

    def __str__(self) -> str:
        """RFC 3339 in UTC, with 0, 3, 6 or 9 digits of a second's fraction."""
        seconds, fraction = divmod(int(self), SECOND)
        days, second = divmod(seconds, 86_400)
        day = date.fromordinal(days + _EPOCH)
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        return f"{day.year:04}-{day.month:02}-{day.day:02}T{clock}{_fraction(fraction)}Z"

    def __repr__(self) -> str:
        return f"Timestamp({str(self)!r})"


class Duration(int):
    """A length of time in nanoseconds; may be negative."""

    __slots__ = ()

    @classmethod
    def from_ms(cls, ms: int) -> Duration:
        """A length of `ms` milliseconds."""
        return cls(ms * 1_000_000)

    @classmethod
    def parse(cls, text: str) -> Duration:
        """From Go's notation: `1h30m`, `-1.5h`, `250ms`, `0`. Units are h, m, s, ms, us, ns. Raises EvaluationError."""
        sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
        if rest == "0":
            return cls(0)
        total, position = 0, 0
        while position < len(rest):
            match = _TERM.match(rest, position)
            if match is None or not (match[1] or match[2]):
                break
            unit, fraction = _UNITS[match[3]], match[2] or ""
            total += int(match[1] or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
            position = match.end()
        if not rest or position < len(rest):
            raise EvaluationError(f"not a duration (such as 1h30m or 250ms): {text!r}")
        return duration(sign * total)

    def __str__(self) -> str:
        """Seconds as CEL's `string()` writes them, with 0, 3, 6 or 9 digits of a fraction: `5400s`, `0.250s`."""
        seconds, fraction = divmod(abs(int(self)), SECOND)
        return f"{'-' if self < 0 else ''}{seconds}{_fraction(fraction)}s"

    def __repr__(self) -> str:
        return f"Duration({str(self)!r})"

    def words(self) -> str:
        """Go's notation, for people: `1h30m0s`, `4m0s`, `250ms`."""
        left = abs(int(self))
        sign = "-" if self < 0 else ""
        if left < SECOND:
            unit = next((unit for unit in ("ms", "us", "ns") if left >= _UNITS[unit]), "s")
            return f"{sign}{_decimal(left, _UNITS[unit])}{unit}"
        hours, left = divmod(left, _UNITS["h"])
        minutes, left = divmod(left, _UNITS["m"])
        large = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
        return f"{sign}{large}{_decimal(left, SECOND)}s"


class Optional:
    """CEL's optional value: `values` is `(value,)` or empty."""

    __slots__ = ("values",)

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __getitem__(self, key: Any) -> Optional:
        """Selection goes through: absent stays absent, and so does a missing key."""
        return Optional(self.values[0][key]) if self.values and key in self.values[0] else NONE

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Optional) and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return f"optional.of({self.values[0]!r})" if self.values else "optional.none()"


NONE: Final = Optional()


class TypeName:
    """A type as a value: what `type(x)` gives and what `int`, `string`… stand for in an expression."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeName) and self.name == other.name

    def __hash__(self) -> int:
        return hash((TypeName, self.name))

    def __repr__(self) -> str:
        return self.name


class Alias:
    """A map key that Python would take for another key of the same map: `true` beside `1`."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Alias) and same_key(self.key, other.key)

    def __hash__(self) -> int:
        return hash((isinstance(self.key, bool), self.key))

    def __repr__(self) -> str:
        return repr(self.key)


def same_key(one: Any, other: Any) -> bool:
    """Whether two map keys are one to CEL: numbers match across types, but a bool matches only a bool."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def keys(container: Mapping[Any, Any]) -> list[Any]:
    """The keys of a map as CEL sees them."""
    return [key.key if key.__class__ is Alias else key for key in container]


def stored_key(container: Mapping[Any, Any], key: Any) -> Any:
    """The key under which a map holds `key`. Raises NoSuchKey."""
    if key.__class__ is not str and key in (0, 1):
        for held in container:
            if same_key(held.key if held.__class__ is Alias else held, key):
                return held
    elif key in container:
        return key
    raise NoSuchKey(key)


_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    UInt: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    tuple: "list",
    dict: "map",
    Timestamp: "timestamp",
    Duration: "duration",
    Optional: "optional",
    TypeName: "type",
}


def kind(value: Any) -> str:
    """The CEL kind of a Python value: `null`, `bool`, `int`, … or `unknown` for what CEL has no word for."""
    found = _KINDS.get(value.__class__)
    if found is not None:
        return found
    if isinstance(value, Mapping):
        return "map"
    return "list" if isinstance(value, list | tuple | set | frozenset) else "unknown"


def integer(value: int) -> int:
    """`value`, or an overflow if it does not fit in 64 bits."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise EvaluationError("integer overflow")


def unsigned(value: int) -> UInt:
    """`value` as an unsigned integer, or an overflow."""
    if 0 <= value <= UINT_MAX:
        return UInt(value)
    raise EvaluationError("unsigned integer overflow")


def timestamp(nanoseconds: int) -> Timestamp:
    """A timestamp of the years 1 to 9999, or an overflow."""
    if TIMESTAMP_MIN <= nanoseconds <= TIMESTAMP_MAX:
        return Timestamp(nanoseconds)
    raise EvaluationError("timestamp out of range")


def duration(nanoseconds: int) -> Duration:
    """A duration within ±10,000 years, or an overflow."""
    if -DURATION_MAX <= nanoseconds <= DURATION_MAX:
        return Duration(nanoseconds)
    raise EvaluationError("duration out of range")


def _fraction(nanoseconds: int) -> str:
    if nanoseconds % 1_000:
        return f".{nanoseconds:09}"
    if nanoseconds % 1_000_000:
        return f".{nanoseconds // 1_000:06}"
    return f".{nanoseconds // 1_000_000:03}" if nanoseconds else ""


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    return f"{whole}.{str(part).rjust(len(str(unit)) - 1, '0').rstrip('0')}" if part else str(whole)
