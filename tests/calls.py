"""Calls of the tracking API for tests, and the site they are sent to."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from befit.model import DeadLetter, Event
from tests.sites import write_site

NOW = 1_790_000_000_000
SECRET = "the-secret-key-of-the-tests"

SITE = """
name: test
write_keys: [key]
origins: [https://shop.example]
public: [signals.views]
pages: pages
"""
SIGNALS = "views: {count: Product Viewed}\nhidden: {count: Product Viewed}\n"
SLOTS = {
    "hero": "- {when: signals.views >= 2, show: offer}\n- {show: welcome}\n",
    "side": "- {show: welcome}\n",
}
MODULES = {"offer": "type: banner\nprops: {title: Offer}\n"}

Logged = Callable[[], Awaitable[list[Event]]]
Buried = Callable[[], Awaitable[list[DeadLetter]]]


class Clock:
    """A clock that stands still until a test moves it."""

    now = NOW

    def __call__(self) -> int:
        return self.now


def calls_site(folder: Path, site: str = SITE) -> Path:
    """Write the site: its slot `hero` turns to an offer at the second product view."""
    write_site(folder, site=site, signals=SIGNALS, slots=SLOTS, modules=MODULES)
    (folder / "pages").mkdir()
    (folder / "pages" / "index.html").write_text("<h1>home</h1>")
    return folder


def track(**fields: Any) -> dict[str, Any]:
    """A track call that can be used as it is."""
    return {"type": "track", "event": "Product Viewed", "messageId": "m1", "anonymousId": "ada", **fields}


def batch(*calls: Any, **fields: Any) -> dict[str, Any]:
    """A batch with the site's write key."""
    return {"writeKey": "key", "batch": list(calls), **fields}


def basic(user: str) -> dict[str, str]:
    """Basic auth with an empty password."""
    return {"authorization": "Basic " + base64.b64encode(f"{user}:".encode()).decode()}


async def post(client: httpx.AsyncClient, body: Any, path: str = "/v1/batch", **headers: str) -> httpx.Response:
    """POST bytes as they are, or anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(path, content=content, headers={"content-type": "application/json", **headers})
