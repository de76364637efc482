"""schedule: times, days and hours as conditions; exact at every minute around their edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from befit.cel import Timestamp, compile_condition
from befit.engine.view import VARIABLES, Context
from befit.model import Condition, Release

Files = dict[str, str]
MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def condition_of(release_of: Callable[[Files], Release]) -> Callable[[str], Condition]:
    """The condition of a branch with this schedule, and maybe more keys."""

    def read(keys: str) -> Condition:
        release = release_of({"slots/hero.yaml": f"- {{{keys}, show: welcome}}\n- {{show: welcome}}\n"})
        found = release.slots[0].rules[0].when
        assert found is not None
        return found

    return read


def holds(condition: Condition, at: datetime, timezone: str = "Europe/Madrid") -> bool:
    """Whether it holds at a moment, for a visitor in that time zone."""
    ms = round(at.timestamp() * 1000)
    values = {"context": Context({"timezone": timezone} if timezone else {}, ms), "now": Timestamp.from_ms(ms)}
    return compile_condition(condition.ast, VARIABLES).test(*(values.get(name, {}) for name in VARIABLES))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


def test_times_without_an_offset_are_the_visitors_from_inclusive_until_exclusive(
    condition_of: Callable[[str], Condition],
) -> None:
    condition = condition_of("schedule: {from: 2026-11-27T09:30, until: 2026-12-01}")
    assert condition.source == 'context.local >= "2026-11-27T09:30:00" && context.local < "2026-12-01T00:00:00"'
    assert not holds(condition, local("2026-11-27T09:29:59"))
    assert holds(condition, local("2026-11-27T09:30:00"))
    assert holds(condition, local("2026-11-30T23:59:59"))
    assert not holds(condition, local("2026-12-01T00:00:00"))
    assert not holds(condition, local("2026-11-27T09:30:00"), timezone="America/Lima")


def test_without_a_known_time_zone_local_is_utc(condition_of: Callable[[str], Condition]) -> None:
    condition = condition_of("schedule: {from: 2026-11-27T09:30}")
    for timezone in ("", "Atlantis/Capital"):
        assert not holds(condition, datetime(2026, 11, 27, 9, 29, 59, tzinfo=UTC), timezone)
        assert holds(condition, datetime(2026, 11, 27, 9, 30, tzinfo=UTC), timezone)


@pytest.mark.parametrize("text", ["2026-11-27T09:30Z", "2026-11-27T10:30+01:00", "2026-11-27T05:30:00-04:00"])
def test_times_with_an_offset_are_moments_everywhere(condition_of: Callable[[str], Condition], text: str) -> None:
    condition = condition_of(f"schedule: {{from: {text}}}")
    assert condition.source == 'now >= timestamp("2026-11-27T09:30:00Z")'
    moment = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    for timezone in ("Europe/Madrid", "America/Lima", ""):
        assert holds(condition, moment, timezone)
        assert not holds(condition, moment - timedelta(milliseconds=1), timezone)


WEEKLY: list[tuple[str, Callable[[datetime], bool]]] = [
    ("{days: [mon, fri]}", lambda at: at.isoweekday() in (1, 5)),
    ("{days: sun}", lambda at: at.isoweekday() == 7),
    ("{hours: 9:00-17:30}", lambda at: 9 * 60 <= at.hour * 60 + at.minute < 17 * 60 + 30),
    ("{hours: 9-12}", lambda at: 9 <= at.hour < 12),
    ("{hours: 0:00-24:00}", lambda at: True),
    ("{hours: 22:00-6:00}", lambda at: at.hour >= 22 or at.hour < 6),
    ("{days: [sat, sun], hours: 9:00-12:15}", lambda at: at.isoweekday() > 5 and 540 <= at.hour * 60 + at.minute < 735),
    (
        "{days: [fri, sat], hours: 22:00-6:00}",  # the night belongs to the day on which it begins
        lambda at: (at.isoweekday() in (5, 6) and at.hour >= 22) or (at.isoweekday() in (6, 7) and at.hour < 6),
    ),
    ("{days: [sat], hours: 18:00-0:00}", lambda at: at.isoweekday() == 6 and at.hour >= 18),
]


@pytest.mark.parametrize(("schedule", "wanted"), WEEKLY)
def test_days_and_hours_are_the_visitors_at_every_quarter_of_two_weeks(
    condition_of: Callable[[str], Condition], schedule: str, wanted: Callable[[datetime], bool]
) -> None:
    condition = condition_of(f"schedule: {schedule}")
    start = datetime(2026, 3, 22, tzinfo=UTC)  # the clocks of Madrid go forward on the 29th
    for quarter in range(14 * 96):
        at = start + timedelta(minutes=15 * quarter)
        assert holds(condition, at) is wanted(at.astimezone(MADRID)), (at, condition.source)


def test_a_schedule_and_a_when_are_one_condition(condition_of: Callable[[str], Condition]) -> None:
    condition = condition_of("schedule: {hours: 9-17, from: 2026-01-01}, when: profile.known || session.events > 3")
    assert condition.source == (
        'context.local >= "2026-01-01T00:00:00" && context.time >= "09:00" && context.time < "17:00"'
        " && (profile.known || session.events > 3)"
    )
    assert condition.reads == ("context.local", "context.time", "profile.known", "session.events")
    assert condition.where == "slots/hero.yaml:1:14"


PROBLEMS = [
    ("{}", "1:14: error: the schedule names no time (give it one of from, until, days, hours)"),
    ("{form: 2026-01-01}", "1:15: error: unknown key `form` in a schedule (did you mean `from`?)"),
    ("{from: tomorrow}", "1:21: error: must be a time (such as 2026-11-27,"),
    ("{from: 2026-02-30}", "1:21: error: must be a time"),
    ("{from: 2026-11-27 9:00}", "1:21: error: must be a time"),
    ("{from: 2026-11-27T00:00, until: 2026-11-27}", "1:46: error: the schedule is over before it begins"),
    ("{from: 2026-11-27T00:00Z, until: 2026-11-27T00:30+01:00}", "1:47: error: the schedule is over before it begins"),
    (
        "{from: 2026-11-27T00:00Z, until: 2026-12-27}",
        "1:47: error: one of `from` and `until` is local and the other is not",
    ),
    ("{days: [monday]}", "1:22: error: `monday` is no day (did you mean `mon`?)"),
    ("{days: []}", "1:21: error: must name at least 1"),
    ("{hours: 9}", "1:22: error: must be hours (such as 9:00-17:30, or 22:00-6:00 for a night)"),
    ("{hours: 9:00-9:00}", "1:22: error: must be hours"),
    ("{hours: 9:60-10:00}", "1:22: error: must be hours"),
    ("{hours: 24:00-10:00}", "1:22: error: must be hours"),
]


@pytest.mark.parametrize(("schedule", "problem"), PROBLEMS)
def test_what_is_wrong_is_said_where_it_is(
    problems_of: Callable[[Files], list[str]], schedule: str, problem: str
) -> None:
    found = problems_of({"slots/hero.yaml": f"- {{schedule: {schedule}, show: welcome}}\n- {{show: welcome}}\n"})
    assert any(line.startswith(f"slots/hero.yaml:{problem}") for line in found), found
