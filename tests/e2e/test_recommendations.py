"""On a product page the static recommendations become a cross-sell carousel for those who stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.shopper import Shopper

STATIC = "What everybody loves"
CROSS_SELL = "Goes well with it"
PRODUCT_SLOTS = "checkout,recommendations"


@pytest.fixture
def shopper(shopper: Shopper) -> Shopper:
    return shopper.stop_time()


def carousel(shopper: Shopper) -> Locator:
    return shopper.slot("recommendations").get_by_test_id("module-carousel")


def test_thirty_seconds_on_a_product_page_bring_the_cross_sell_carousel(shopper: Shopper) -> None:
    shopper.open("/product/lys-lamp")
    expect(shopper.slot("recommendations")).to_contain_text(STATIC)
    shopper.stay(25)
    assert shopper.profile()["session"]["dwellMs"] < 30_000
    expect(carousel(shopper)).to_have_count(0)
    shopper.stay(5)
    expect(carousel(shopper)).to_contain_text(CROSS_SELL)
    assert carousel(shopper).locator('[data-befit-prop-product-id="lys-lamp"]').count() == 0
    assert shopper.stayed_on_the_document()


def test_time_in_a_hidden_tab_does_not_count(shopper: Shopper) -> None:
    shopper.open("/product/lys-lamp")
    shopper.stay(20)
    shopper.hide()
    shopper.wait(90)
    # Hidden for longer than a minute, it has given its connection back.
    with shopper.connecting(PRODUCT_SLOTS):
        shopper.show()
    shopper.stay(5)
    dwell = shopper.profile()["session"]["dwellMs"]
    assert 25_000 <= dwell < 30_000
    expect(shopper.slot("recommendations")).to_contain_text(STATIC)
    shopper.stay(5)
    expect(carousel(shopper)).to_contain_text(CROSS_SELL)


def test_the_carousel_begins_with_the_category_that_was_clicked_most(shopper: Shopper) -> None:
    shopper.open()
    shopper.look_at("toys")
    for index in range(3):
        shopper.look_at("books", index)
    shopper.go_to_category("electronics")
    with shopper.connecting(PRODUCT_SLOTS):
        shopper.look_at("electronics")
    shopper.stay(30)
    items = carousel(shopper).get_by_test_id("product-card")
    expect(items.first).to_be_visible()
    categories = items.evaluate_all("cards => cards.map(card => card.dataset.befitPropCategory)")
    assert len(categories) == 10
    assert categories[:7] == ["books"] * 7
    assert "books" not in categories[7:]
