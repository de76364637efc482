"""What goes wrong in a browser: page errors, errors in the console (policy violations included), failed requests."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

PUSH = re.compile(r"/v1/(stream|poll)\?")
LEAVING = r"^request: .* net::ERR_ABORTED$"
"""What browsers say of a request that was under way when the visitor left the page."""


class Trouble:
    """Everything that went wrong in the contexts it watches."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def watch(self, context: BrowserContext) -> None:
        """From now on."""
        context.on("weberror", lambda error: self.seen.append(f"page error: {error.error}"))
        context.on("console", self._on_console)
        context.on("requestfailed", self._on_failed)

    def expect(self, pattern: str) -> None:
        """The test makes this kind of trouble itself."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """What no test asked for."""
        return [what for what in self.seen if not any(pattern.search(what) for pattern in self._expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        # The SDK warns of what it could not do when the page does not listen to its errors.
        if message.type == "error" or (message.type == "warning" and message.text.startswith("befit:")):
            self.seen.append(f"console: {message.text} ({message.location['url']})")

    def _on_failed(self, request: Request) -> None:
        # Push connections end when the page wants other slots, or goes away.
        if not (request.failure == "net::ERR_ABORTED" and PUSH.search(request.url)):
            self.seen.append(f"request: {request.method} {request.url} {request.failure}")
