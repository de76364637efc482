"""What the SDK tells by itself: page views, how far a page was seen, how long, and what happened just before leaving."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewShopper
from tests.e2e.shopper import Shopper
from tests.e2e.test_script_tag import write_bare_site
from tests.e2e.trouble import LEAVING, Trouble


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bare_site(tmp_path_factory.mktemp("bare") / "site")


@pytest.fixture
def reader(new_shopper: NewShopper, trouble: Trouble) -> Shopper:
    trouble.expect(LEAVING)
    return new_shopper()


def test_each_page_of_a_visit_counts_whether_loaded_or_routed_to(reader: Shopper) -> None:
    reader.open()
    reader.page.evaluate("history.pushState(null, '', '/two')")
    reader.until(lambda: reader.signal("views"), 2)
    reader.page.evaluate("history.replaceState(null, '', '/three')")
    reader.until(lambda: reader.signal("views"), 3)
    reader.page.go_back()
    reader.until(lambda: reader.signal("views"), 4)
    reader.page.goto(reader.server.url + "/four?utm_source=letter")
    reader.until(lambda: reader.signal("views"), 5)
    session = reader.profile()["session"]
    assert session["pageViews"] == 5
    assert session["landing"]["path"] == "/"
    assert session["page"]["path"] == "/four"
    assert reader.profile()["context"]["campaign"] == {"source": "letter"}


def test_the_end_of_a_long_page_is_told(reader: Shopper) -> None:
    reader.stop_time().open()
    slot = reader.page.locator("befit-slot[name=depth]")
    expect(slot).to_have_text("more below")
    reader.stay(5)
    assert 0 < reader.signal("deepest") < 60
    reader.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    reader.stay(5)
    expect(slot).to_have_text("you have seen it all")
    assert reader.signal("deepest") == 100
    # How far it was seen stays, wherever the visitor is by now.
    reader.page.evaluate("window.scrollTo(0, 0)")
    reader.stay(5)
    assert reader.signal("deepest") == 100


def test_leaving_delivers_the_last_click_and_the_last_seconds(reader: Shopper) -> None:
    reader.stop_time().open()
    reader.until(lambda: reader.signal("early"), 1)
    reader.freeze()
    visitor = reader.anonymous_id
    # No timer of the page fires any more: what arrives now was sent on leaving.
    reader.page.get_by_role("button", name="Like").click()
    reader.page.goto("about:blank")
    reader.until(lambda: reader.profile(visitor)["signals"]["likes"], 1)
    assert reader.profile(visitor)["session"]["dwellMs"] > 0


def test_a_click_on_a_link_out_of_the_site_arrives(reader: Shopper) -> None:
    visitor = reader.open().anonymous_id
    reader.page.get_by_role("link", name="Elsewhere").click()
    reader.page.wait_for_url("about:blank")
    reader.until(lambda: reader.profile(visitor).get("signals", {}).get("leaves"), 1)
