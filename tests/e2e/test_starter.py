"""`befit init` writes a site that works at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewShopper


def befit(*words: str) -> str:
    """Run a command; its output."""
    command = [sys.executable, "-m", "befit", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "my-site"
    assert f"befit serve {folder}" in befit("init", str(folder))
    return folder


def test_three_clicks_change_the_banner(new_shopper: NewShopper) -> None:
    visitor = new_shopper()
    page = visitor.page
    visitor.open()
    expect(page).to_have_title("my-site")
    banner = page.locator("befit-slot[name=hero]")
    expect(banner).to_contain_text("Hello, stranger")
    for clicks in (1, 2):
        page.get_by_role("button", name="Press me").click()
        expect(page.get_by_role("status")).to_contain_text(f"{clicks} click")
    expect(banner).to_contain_text("Hello, stranger")
    page.get_by_role("button", name="Press me").click()
    expect(banner).to_contain_text("That was 3 times")
    expect(page.locator(".dots .on")).to_have_count(3)
    assert visitor.stayed_on_the_document()


def test_a_saved_change_shows_on_the_open_page(new_shopper: NewShopper, site: Path) -> None:
    visitor = new_shopper().open()
    banner = visitor.page.locator("befit-slot[name=hero]")
    expect(banner).to_contain_text("Hello, stranger")
    module = site / "modules" / "welcome.yaml"
    text = module.read_text()
    module.write_text(text.replace("stranger", "friend"))
    expect(banner).to_contain_text("Hello, friend")
    module.write_text(text)
    expect(banner).to_contain_text("Hello, stranger")
    assert visitor.stayed_on_the_document()


def test_its_own_test_passes(site: Path) -> None:
    assert "passed  Three clicks change the banner" in befit("test", str(site))
    befit("check", str(site))
