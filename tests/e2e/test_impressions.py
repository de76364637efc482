"""An impression is what was really seen: half of it on screen for half a second, in a visible tab, once per decision."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewShopper
from tests.e2e.shopper import Shopper

LONG_ENOUGH = 600


@pytest.fixture
def shopper(new_shopper: NewShopper) -> Shopper:
    """With a screen that holds the hero, and not the recommendations below it."""
    return new_shopper(height=500).stop_time()


def shown(shopper: Shopper) -> dict[str, int]:
    found: dict[str, int] = shopper.profile().get("shown", {})
    return found


def everything_arrived(shopper: Shopper) -> None:
    """Events arrive in order: once a search has, all before it have."""
    shopper.page.get_by_test_id("search-input").fill("lamp")
    shopper.page.get_by_test_id("search-input").press("Enter")
    shopper.until(lambda: shopper.signal("last_search"), "lamp")


def test_what_is_on_screen_counts_and_what_is_below_it_does_not(shopper: Shopper) -> None:
    shopper.open()
    shopper.page.clock.run_for(LONG_ENOUGH)
    shopper.until(lambda: shown(shopper), {"hero/welcome": 1})
    shopper.page.clock.run_for(10_000)
    shopper.slot("recommendations").scroll_into_view_if_needed()
    expect(shopper.slot("recommendations")).to_be_in_viewport(ratio=0.5)
    shopper.page.clock.run_for(LONG_ENOUGH)
    shopper.until(lambda: shown(shopper), {"hero/welcome": 1, "recommendations/bestsellers": 1})


def test_the_same_decision_counts_once_however_often_it_is_seen(shopper: Shopper) -> None:
    shopper.open()
    for _ in range(3):
        shopper.page.evaluate("window.scrollTo(0, 0)")
        expect(shopper.slot("hero")).to_be_in_viewport(ratio=0.5)
        shopper.page.clock.run_for(LONG_ENOUGH)
        shopper.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        expect(shopper.slot("hero")).not_to_be_in_viewport()
    everything_arrived(shopper)
    assert shown(shopper)["hero/welcome"] == 1


def test_a_glance_does_not_count(shopper: Shopper) -> None:
    shopper.open().freeze()
    recommendations = shopper.slot("recommendations")
    for _ in range(3):
        recommendations.scroll_into_view_if_needed()
        expect(recommendations).to_be_in_viewport(ratio=0.5)
        shopper.page.clock.run_for(400)
        shopper.page.evaluate("window.scrollTo(0, 0)")
        expect(recommendations).not_to_be_in_viewport(ratio=0.5)
        shopper.page.clock.run_for(5_000)
    shopper.page.clock.resume()
    everything_arrived(shopper)
    assert "recommendations/bestsellers" not in shown(shopper)


def test_another_decision_counts_anew(shopper: Shopper) -> None:
    shopper.open()
    shopper.page.clock.run_for(LONG_ENOUGH)
    for index in range(3):
        shopper.look_at("sports", index)
    shopper.go_to_category("sports")
    expect(shopper.hero).to_have_text("15 % off sports")
    shopper.page.clock.run_for(LONG_ENOUGH)
    shopper.until(lambda: shown(shopper).get("hero/category-offer"), 1)


def test_a_click_inside_a_module_is_the_modules(shopper: Shopper) -> None:
    shopper.open()
    with shopper.page.expect_request(lambda request: "Module Clicked" in (request.post_data or "")) as sent:
        shopper.slot("hero").get_by_role("link", name="See what is new").click()
    answer = sent.value.response()
    assert answer is not None
    assert answer.json() == {"success": True}
    calls = json.loads(sent.value.post_data or "")["batch"]
    (clicked,) = (call["properties"] for call in calls if call.get("event") == "Module Clicked")
    assert (clicked["slot"], clicked["module"]) == ("hero", "welcome")
    assert clicked["target"].endswith("/category/home")
