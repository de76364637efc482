"""The visitor's clock in `context`: local time, computed when it is asked for, in the right zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from befit.engine.view import Context

AT = round(datetime(2026, 11, 27, 23, 5, 9, 999_000, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("timezone", "local", "time", "hour", "weekday"),
    [
        ("", "2026-11-27T23:05:09", "23:05", 23, 5),
        ("Europe/Madrid", "2026-11-28T00:05:09", "00:05", 0, 6),
        ("America/Lima", "2026-11-27T18:05:09", "18:05", 18, 5),
        ("Asia/Kathmandu", "2026-11-28T04:50:09", "04:50", 4, 6),
        ("No/Such", "2026-11-27T23:05:09", "23:05", 23, 5),
        (7, "2026-11-27T23:05:09", "23:05", 23, 5),
    ],
)
def test_it_is_the_visitors_or_utc(timezone: object, local: str, time: str, hour: int, weekday: int) -> None:
    context = Context({"timezone": timezone} if timezone else {}, AT)
    assert (context["local"], context["time"], context["hour"], context["weekday"]) == (local, time, hour, weekday)


def test_it_is_there_before_it_is_asked_for_and_costs_nothing_until_then() -> None:
    context = Context({"country": "ES"}, AT)
    assert "local" in context
    assert "time" in context
    assert "city" not in context
    assert dict(context) == {"country": "ES"}


def test_what_a_request_says_of_it_stands() -> None:
    context = Context({"timezone": "Europe/Madrid"}, AT)
    context.update({"hour": 3})
    assert (context["time"], context["hour"]) == ("00:05", 3)
