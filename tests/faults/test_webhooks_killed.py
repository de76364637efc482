"""kill -9 while webhooks are being called: every trigger that acted is told of, under one id each (DESIGN §6.2)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tests.receivers import Receiver, receiving
from tests.servers import Server
from tests.sites import write_site

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENTS = 60
KILLS = 4
REFUSED = 2
"""The first calls, which are answered with an error."""


async def send(server: Server, number: int) -> None:
    """One event, until it is acknowledged."""
    call = {"type": "track", "event": "Click", "anonymousId": f"v{number % 5}", "messageId": f"m{number}"}
    async with httpx.AsyncClient(timeout=5) as client:
        while True:
            try:
                reply = await client.post(f"{server.url}/v1/batch", json={"writeKey": "key", "batch": [call]})
                if reply.status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def told_of_all(receiver: Receiver) -> None:
    """Until the receiver has taken a call for every event."""
    async with asyncio.timeout(60):
        while len({each.data["event"]["messageId"] for each in receiver.received[REFUSED:]}) < EVENTS:
            await receiver.wait_for(len(receiver.received) + 1, 60)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


async def test_a_killed_server_tells_of_everything_it_acknowledged(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_SECRET", SECRET)
    async with receiving() as receiver:
        receiver.answers += [(500, {}), (503, {"retry-after": "1"})]
        write_site(
            site,
            site=f"name: t\nwrite_keys: [key]\nwebhooks: {{crm: {{url: '{receiver.url}', secret: CRM_SECRET}}}}\n",
            triggers="tell: {on: Click, webhook: crm}\n",
        )
        server = await asyncio.to_thread(Server(site, tmp_path / "data", ("--private-webhooks",)).start)
        try:
            for number in range(EVENTS):
                await send(server, number)
                if number % (EVENTS // KILLS) == 7:
                    server.kill()
                    server.launch()
            await told_of_all(receiver)
        finally:
            assert await asyncio.to_thread(server.stop) == 0
    ids = {each.data["event"]["messageId"]: each.id for each in receiver.received}
    assert len(ids) == EVENTS
    for each in receiver.received:
        assert each.id == ids[each.data["event"]["messageId"]]
        Webhook(SECRET).verify(each.body, each.headers)
