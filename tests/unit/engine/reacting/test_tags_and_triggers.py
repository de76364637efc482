"""Tags with a time to live, triggers, timers as events, and what they set off."""

from __future__ import annotations

from pathlib import Path

import pytest

from befit.engine import decide
from befit.model import DecideRequest
from tests.events import Visitor, ms, page, ping, track
from tests.sites import program_of

SIGNALS = """
views: {count: Product Viewed, within: 10m}
on_page: {dwell: page}
cart: {count: Product Added, within: session}
cart_abandoned: {sequence: [Product Added, {absent: Order Completed, for: 10m}]}
"""
TAGS = """
interested: {when: 'signals.views >= 3', ttl: 1h}
buyer: {on: Order Completed, when: 'event.properties.total > 10.0', ttl: 90d, unset: {on: Order Refunded}}
idle-cart: {when: 'signals.cart_abandoned', unset: {on: Order Completed}}
chained: {when: '"interested" in tags'}
"""
TRIGGERS = """
reminder: {when: 'signals.on_page >= duration("2m") && signals.cart > 0', show: {hero: reminder}, for: 10m, cooldown: 1h}
greeting: {on: Signed In, show: {hero: greeting}, for: page, emit: Greeted}
"""
SITE = "name: test\nschema: {events: {Order Completed: {total: double}}}\n"
MODULES = {name: f"type: banner\nprops: {{title: {name}}}\n" for name in ("reminder", "greeting")}


@pytest.fixture
def ada(tmp_path: Path) -> Visitor:
    return Visitor(program_of(tmp_path, site=SITE, signals=SIGNALS, tags=TAGS, triggers=TRIGGERS, modules=MODULES))


def hero(visitor: Visitor, at: float) -> str:
    return decide(visitor.profile, DecideRequest(slots=["hero"]), visitor.program, ms(at))[0].module


def views(*at: float) -> list:  # type: ignore[type-arg]
    return [track("Product Viewed", second) for second in at]


def test_a_tag_is_set_when_its_condition_becomes_true_and_goes_after_its_time(ada: Visitor) -> None:
    ada.does(*views(0, 1))
    assert ada.tags == []
    ada.does(*views(2))
    assert "interested" in ada.tags
    ada.wait(3601)
    assert "interested" in ada.tags
    ada.wait(3602)
    assert "interested" not in ada.tags


def test_a_tag_that_holds_again_lives_longer(ada: Visitor) -> None:
    ada.does(*views(0, 1, 2, 300))
    ada.wait(3700)
    assert "interested" in ada.tags
    ada.wait(3900)
    assert "interested" not in ada.tags


def test_tags_may_follow_from_tags(ada: Visitor) -> None:
    effects = ada.does(*views(0, 1, 2))
    assert {"interested", "chained"} <= set(ada.tags)
    assert "tags" in effects.changed


def test_a_tag_on_an_event_needs_its_condition_and_its_removal_needs_none(ada: Visitor) -> None:
    ada.does(track("Order Completed", 0, total=5))
    assert "buyer" not in ada.tags
    ada.does(track("Order Completed", 1, total=50))
    assert "buyer" in ada.tags
    ada.does(track("Order Refunded", 2))
    assert "buyer" not in ada.tags
    assert "tag:buyer" not in ada.profile.timers


def test_absence_is_noticed_by_a_timer_and_undone_by_the_event(ada: Visitor) -> None:
    ada.does(track("Product Added", 0))
    ada.wait(599)
    assert "idle-cart" not in ada.tags
    ada.wait(600)
    assert "idle-cart" in ada.tags
    ada.does(track("Order Completed", 700, total=1))
    assert "idle-cart" not in ada.tags
    assert ada.signal("cart_abandoned", 700) is False


def test_adding_again_restarts_the_wait_and_ordering_ends_it(ada: Visitor) -> None:
    ada.does(track("Product Added", 0), track("Product Added", 500))
    ada.wait(1099)
    assert "idle-cart" not in ada.tags
    ada.does(track("Order Completed", 1099, total=1))
    ada.wait(5000)
    assert "idle-cart" not in ada.tags


def test_a_trigger_fires_when_it_becomes_true_shows_for_its_time_and_cools_down(ada: Visitor) -> None:
    ada.does(track("Product Added", 0), page("/p", 1, "v"), *(ping(1 + 30 * n, 30, "v") for n in range(1, 4)))
    assert hero(ada, 91) == "welcome"
    ada.does(ping(121, 30, "v"))
    assert hero(ada, 121) == "reminder"
    ada.wait(721)
    assert hero(ada, 721) == "welcome"
    ada.does(page("/q", 730, "w"), *(ping(730 + 30 * n, 30, "w") for n in range(1, 6)))
    assert hero(ada, 880) == "welcome"


def test_a_trigger_on_an_event_shows_while_its_page_lasts_and_emits(ada: Visitor) -> None:
    ada.does(page("/", 0, "v1"), track("Signed In", 1))
    assert hero(ada, 2) == "greeting"
    assert [(emitted.name, emitted.message_id.endswith(":greeting")) for emitted in ada.emitted] == [("Greeted", True)]
    ada.does(page("/next", 3, "v2"))
    assert hero(ada, 3) == "welcome"


def test_an_old_timer_does_nothing(ada: Visitor) -> None:
    ada.does(*views(0, 1, 2))
    due = ada.profile.timers["tag:interested"]
    ada.does(*views(10))
    from befit.engine import timer_event

    ada.does(timer_event(ada.profile.id, "tag:interested", due))
    assert "interested" in ada.tags
