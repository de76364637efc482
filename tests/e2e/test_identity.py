"""Who signs in on two devices is one person."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import NewShopper


def test_two_browsers_that_sign_in_as_the_same_user_become_one_profile(new_shopper: NewShopper) -> None:
    phone, laptop = new_shopper(width=390, height=844).open("/product/krus-mug"), new_shopper().open()
    laptop.look_at("home", 0)
    laptop.look_at("home", 3)
    laptop.go_home()
    laptop.sign_in("kim")
    laptop.until(lambda: laptop.profile("kim").get("signals", {}).get("home_views"), 2)
    expect(laptop.hero).to_have_text("Good things, made to last")
    phone.sign_in("kim")
    # Two products seen on one device and one on the other are three.
    expect(laptop.hero).to_have_text("15 % off home")
    phone.go_home()
    expect(phone.hero).to_have_text("15 % off home")
    kim = laptop.profile("kim")
    assert set(kim["ids"]) == {"kim", laptop.anonymous_id, phone.anonymous_id}
    assert kim["signals"]["home_views"] == 3
    assert phone.profile()["id"] == laptop.profile()["id"] == "kim"
    assert phone.stayed_on_the_document()
    assert laptop.stayed_on_the_document()


def test_what_one_does_after_signing_in_shows_on_the_other(new_shopper: NewShopper) -> None:
    phone, laptop = new_shopper().open(), new_shopper().open()
    phone.sign_in("ada")
    laptop.sign_in("ada")
    laptop.until(lambda: len(laptop.profile("ada").get("ids", [])), 3)
    phone.look_at("books", 0)
    laptop.look_at("books", 1)
    phone.look_at("books", 2)
    phone.go_home()
    laptop.go_home()
    expect(phone.hero).to_have_text("15 % off books")
    expect(laptop.hero).to_have_text("15 % off books")
