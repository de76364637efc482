"""All tabs of a visitor show the same."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import NewShopper
from tests.e2e.shopper import Shopper


def test_a_second_tab_of_the_same_visitor_changes_too(shopper: Shopper) -> None:
    other = shopper.open().new_tab()
    expect(other.hero).to_have_text("Good things, made to last")
    for index in range(3):
        shopper.look_at("sports", index)
    expect(other.hero).to_have_text("15 % off sports")
    assert other.anonymous_id == shopper.anonymous_id
    assert other.stayed_on_the_document()


def test_a_visitor_in_another_browser_is_somebody_else(shopper: Shopper, new_shopper: NewShopper) -> None:
    stranger = new_shopper().open()
    shopper.open()
    for index in range(3):
        shopper.look_at("sports", index)
    shopper.go_home()
    expect(shopper.hero).to_have_text("15 % off sports")
    expect(stranger.hero).to_have_text("Good things, made to last")


def test_the_cart_is_the_same_in_every_tab(shopper: Shopper) -> None:
    other = shopper.open("/product/krus-mug").new_tab()
    shopper.add_to_cart()
    expect(other.page.get_by_test_id("cart-count")).to_have_text("1")
