"""Decisions arrive over whatever the network lets through."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.shopper import Shopper
from tests.e2e.trouble import Trouble


@pytest.fixture(autouse=True)
def _blocked(trouble: Trouble) -> None:
    trouble.expect(r"/v1/stream\?")


def changes_over(shopper: Shopper, connection: str) -> None:
    panel = shopper.open().open_panel()
    expect(panel.get_by_test_id("connection")).to_have_text(connection, timeout=30_000)
    for index in range(3):
        shopper.look_at("toys", index)
    shopper.go_home()
    expect(shopper.hero).to_have_text("15 % off toys")
    assert shopper.stayed_on_the_document()


def test_by_default_they_are_server_sent_events(shopper: Shopper) -> None:
    changes_over(shopper, "live (server-sent events)")


def block_streams(shopper: Shopper) -> None:
    shopper.page.route("**/v1/stream?*", lambda route: route.abort())


def test_without_a_stream_a_websocket_brings_them(shopper: Shopper) -> None:
    block_streams(shopper)
    changes_over(shopper, "live (WebSocket)")


def test_with_both_blocked_polling_brings_them(shopper: Shopper) -> None:
    block_streams(shopper)
    shopper.page.route_web_socket("**/v1/ws", lambda socket: socket.close())
    changes_over(shopper, "live (polling)")
