"""Tags that people set and remove: events of befit's own, folded like a rule's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from befit.engine import Traffic, Visitors, tag_event
from befit.model import Event, Profile
from tests.events import Visitor, ms, track
from tests.sites import program_of

SITE = "name: test\npurposes: [marketing]\n"
TAGS = """
vip: {manual: true, purpose: marketing}
served: {when: '"caller" in tags', ttl: 1h}
clicker: {on: Click, ttl: 1h}
"""


@pytest.fixture
def ada(tmp_path: Path) -> Visitor:
    visitor = Visitor(program_of(tmp_path, site=SITE, tags=TAGS, triggers="t: {on: caller, tag: mistaken}\n"))
    visitor.does(track("Click", 0))
    return visitor


def by_hand(tag: str, at: float, given: bool = True, ttl: float = 0, by: str = "grace") -> Event:
    now = ms(at)
    return tag_event("a:ada", tag, given=given, ttl_ms=int(ttl * 1000), by=by, now=now, message_id=f"tag:{tag}:{at}")


def test_a_tag_of_no_rule_can_be_set_and_removed_and_says_who_did_it(ada: Visitor) -> None:
    ada.does(by_hand("caller", 10))
    assert ada.profile.tags["caller"].source == "manual: grace"
    ada.does(by_hand("caller", 20, given=False))
    assert "caller" not in ada.tags
    ada.does(by_hand("caller", 30, by=""))
    assert ada.profile.tags["caller"].source == "manual"


def test_its_time_to_live_is_renewed_and_never_shortened(ada: Visitor) -> None:
    ada.does(by_hand("caller", 10, ttl=100), by_hand("caller", 20, ttl=10))
    ada.wait(109)
    assert "caller" in ada.tags
    ada.does(by_hand("caller", 109, ttl=100))
    ada.wait(208)
    assert "caller" in ada.tags
    ada.wait(209)
    assert "caller" not in ada.tags


def test_without_a_time_to_live_it_takes_that_of_its_rule(ada: Visitor) -> None:
    ada.does(by_hand("served", 10))
    ada.wait(3_609)
    assert "served" in ada.tags
    ada.wait(3_610)
    assert "served" not in ada.tags


def test_rules_that_read_tags_follow_but_none_takes_it_for_an_event(ada: Visitor) -> None:
    effects = ada.does(by_hand("caller", 10))
    assert set(ada.tags) == {"clicker", "caller", "served"}
    assert "tags" in effects.changed


def test_it_is_no_activity_of_the_visitors(ada: Visitor) -> None:
    session, before = ada.profile.session, ada.profile.version
    assert session is not None
    ada.does(by_hand("caller", 100))
    assert ada.profile.last_seen == ms(0)
    assert (session.events, session.last_seen, ada.profile.sessions) == (1, ms(0), 1)
    assert ada.profile.version == before + 1


def test_the_purpose_of_a_tag_binds_people_too(ada: Visitor) -> None:
    effects = ada.does(by_hand("vip", 10))
    assert ("vip" in ada.tags, effects.spoiled) == (False, ["tags.vip: the visitor has not consented to marketing"])
    consent: dict[str, Any] = {"consent": {"categoryPreferences": {"marketing": True}}}
    granted = track("Click", 20)
    granted.context = consent
    ada.does(granted, by_hand("vip", 30))
    assert "vip" in ada.tags


def test_a_tag_whose_time_is_over_begins_anew_even_while_its_timer_is_on_the_way(ada: Visitor) -> None:
    ada.does(by_hand("caller", 0, ttl=10))
    effects = ada.does(by_hand("caller", 11, ttl=10))
    assert ada.profile.tags["caller"].since == ms(11)
    assert "tags" in effects.changed


def test_it_goes_to_the_profile_that_the_visitor_became_and_makes_none(ada: Visitor) -> None:
    known = Profile(id="u:ada-l", ids=["a:ada", "u:ada-l"])
    visitors = Visitors({"u:ada-l": known}, {"a:ada": "u:ada-l"})
    visitors.take(by_hand("caller", 10), Traffic(ada.program))
    assert "caller" in known.tags
    gone = tag_event("a:gone", "caller", given=True, ttl_ms=0, by="", now=ms(0), message_id="tag:1")
    assert visitors.take(gone, Traffic(ada.program)) is None
    assert set(visitors.profiles) == {"u:ada-l"}
