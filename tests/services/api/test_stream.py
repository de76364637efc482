"""GET /v1/stream over a real connection."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.calls import batch, post, track
from tests.sse import stream


async def see(http: httpx.AsyncClient, visitor: str, *message_ids: str) -> None:
    calls = [track(messageId=f"{visitor}-{name}", anonymousId=visitor) for name in message_ids]
    assert (await post(http, batch(*calls))).json() == {"success": True}


async def test_a_stream_begins_with_every_decision_and_its_headers_keep_proxies_away(
    http: httpx.AsyncClient, visitor: str
) -> None:
    async with stream(http, anonymousId=visitor, slots="hero,side") as events:
        headers = events.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-cache, no-transform"
        assert headers["x-accel-buffering"] == "no"
        first, second = await events.next("decision"), await events.next("decision")
        assert [first.data["slot"], second.data["slot"]] == ["hero", "side"]
        assert first.id != second.id


async def test_an_event_changes_the_decision_while_one_looks(http: httpx.AsyncClient, visitor: str) -> None:
    async with stream(http, anonymousId=visitor, slots="hero,side") as events:
        await events.next("decision")
        await events.next("decision")
        await see(http, visitor, "a", "b")
        changed = await events.next("decision")
        assert (changed.data["slot"], changed.data["module"]) == ("hero", "offer")


async def test_a_second_tab_changes_too(http: httpx.AsyncClient, visitor: str) -> None:
    async with (
        stream(http, anonymousId=visitor, slots="hero") as one,
        stream(http, anonymousId=visitor, slots="hero") as other,
    ):
        await one.next("decision")
        await other.next("decision")
        await see(http, visitor, "a", "b")
        assert (await one.next("decision")).data["module"] == "offer"
        assert (await other.next("decision")).data["module"] == "offer"


@pytest.mark.parametrize("by_header", [True, False], ids=["Last-Event-ID", "since"])
async def test_who_resumes_gets_only_what_changed_in_between(
    http: httpx.AsyncClient, visitor: str, by_header: bool
) -> None:
    async with stream(http, anonymousId=visitor, slots="hero,side") as events:
        await events.next("decision")
        cursor = (await events.next("decision")).id
    await see(http, visitor, "a", "b")
    resume = {"headers": {"last-event-id": cursor}} if by_header else {"since": cursor}
    async with stream(http, anonymousId=visitor, slots="hero,side", **resume) as events:
        assert (await events.next("decision")).data["module"] == "offer"
        assert (await events.next()).kind == "heartbeat"


async def test_a_quiet_stream_has_heartbeats(http: httpx.AsyncClient, visitor: str) -> None:
    async with stream(http, anonymousId=visitor, slots="side") as events:
        await events.next("decision")
        assert [(await events.next()).kind for _ in range(2)] == ["heartbeat", "heartbeat"]


async def test_the_public_profile_comes_along_when_asked_for(http: httpx.AsyncClient, visitor: str) -> None:
    async with stream(http, anonymousId=visitor, slots="side", profile=1) as events:
        await events.next("profile")
        await see(http, visitor, "a")
        assert (await events.next("profile")).data == {"signals": {"views": 1}, "tags": [], "traits": {}}


async def test_problems_come_before_the_stream_begins(http: httpx.AsyncClient, visitor: str) -> None:
    for query, status in (
        ({"writeKey": "wrong", "anonymousId": visitor}, 401),
        ({"writeKey": "key"}, 400),
        ({"writeKey": "key", "anonymousId": visitor, "slots": "nope"}, 404),
        ({"writeKey": "key", "userId": "u1"}, 403),
    ):
        answer = await http.get("/v1/stream", params=query)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_client_that_leaves_is_noticed_at_once(http: httpx.AsyncClient, visitor: str) -> None:
    async def connected() -> float:
        lines = (await http.get("/metrics")).text.splitlines()
        name = 'befit_stream_connections{transport="sse"} '
        return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))

    async with stream(http, anonymousId=visitor, slots="side") as events:
        await events.next("decision")
        assert await connected() == 1
    async with asyncio.timeout(10):
        while await connected():
            pass
