"""A visitor of the demo shop, in words of what people do there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, Request, Response, expect

from tests.servers import Server

WRITE_KEY = "demo-write-key"
FLUSH = 60
"""Milliseconds; the SDK waits 50 for more events before it sends one."""
SLICE = 4
"""Seconds."""
STREAM = re.compile(r"/v1/stream\?")


class Shopper:
    """One tab of one visitor's browser."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.frozen = False
        self._unanswered: set[Request] = set()
        page.on("request", self._asks)
        page.on("response", lambda response: self._is_answered(response.request))
        page.on("requestfailed", self._is_answered)

    def _asks(self, request: Request) -> None:
        if STREAM.search(request.url):
            self._unanswered.add(request)

    def _is_answered(self, request: Request) -> None:
        self._unanswered.discard(request)

    # Getting about

    def open(self, path: str = "/") -> Shopper:
        """Load a page as from a bookmark, and wait until its slots are decided."""
        self.page.goto(self.server.url + path)
        self.page.evaluate("window.document_of_the_test = 'the same'")
        expect(self.page.locator("befit-slot .fallback")).to_have_count(0)
        return self

    def new_tab(self, path: str = "/") -> Shopper:
        """Another tab of the same browser."""
        return Shopper(self.page.context.new_page(), self.server).open(path)

    def stayed_on_the_document(self) -> bool:
        """Whether the page has not been loaded again since `open`."""
        return bool(self.page.evaluate("window.document_of_the_test === 'the same'"))

    def go_home(self) -> None:
        self.page.locator(".wordmark").click()

    def go_to_category(self, category: str) -> None:
        self.page.locator("header").get_by_test_id(f"category-{category}").click()

    def look_at(self, category: str, index: int = 0) -> None:
        """Open a product from the list of its category."""
        self.go_to_category(category)
        self.page.locator(f'[data-befit-prop-list-id="{category}"]').nth(index).click()
        expect(self.page.get_by_test_id("product")).to_be_visible()

    def add_to_cart(self) -> None:
        self.page.get_by_test_id("add-to-cart").click()
        expect(self.page.get_by_test_id("added")).to_contain_text("In your cart")

    def order(self) -> None:
        """Buy what is in the cart."""
        self.page.get_by_test_id("cart-link").click()
        self.page.get_by_test_id("to-checkout").click()
        self.page.get_by_test_id("place-order").click()
        expect(self.page.get_by_test_id("thanks")).to_be_visible()

    def sign_in(self, user_id: str) -> None:
        self.page.get_by_test_id("account").click()
        self.page.get_by_test_id("user-id").fill(user_id)
        self.page.get_by_test_id("sign-in").click()
        expect(self.page.get_by_test_id("account")).to_have_text(user_id)

    def open_panel(self) -> Locator:
        """Open "Why am I seeing this?"."""
        self.page.get_by_test_id("panel-toggle").click()
        return self.page.get_by_test_id("panel")

    # Time

    def began(self, seconds: float, **page: Any) -> str:
        """Before `open`: this visit began so many seconds ago, on this page; the visitor's anonymousId."""
        anonymous_id = token_hex(8)
        known = f"localStorage.setItem('befit_anonymous_id', '{anonymous_id}')"
        self.page.add_init_script(f"if (origin !== 'null') {known}")
        send(self.server, anonymous_id, (seconds, {"type": "page", "properties": {"path": "/", **page}}))
        return anonymous_id

    def stop_time(self) -> Shopper:
        """Before `open`: the page's time is the test's to move on. Until `stay` it runs by itself too.

        Time that jumps makes events older than they are, and what is older than its visit does not count: so this one
        began a minute ago.
        """
        self.began(60)
        self.page.clock.install()
        return self

    def freeze(self) -> None:
        """From now on the page's time moves only when the test moves it."""
        if not self.frozen:
            self.page.clock.pause_at(self.page.evaluate("Date.now() / 1000") + 1)
            self.frozen = True

    def stay(self, seconds: int, *, after: int = 0) -> None:
        """Look at the page for so long, `after` the seconds already spent there. Freezes the page's time.

        It waits for the server's answer to each ping (every 5 s in the first minute, then every 15 s): an event that is
        sent late counts as long ago.
        """
        self.freeze()
        told = after
        while told < after + seconds:
            step = 5 if told < 60 else 15
            with self.page.expect_response(_answers_a_ping):
                self.wait(step)
                self.page.clock.run_for(FLUSH)
            told += step

    def wait(self, seconds: int) -> None:
        """Let time pass on the page, no faster than its connections can follow: they give up after 5 s."""
        for passed in range(0, seconds, SLICE):
            self.page.clock.run_for(min(SLICE, seconds - passed) * 1000)
            while self._unanswered:
                self.page.wait_for_timeout(10)

    def hide(self) -> None:
        """Turn to another tab. Chromium without a screen never tells its pages so, so this does."""
        self._set_visibility("hidden")

    def show(self) -> None:
        """Turn back to this tab."""
        self._set_visibility("visible")

    def _set_visibility(self, state: str) -> None:
        self.page.evaluate(
            """state => {
                Object.defineProperty(document, 'visibilityState', {configurable: true, value: state});
                Object.defineProperty(document, 'hidden', {configurable: true, value: state === 'hidden'});
                document.dispatchEvent(new Event('visibilitychange'));
            }""",
            state,
        )

    @contextmanager
    def connecting(self, slots: str) -> Iterator[None]:
        """Wait, after what is done inside, until a stream for these slots is open."""
        wanted = re.compile(rf"/v1/stream\?.*slots={slots.replace(',', '%2C')}(&|$)")
        with self.page.expect_response(wanted):
            yield

    # What is shown and known

    def slot(self, name: str) -> Locator:
        return self.page.get_by_test_id(f"slot-{name}")

    @property
    def hero(self) -> Locator:
        """The title of the big banner."""
        return self.slot("hero").get_by_test_id("banner-title")

    @property
    def anonymous_id(self) -> str:
        return str(self.page.evaluate("localStorage.getItem('befit_anonymous_id')"))

    def profile(self, any_id: str = "") -> dict[str, Any]:
        """All that befit knows; empty while it knows nothing."""
        found = httpx.get(
            f"{self.server.url}/admin/v1/profiles/{any_id or self.anonymous_id}", headers=self.server.admin
        )
        profile: dict[str, Any] = found.json() if found.status_code == 200 else {}
        return profile

    def signal(self, name: str) -> Any:
        return self.profile().get("signals", {}).get(name)

    def until(self, ask: Callable[[], Any], expected: Any) -> None:
        """Ask, while the browser goes on, until the answer is the expected one."""
        deadline = time.monotonic() + 15
        while (answer := ask()) != expected and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert answer == expected, f"{answer!r}, not {expected!r}"


def send(server: Server, anonymous_id: str, *calls: tuple[float, dict[str, Any]]) -> None:
    """Events of a visitor that come from no page: (how many seconds ago, the call), by the tracking API."""
    now = time.time()
    batch = [
        {"anonymousId": anonymous_id, "messageId": f"{anonymous_id}-{now}-{index}", "timestamp": iso(now - ago), **call}
        for index, (ago, call) in enumerate(calls)
    ]
    body = {"writeKey": WRITE_KEY, "sentAt": iso(now), "batch": batch}
    answer = httpx.post(f"{server.url}/v1/batch", json=body)
    assert answer.json() == {"success": True}, answer.text


def iso(seconds: float) -> str:
    """A moment as the tracking API wants it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _answers_a_ping(response: Response) -> bool:
    return response.url.endswith("/v1/batch") and "Page Ping" in (response.request.post_data or "")
