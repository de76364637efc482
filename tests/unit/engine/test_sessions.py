"""Sessions: where a visit begins and ends, the current page, and visible time."""

from __future__ import annotations

from pathlib import Path

import pytest

from befit.cel import Duration
from befit.model import Profile, Session
from tests.events import Visitor, page, ping, track
from tests.sites import program_of


@pytest.fixture
def ada(tmp_path: Path) -> Visitor:
    signals = "on_page: {dwell: page}\nin_session: {dwell: session}\nviews: {count: page, within: session}\n"
    signals += "clicks: {count: Click, within: page}\n"
    return Visitor(program_of(tmp_path, signals=signals))


def session_of(profile: Profile) -> Session:
    assert profile.session is not None
    return profile.session


def test_half_an_hour_without_activity_ends_a_session(ada: Visitor) -> None:
    ada.does(page("/", 0), page("/a", 1800))
    assert ada.profile.sessions == 1
    ada.does(page("/b", 3601))
    assert ada.profile.sessions == 2
    assert session_of(ada.profile).page_views == 1
    assert session_of(ada.profile).landing["path"] == "/b"


def test_an_event_from_before_the_session_does_not_touch_it(ada: Visitor) -> None:
    ada.does(page("/now", 100), page("/earlier", 50))
    assert session_of(ada.profile).pages[-1].attributes["path"] == "/now"
    assert ada.profile.sessions == 1


def test_dwell_counts_visible_time_of_page_and_session(ada: Visitor) -> None:
    ada.does(page("/a", 0, "v1"), ping(5, 5, "v1"), ping(10, 5, "v1"), page("/b", 12, "v2"), ping(17, 5, "v2"))
    assert ada.signal("on_page", 17) == Duration.from_ms(5_000)
    assert ada.signal("in_session", 17) == Duration.from_ms(15_000)


def test_a_ping_from_another_tab_makes_its_page_the_current_one_with_its_own_dwell(ada: Visitor) -> None:
    ada.does(page("/a", 0, "v1"), ping(5, 5, "v1"), page("/b", 6, "v2"), ping(12, 5, "v1"))
    assert session_of(ada.profile).pages[-1].attributes["path"] == "/a"
    assert ada.signal("on_page", 12) == Duration.from_ms(10_000)


def test_a_ping_never_claims_more_than_a_minute_or_less_than_nothing(ada: Visitor) -> None:
    ada.does(page("/a", 0, "v1"), ping(5, 86_400, "v1"), ping(6, -100, "v1"))
    assert ada.signal("on_page", 6) == Duration.from_ms(60_000)


def test_signals_within_a_session_or_page_start_anew_with_it(ada: Visitor) -> None:
    ada.does(page("/a", 0), track("Click", 1), track("Click", 2))
    assert (ada.signal("clicks", 2), ada.signal("views", 2)) == (2, 1)
    ada.does(page("/b", 3))
    assert (ada.signal("clicks", 3), ada.signal("views", 3)) == (0, 2)
    ada.does(page("/c", 4000))
    assert ada.signal("views", 4000) == 1


def test_a_session_that_timed_out_has_no_dwell_and_no_counts(ada: Visitor) -> None:
    ada.does(page("/a", 0, "v1"), ping(5, 5, "v1"))
    assert ada.signal("in_session", 5000) == Duration(0)
    assert ada.signal("views", 5000) == 0


def test_the_last_eight_pages_are_kept(ada: Visitor) -> None:
    ada.does(*(page(f"/{n}", n) for n in range(20)))
    assert [seen.attributes["path"] for seen in session_of(ada.profile).pages] == [f"/{n}" for n in range(12, 20)]
