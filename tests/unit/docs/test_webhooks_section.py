"""docs/reference/http.md on webhooks: the call it shows is one that triggers make, and its receiver takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from standardwebhooks import WebhookVerificationError

from befit.node import clock
from befit.node.webhooks.signing import keys_of, signature
from tests.events import Visitor, event, track
from tests.pages import blocks
from tests.sites import program_of

PAGE = "docs/reference/http.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def names(value: Any) -> Any:
    """The shape of JSON: names of members, without those that a site gives."""
    own = ("traits", "signals", "properties")
    return (
        {name: names(each) if name not in own else None for name, each in value.items()}
        if isinstance(value, dict)
        else None
    )


@pytest.fixture
def body(tmp_path: Path) -> bytes:
    site = "name: t\nwebhooks: {crm: {url: 'https://crm.example'}}\n"
    visitor = Visitor(program_of(tmp_path, site=site, triggers="tell: {on: Add, webhook: crm}\n"))
    (call,) = visitor.does(event("identify", "identify", 0), track("Add", 1)).calls
    return call.body


def test_the_call_that_the_page_shows_has_the_members_of_a_real_one(body: bytes) -> None:
    (shown,) = (block.text for block in blocks(PAGE, "json") if block.info == "sent")
    assert names(msgspec.json.decode(shown)) == names(msgspec.json.decode(body))


def test_the_receiver_of_the_page_takes_a_real_call_and_no_other(body: bytes) -> None:
    found: dict[str, Any] = {}
    exec(blocks(PAGE, "python")[1].text, found)
    seconds = clock() // 1000
    headers = {"webhook-id": "1", "webhook-timestamp": str(seconds)}
    headers["webhook-signature"] = signature(keys_of(SECRET), "1", seconds, body)
    assert found["receive"](body, headers, SECRET)["type"] == "trigger"
    with pytest.raises(WebhookVerificationError):
        found["receive"](body + b" ", headers, SECRET)
