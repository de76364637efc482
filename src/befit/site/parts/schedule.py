"""schedule: when a branch, a rule set or a trigger is on. It becomes a condition like any other, so traces show it too.

Times without an offset are the visitor's local ones (`context.local`, `context.time`, `context.weekday`), times with one
are moments (`now`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from befit.model import Condition
from befit.site.expressions import expression
from befit.site.item import Fields, Item, did_you_mean
from befit.site.references import Names

KEYS: Final = ("from", "until", "days", "hours")
DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""In the order of `context.weekday`: 0 is Sunday."""

_MIDNIGHT: Final = 24 * 60
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_HOURS: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?", re.ASCII)


def schedule_condition(item: Item | None, names: Names) -> Condition | None:
    """The condition that a schedule stands for; None when there is none. What is wrong with it is reported."""
    if item is None:
        return None
    fields = Fields(item, KEYS, "a schedule")
    start, end = _moment(fields.get("from")), _moment(fields.get("until"))
    if start and end:
        _check_order(fields, start, end)
    terms = [_bound(start, ">="), _bound(end, "<"), *_weekly(fields)]
    source = " && ".join(filter(None, terms))
    if source:
        return expression(item, names.scopes.rule(), source=source)
    if not any(key in fields for key in KEYS):
        item.error("the schedule names no time", f"give it one of {', '.join(KEYS)}")
    return None


def _moment(item: Item | None) -> datetime | None:
    """A moment, in UTC, when an offset is given, otherwise a local time. A date alone is its beginning."""
    if item is None:
        return None
    text = item.source or ""
    try:
        found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        if found is not None:
            return found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):
        pass
    item.error("must be a time", "such as 2026-11-27, 2026-11-27T09:00 (where the visitor is) or 2026-11-27T09:00Z")
    return None


def _check_order(fields: Fields, start: datetime, end: datetime) -> None:
    until = fields.item.at(["until"])
    if (start.tzinfo is None) != (end.tzinfo is None):
        until.error(
            "one of `from` and `until` is local and the other is not", "give both an offset, such as Z, or neither"
        )
    elif end <= start:
        until.error("the schedule is over before it begins", "`until` must be later than `from`")


def _bound(moment: datetime | None, sign: str) -> str:
    if moment is None:
        return ""
    text = moment.isoformat(timespec="seconds")
    if moment.tzinfo is None:
        return f'context.local {sign} "{text}"'
    return f'now {sign} timestamp("{text.removesuffix("+00:00")}Z")'


def _weekly(fields: Fields) -> list[str]:
    """Days and hours. What lies past midnight belongs to the day on which the hours began."""
    days, hours = _days(fields), _hours(fields.get("hours"))
    if hours is None:
        return [_on(days)]
    start, end = hours
    late, early = f'context.time >= "{_clock(start)}"', f'context.time < "{_clock(end)}"'
    if start < end:
        return [_on(days), late, early]
    if not days:
        return [f"({late} || {early})"]
    return [f"({_on(days)} && {late} || {_on([(day + 1) % 7 for day in days])} && {early})"]


def _days(fields: Fields) -> list[int]:
    items = fields.names("days", least=1)
    for item in items:
        if item.source not in DAYS:
            item.error(f"`{item.source}` is no day", did_you_mean(item.text(), DAYS) or f"days are {', '.join(DAYS)}")
    return sorted({DAYS.index(item.text()) for item in items if item.source in DAYS})


def _on(days: Sequence[int]) -> str:
    return f"context.weekday in {list(days)}" if days else ""


def _hours(item: Item | None) -> tuple[int, int] | None:
    """Beginning and end in minutes after midnight."""
    if item is None:
        return None
    found = _HOURS.fullmatch(item.source or "")
    if found:
        start, end = (int(hour) * 60 + int(minute or 0) for hour, minute in (found.groups()[:2], found.groups()[2:]))
        minutes = (int(minute or 0) for minute in (found[2], found[4]))
        if start < _MIDNIGHT and end <= _MIDNIGHT and start != end and all(minute < 60 for minute in minutes):
            return start, end
    item.error("must be hours", "such as 9:00-17:30, or 22:00-6:00 for a night")
    return None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
