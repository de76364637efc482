"""The panel "Why am I seeing this?" shows what befit knows and why each slot shows what it shows, live."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.shopper import Shopper


def cell(panel: Locator, signal: str) -> Locator:
    return panel.get_by_test_id(f"signal-{signal}").locator("td")


def rule(panel: Locator, number: str) -> Locator:
    return panel.locator(f'[data-rule="{number}"]')


def test_signals_and_tags_follow_the_visitor(shopper: Shopper) -> None:
    panel = shopper.open().open_panel()
    expect(panel.get_by_test_id("anonymous-id")).to_have_text(shopper.anonymous_id)
    expect(cell(panel, "electronics_views")).to_have_text("0")
    expect(panel.get_by_test_id("panel-tags")).to_have_count(0)
    for seen in (1, 2, 3):
        shopper.look_at("electronics", seen)
        expect(cell(panel, "electronics_views")).to_have_text(str(seen))
    expect(panel.get_by_test_id("panel-tags")).to_contain_text("interested-in-electronics")
    expect(cell(panel, "category_affinity")).to_contain_text("electronics")
    expect(cell(panel, "interest_top")).to_have_text("electronics")
    assert shopper.stayed_on_the_document()


def test_each_slot_tells_which_rule_was_chosen_and_why_the_ones_before_were_not(shopper: Shopper) -> None:
    panel = shopper.open().open_panel()
    hero = panel.get_by_test_id("panel-slot-hero")
    expect(hero.get_by_test_id("panel-module")).to_have_text("welcome")
    expect(rule(panel, "hero.3")).to_have_attribute("data-outcome", "chosen")
    expect(rule(panel, "hero.0")).to_have_attribute("data-outcome", "missing")
    for index in range(3):
        shopper.look_at("home", index)
    expect(hero.get_by_test_id("panel-module")).to_have_text("category-offer")
    expect(rule(panel, "hero.1")).to_have_attribute("data-outcome", "chosen")
    expect(rule(panel, "hero.1")).to_contain_text("interested-in-home")
    for slot, module in {"recommendations": "bestsellers", "sidebar": "favourites", "checkout": "nothing"}.items():
        expect(panel.get_by_test_id(f"panel-slot-{slot}").get_by_test_id("panel-module")).to_have_text(module)
    assert shopper.stayed_on_the_document()


def test_a_rule_below_another_stands_inside_it(shopper: Shopper) -> None:
    shopper.open("/product/krus-mug")
    shopper.add_to_cart()
    shopper.order()
    panel = shopper.open_panel()
    expect(rule(panel, "hero.0")).to_have_attribute("data-outcome", "true")
    expect(rule(panel, "hero.0").locator('[data-rule="hero.0.1"]')).to_have_attribute("data-outcome", "chosen")


def test_starting_over_makes_a_visitor_that_nobody_knows(shopper: Shopper) -> None:
    panel = shopper.open().open_panel()
    for index in range(3):
        shopper.look_at("toys", index)
    expect(cell(panel, "toys_views")).to_have_text("3")
    before = shopper.anonymous_id
    panel.get_by_test_id("panel-new-visitor").click()
    expect(shopper.hero).to_have_text("Good things, made to last")
    expect(cell(panel, "toys_views")).to_have_text("0")
    assert shopper.anonymous_id != before
    assert shopper.stayed_on_the_document()
