"""Who edits the site folder sees it on open pages; what does not check never goes live."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SHOP
from tests.e2e.shopper import Shopper
from tests.servers import Server

WELCOME = "Good things, made to last"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to edit, with the pages where its site.yaml looks for them."""
    copy = tmp_path_factory.mktemp("shop")
    shutil.copytree(SHOP / "site", copy / "site")
    shutil.copytree(SHOP / "storefront" / "dist", copy / "storefront" / "dist")
    return copy / "site"


def readiness(server: Server) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.get(f"{server.url}/readyz").json()
    return answer


def test_a_new_text_shows_on_an_open_page(shopper: Shopper, site: Path) -> None:
    module = site / "modules" / "welcome.yaml"
    text = module.read_text()
    shopper.open()
    expect(shopper.hero).to_have_text(WELCOME)
    module.write_text(text.replace(WELCOME, "Hello from the editor"))
    expect(shopper.hero).to_have_text("Hello from the editor")
    module.write_text(text)
    expect(shopper.hero).to_have_text(WELCOME)
    assert shopper.stayed_on_the_document()


def test_a_broken_edit_changes_nothing_and_says_where_it_is_wrong_until_it_is_mended(
    shopper: Shopper, site: Path, server: Server
) -> None:
    slot = site / "slots" / "hero.yaml"
    text = slot.read_text()
    shopper.open()
    before = readiness(server)
    assert before["problems"] == []
    slot.write_text(text.replace("signals.electronics_time", "signals.elektronics_time"))
    shopper.until(lambda: len(readiness(server)["problems"]), 1)
    broken = readiness(server)
    assert broken["problems"][0].startswith("slots/hero.yaml:")
    assert "elektronics_time" in broken["problems"][0]
    assert "electronics_time" in broken["problems"][0].replace("elektronics_time", "")
    assert (broken["status"], broken["release"]) == ("ok", before["release"])
    # The page still works by the rules that checked.
    for index in range(3):
        shopper.look_at("fashion", index)
    shopper.go_home()
    expect(shopper.hero).to_have_text("15 % off fashion")
    slot.write_text(
        text.replace("- {show: welcome}", "- {show: loyalty-discount}").replace("category-offer", "welcome")
    )
    expect(shopper.hero).to_have_text(WELCOME)
    mended = readiness(server)
    assert mended["problems"] == []
    assert mended["release"] != before["release"]
    slot.write_text(text)
    expect(shopper.hero).to_have_text("15 % off fashion")
    assert readiness(server)["release"] == before["release"]
    assert shopper.stayed_on_the_document()


def test_a_new_rule_takes_effect_for_what_visitors_did_before_it(shopper: Shopper, site: Path) -> None:
    slot = site / "slots" / "hero.yaml"
    text = slot.read_text()
    shopper.open().look_at("toys")
    shopper.go_home()
    shopper.until(lambda: shopper.signal("toys_views"), 1)
    slot.write_text("- {when: signals.toys_views >= 1, show: loyalty-discount}\n" + text)
    expect(shopper.hero).to_have_text("Welcome back, here is 10 % for you")
    slot.write_text(text)
    expect(shopper.hero).to_have_text(WELCOME)
