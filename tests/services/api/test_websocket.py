"""GET /v1/ws over a real connection: decisions down, events up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.calls import batch, post, track
from tests.server import Server


def socket(server: Server, **options: Any) -> connect:
    return connect(server.url.replace("http", "ws") + "/v1/ws", **options)


async def say(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def subscribe(ws: ClientConnection, visitor: str, **fields: Any) -> None:
    message = {"writeKey": "key", "anonymousId": visitor, "slots": ["hero"], **fields}
    await say(ws, type="subscribe", **message)


async def hear(ws: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Any] = json.loads(await ws.recv())
            if message["type"] == kind:
                return message


async def test_who_subscribes_gets_decisions_and_what_changes(
    server: Server, http: httpx.AsyncClient, visitor: str
) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor)
        first = await hear(ws, "decision")
        assert (first["decision"]["slot"], first["decision"]["module"]) == ("hero", "welcome")
        await post(http, batch(*(track(messageId=f"{visitor}-{n}", anonymousId=visitor) for n in range(2))))
        changed = await hear(ws, "decision")
        assert changed["decision"]["module"] == "offer"
        assert changed["id"] != first["id"]


async def test_events_go_up_and_are_acknowledged_when_they_are_durable(server: Server, visitor: str) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor)
        await hear(ws, "decision")
        for name in ("a", "b"):
            call = track(messageId=f"{visitor}-{name}")
            del call["anonymousId"]
            await say(ws, type="event", event=call)
        acknowledged = set()
        decision = None
        while decision is None or len(acknowledged) < 2:
            message = json.loads(await asyncio.wait_for(ws.recv(), 20))
            if message["type"] == "ack":
                acknowledged.add(message["messageId"])
            elif message["type"] == "decision":
                decision = message["decision"]["module"]
        assert acknowledged == {f"{visitor}-a", f"{visitor}-b"}
        assert decision == "offer"


async def test_a_bad_event_is_answered_with_its_problem_and_the_connection_stays(server: Server, visitor: str) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor)
        await say(ws, type="event", event={"type": "track"})
        problem = (await hear(ws, "error"))["problem"]
        assert (problem["type"], problem["field"]) == ("/problems/invalid-input", "$.event.event")
        await ws.send("{")
        assert (await hear(ws, "error"))["problem"]["status"] == 400
        await say(ws, type="event", event=track(messageId=f"{visitor}-a"))
        assert (await hear(ws, "ack"))["messageId"] == f"{visitor}-a"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"writeKey": "wrong"}, 401), ({"anonymousId": ""}, 400), ({"slots": ["nope"]}, 404), ({"userId": "u1"}, 403)],
)
async def test_a_subscription_that_cannot_be_is_answered_with_its_problem(
    server: Server, visitor: str, fields: dict[str, Any], status: int
) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor, **fields)
        assert (await hear(ws, "error"))["problem"]["status"] == status


async def test_nothing_goes_up_before_a_subscription(server: Server) -> None:
    async with socket(server) as ws:
        await say(ws, type="event", event=track())
        assert (await hear(ws, "error"))["problem"]["status"] == 401


async def test_who_resumes_gets_only_what_changed_in_between(
    server: Server, http: httpx.AsyncClient, visitor: str
) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor, slots=["side", "hero"])
        await hear(ws, "decision")
        cursor = (await hear(ws, "decision"))["id"]
    await post(http, batch(*(track(messageId=f"{visitor}-{n}", anonymousId=visitor) for n in range(2))))
    async with socket(server) as ws:
        await subscribe(ws, visitor, slots=["side", "hero"], since=cursor)
        assert (await hear(ws, "decision"))["decision"]["slot"] == "hero"
        assert json.loads(await ws.recv())["type"] == "heartbeat"


async def test_a_second_subscription_takes_the_place_of_the_first(server: Server, visitor: str) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor)
        assert (await hear(ws, "decision"))["decision"]["slot"] == "hero"
        await subscribe(ws, visitor, slots=["side"], profile=True)
        assert (await hear(ws, "decision"))["decision"]["slot"] == "side"
        assert set((await hear(ws, "profile"))["profile"]) == {"signals", "tags", "traits"}


async def test_a_quiet_connection_has_heartbeats(server: Server, visitor: str) -> None:
    async with socket(server) as ws:
        await subscribe(ws, visitor)
        assert await hear(ws, "heartbeat") == {"type": "heartbeat"}


async def test_pages_of_other_origins_get_no_connection(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(server, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with socket(server, origin="https://shop.example"):
        pass


async def test_elsewhere_there_is_no_websocket(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(server.url.replace("http", "ws") + "/v1/stream"):
            pass


async def test_a_message_over_the_limit_ends_the_connection(server: Server) -> None:
    async with socket(server) as ws:
        await ws.send("x" * 70_000)
        with pytest.raises(ConnectionClosedError) as closed:
            await ws.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
