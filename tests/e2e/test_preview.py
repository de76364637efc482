"""A draft shows in the one browser that opened its link, and there as live as everything else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SHOP, NewShopper
from tests.servers import SECRET_KEY, Server

WELCOME = "Good things, made to last"
DRAFT = "Hello from the draft"
SEEN = "You looked twice"


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with another welcome, and a rule over a signal that the live release does not have."""
    folder = tmp_path_factory.mktemp("draft") / "site"
    shutil.copytree(SHOP / "site", folder)
    module = folder / "modules" / "welcome.yaml"
    module.write_text(module.read_text().replace(WELCOME, DRAFT))
    (folder / "modules" / "seen.yaml").write_text(module.read_text().replace(DRAFT, SEEN))
    with (folder / "signals.yaml").open("a") as signals:
        signals.write("\nproducts_seen_ever: {count: Product Viewed}\n")
    slot = folder / "slots" / "hero.yaml"
    slot.write_text("- {when: signals.products_seen_ever >= 2, show: seen}\n" + slot.read_text())
    return folder


def link_to(draft: Path, server: Server) -> dict[str, Any]:
    command = [sys.executable, "-m", "befit", "preview", str(draft), "--url", server.url, "--json"]
    done = subprocess.run([*command, "--secret-key", SECRET_KEY], capture_output=True, check=True, text=True)
    link: dict[str, Any] = json.loads(done.stdout)
    return link


def test_only_the_browser_that_opened_the_link_sees_the_draft(
    new_shopper: NewShopper, draft: Path, server: Server
) -> None:
    one, other = new_shopper(), new_shopper()
    link = link_to(draft, server)
    one.page.goto(link["url"])
    expect(one.hero).to_have_text(DRAFT)
    other.open()
    expect(other.hero).to_have_text(WELCOME)
    again = httpx.get(link["url"])
    assert again.status_code == 404
    assert "opened in another browser" in again.json()["detail"]


def test_what_the_visitor_did_before_counts_and_what_they_do_now_shows_at_once(
    new_shopper: NewShopper, draft: Path, server: Server
) -> None:
    shopper = new_shopper()
    shopper.open()
    expect(shopper.hero).to_have_text(WELCOME)
    shopper.look_at("books")
    shopper.page.goto(link_to(draft, server)["url"])
    expect(shopper.hero).to_have_text(DRAFT)
    shopper.look_at("toys")
    shopper.go_home()
    expect(shopper.hero).to_have_text(SEEN)
    shopper.page.goto(f"{server.url}/v1/preview/end")
    expect(shopper.hero).to_have_text(WELCOME)


def test_a_link_leads_only_to_pages_of_the_site(draft: Path, server: Server) -> None:
    link = link_to(draft, server)["url"]
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        assert httpx.get(link, params={"to": elsewhere}).status_code == 400
    opened = httpx.get(link, params={"to": "/category/books"})
    assert (opened.status_code, opened.headers["location"]) == (303, "/category/books")
    assert "HttpOnly" in opened.headers["set-cookie"]


def test_a_forged_cookie_shows_what_is_live(server: Server) -> None:
    asked = {"writeKey": "demo-write-key", "anonymousId": "forger", "slots": ["hero"]}
    live = httpx.post(f"{server.url}/v1/decide", json=asked).json()["decisions"][0]["release"]
    for value in ("nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiZXhwIjo5OTk5OTk5OTk5fQ."):
        answer = httpx.post(f"{server.url}/v1/decide", json=asked, headers={"cookie": f"befit_preview={value}"})
        assert answer.json()["decisions"][0]["release"] == live
