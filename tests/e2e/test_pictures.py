"""The home page before and after a visitor looked around, as the README shows it.

`BEFIT_PICTURES=1` writes the pictures to docs/images; without it they are only compared.
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, NewShopper
from tests.e2e.shopper import Shopper

SIDE_BY_SIDE = """<!doctype html>
<style>
  body {{ display: flex; gap: 32px; margin: 0; padding: 32px; background: #e9e5dd; font: 500 24px system-ui, sans-serif }}
  figure {{ flex: 1; margin: 0 }}
  img {{ display: block; width: 100%; border-radius: 12px; box-shadow: 0 2px 18px rgb(0 0 0 / 16%) }}
  figcaption {{ padding: 0 4px 16px; color: #4a463f }}
</style>
<figure><figcaption>a new visitor</figcaption><img src="data:image/png;base64,{before}"></figure>
<figure><figcaption>a minute later, without a reload</figcaption><img src="data:image/png;base64,{after}"></figure>
"""


def picture(page: Page, path: Path) -> bytes:
    """What is on screen, once nothing moves any more."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(animation => animation.finished)).then(() => true)")
    # Hiding the caret would put a style into the page, which its policy forbids.
    return page.screenshot(path=path, caret="initial")


def side_by_side(new_shopper: NewShopper, before: bytes, after: bytes, path: Path) -> None:
    page = new_shopper(width=1600, height=200).page
    page.set_content(SIDE_BY_SIDE.format(before=b64encode(before).decode(), after=b64encode(after).decode()))
    expect(page.locator("img").last).to_have_js_property("complete", True)
    page.screenshot(path=path, full_page=True)


def looks_around(shopper: Shopper) -> None:
    """Three things of one category."""
    for index in range(3):
        shopper.look_at("electronics", index)
    shopper.go_home()
    expect(shopper.hero).to_have_text("15 % off electronics")


def test_the_page_is_another_after_a_visitor_looked_around(new_shopper: NewShopper, tmp_path: Path) -> None:
    folder = ROOT / "docs" / "images" if os.environ.get("BEFIT_PICTURES") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    shopper = new_shopper(width=1280, height=860)
    shopper.open()
    before = picture(shopper.page, folder / "before.png")
    looks_around(shopper)
    after = picture(shopper.page, folder / "after.png")
    side_by_side(new_shopper, before, after, folder / "before-after.png")
    assert before != after
    assert (folder / "before-after.png").stat().st_size > 10_000
    assert shopper.stayed_on_the_document()
