"""The big banner follows what a visitor does, without a reload."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.shopper import Shopper, send
from tests.servers import Server


def test_three_products_of_one_category_turn_the_welcome_into_an_offer_for_it(shopper: Shopper) -> None:
    shopper.open()
    expect(shopper.hero).to_have_text("Good things, made to last")
    for index in range(3):
        shopper.look_at("electronics", index)
    shopper.go_to_category("books")
    expect(shopper.hero).to_have_text("15 % off electronics")
    shopper.go_home()
    expect(shopper.hero).to_have_text("15 % off electronics")
    assert shopper.stayed_on_the_document()


def test_three_products_of_three_categories_change_nothing(shopper: Shopper) -> None:
    shopper.open()
    for category in ("electronics", "books", "toys"):
        shopper.look_at(category)
    shopper.go_home()
    shopper.until(lambda: shopper.signal("products_seen"), 3)
    assert shopper.profile()["tags"] == []
    expect(shopper.hero).to_have_text("Good things, made to last")


def test_a_purchase_brings_the_loyalty_discount_instead_of_the_offer(shopper: Shopper) -> None:
    shopper.open()
    for index in range(3):
        shopper.look_at("books", index)
    shopper.go_to_category("books")
    expect(shopper.hero).to_have_text("15 % off books")
    shopper.look_at("books")
    shopper.add_to_cart()
    shopper.order()
    shopper.go_home()
    expect(shopper.hero).to_have_text("Welcome back, here is 10 % for you")
    assert shopper.stayed_on_the_document()


def test_ten_minutes_of_browsing_one_category_bring_related_products(shopper: Shopper, server: Server) -> None:
    visitor = shopper.began(660, type="category", category="home")
    ping = {"type": "track", "event": "Page Ping", "properties": {"visible_ms": 57_000, "scroll": 50}}
    send(server, visitor, *((60.0 * minutes, ping) for minutes in range(10, 0, -1)))
    shopper.page.clock.install()
    shopper.open("/category/home")
    expect(shopper.hero).to_have_text("Good things, made to last")
    assert shopper.signal("home_time") == 570_000
    shopper.stay(30)
    expect(shopper.slot("hero")).to_contain_text("Because you took your time")
    assert shopper.stayed_on_the_document()
