"""One browser for all tests here, a server for each module, and a fresh browser profile for each visitor.

A test fails on anything that a developer would see in red in the browser's console, unless it said that it expects it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.shopper import Shopper
from tests.e2e.trouble import Trouble
from tests.servers import Server

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run")

expect.set_options(timeout=15_000)

NewShopper = Callable[..., Shopper]


# Until the last test of this package, not longer: while Playwright runs, no other test can run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "these tests need a browser: run scripts/install-browser"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site() -> Path:
    """The site folder that this module's server serves."""
    assert (SHOP / "storefront" / "dist" / "index.html").exists(), "the storefront is not built: run npm run build"
    return SHOP / "site"


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(site, tmp_path_factory.mktemp("server") / "data")
    try:
        yield running.start()
    finally:
        code = running.stop()
    assert code == 0, running.output()


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    watched = Trouble()
    yield watched
    assert not watched.unexpected(), "\n".join(watched.unexpected())


@pytest.fixture
def new_shopper(browser: Browser, server: Server, trouble: Trouble) -> Iterator[NewShopper]:
    """Makes visitors that nobody knows, each with a browser of their own; takes the options of a browser context."""
    contexts = []

    def make(width: int = 1280, height: int = 900) -> Shopper:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        trouble.watch(context)
        contexts.append(context)
        return Shopper(context.new_page(), server)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def shopper(new_shopper: NewShopper) -> Shopper:
    """One visitor that nobody knows."""
    return new_shopper()
