"""The fields of timestamps, in UTC or in a time zone, and of durations: `now.getHours("Europe/Berlin")`.

Zones are IANA names or offsets such as `+05:30`. Days and months count from 0, except `getDate`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from befit.cel.overload import Overload, row
from befit.cel.values import SECOND
from befit.errors import EvaluationError

_EPOCH: Final = date(1970, 1, 1).toordinal()
_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CYCLE: Final = 146_097
"""Days after which the Gregorian calendar repeats: 400 years."""

_OFFSET: Final = re.compile(r"([+-]?)(\d{1,2}):(\d\d)", re.ASCII)


class _Local(NamedTuple):
    """A moment as a wall clock shows it. `month`, `day` and `day_of_year` count from 0, `weekday` from Sunday."""

    year: int
    month: int
    day: int
    day_of_year: int
    weekday: int
    hour: int
    minute: int
    second: int
    millisecond: int


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | int:
    """An IANA zone, or the seconds of a fixed offset."""
    match = _OFFSET.fullmatch(name)
    if match:
        seconds = int(match[2]) * 3_600 + int(match[3]) * 60
        return -seconds if match[1] == "-" else seconds
    try:
        return ZoneInfo(name) if name else 0
    except (OSError, ValueError, LookupError):
        raise EvaluationError(f"unknown time zone: {name!r}") from None


def _offset(seconds: int, zone: ZoneInfo | int) -> int:
    if isinstance(zone, int):
        return zone
    a_day_from_the_ends = min(max(seconds, -62_135_510_400), 253_402_214_400)
    moment = (_MOMENT + timedelta(seconds=a_day_from_the_ends)).astimezone(zone)
    return int((moment.utcoffset() or timedelta()).total_seconds())


def local(moment: int, zone: str = "") -> _Local:
    """The wall clock of `zone` at `moment` (nanoseconds). Raises EvaluationError for an unknown zone."""
    seconds, fraction = divmod(int(moment), SECOND)
    if zone:
        seconds += _offset(seconds, _zone(zone))
    days, clock = divmod(seconds, 86_400)
    ordinal, shift = days + _EPOCH, 0
    if ordinal < 1 or ordinal > date.max.toordinal():
        shift = 400 if ordinal < 1 else -400
        ordinal += _CYCLE if ordinal < 1 else -_CYCLE
    day = date.fromordinal(ordinal)
    since_new_year = day.toordinal() - date(day.year, 1, 1).toordinal()
    return _Local(
        year=day.year - shift,
        month=day.month - 1,
        day=day.day - 1,
        day_of_year=since_new_year,
        weekday=day.isoweekday() % 7,
        hour=clock // 3_600,
        minute=clock // 60 % 60,
        second=clock % 60,
        millisecond=fraction // 1_000_000,
    )


def _truncated(unit: int, modulus: int = 0) -> Callable[[int], int]:
    def part(length: int) -> int:
        whole = abs(int(length)) // unit
        return (whole % modulus if modulus else whole) * (-1 if length < 0 else 1)

    return part


def _fields() -> list[Overload]:
    rows = []
    for function, word, field, add in (
        ("getFullYear", "year", "year", 0),
        ("getMonth", "month", "month", 0),
        ("getDayOfMonth", "day_of_month", "day", 0),
        ("getDate", "day_of_month_1_based", "day", 1),
        ("getDayOfYear", "day_of_year", "day_of_year", 0),
        ("getDayOfWeek", "day_of_week", "weekday", 0),
        ("getHours", "hours", "hour", 0),
        ("getMinutes", "minutes", "minute", 0),
        ("getSeconds", "seconds", "second", 0),
        ("getMilliseconds", "milliseconds", "millisecond", 0),
    ):

        def read(moment: int, zone: str = "", *, field: str = field, add: int = add) -> int:
            return int(getattr(local(moment, zone), field)) + add

        rows.append(row(f"timestamp_to_{word}", function, "timestamp", "int", read))
        zoned = "seconds_tz" if word == "seconds" else f"{word}_with_tz"
        rows.append(row(f"timestamp_to_{zoned}", function, "timestamp string", "int", read))
    return rows


OVERLOADS: Final = [
    *_fields(),
    row("duration_to_hours", "getHours", "duration", "int", _truncated(3_600 * SECOND)),
    row("duration_to_minutes", "getMinutes", "duration", "int", _truncated(60 * SECOND)),
    row("duration_to_seconds", "getSeconds", "duration", "int", _truncated(SECOND)),
    row("duration_to_milliseconds", "getMilliseconds", "duration", "int", _truncated(1_000_000, 1_000)),
]
