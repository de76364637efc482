"""The reminder of the cart comes to those who hesitate, and comes back to carts that were left."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.shopper import Shopper, send
from tests.servers import Server


def reminder(shopper: Shopper) -> Locator:
    return shopper.slot("checkout").get_by_test_id("reminder")


def test_two_minutes_on_a_product_page_with_something_in_the_cart_bring_the_reminder(shopper: Shopper) -> None:
    shopper.stop_time().open("/product/lys-lamp")
    shopper.add_to_cart()
    shopper.stay(105)
    expect(reminder(shopper)).to_have_count(0)
    shopper.stay(15, after=105)
    expect(reminder(shopper)).to_contain_text("Your cart is waiting")
    assert shopper.stayed_on_the_document()


def test_two_minutes_with_an_empty_cart_bring_nothing(shopper: Shopper) -> None:
    shopper.stop_time().open("/product/lys-lamp")
    shopper.stay(120)
    assert shopper.profile()["session"]["dwellMs"] >= 120_000
    expect(reminder(shopper)).to_have_count(0)


def test_ten_minutes_of_idle_cart_bring_it_back_on_the_next_page(shopper: Shopper, server: Server) -> None:
    shopper.open()
    lamp = {"product_id": "lys-lamp", "category": "home", "price": 89, "quantity": 1, "cart_items": 1}
    added = {"type": "track", "event": "Product Added", "properties": lamp}
    send(server, shopper.anonymous_id, (660, added))
    shopper.until(lambda: shopper.signal("cart_idle"), True)
    expect(reminder(shopper)).to_have_count(0)
    shopper.go_to_category("books")
    expect(reminder(shopper)).to_contain_text("Your cart is waiting")
    assert shopper.stayed_on_the_document()
