"""GET /v1/poll: plain polling with ETag, and long polling that ends when something is news."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.calls import batch, post, track

QUERY = {"writeKey": "key", "anonymousId": "ada", "slots": "hero"}


async def poll(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/poll", params={**QUERY, **query})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def see_two(client: httpx.AsyncClient) -> None:
    """Two product views, folded when this returns."""
    events = [track(messageId="a"), track(messageId="b")]
    body = {"writeKey": "key", "anonymousId": "ada", "slots": ["hero"], "events": events}
    assert (await post(client, body, "/v1/decide")).status_code == 200


async def test_the_first_answer_has_every_slot_and_a_cursor(client: httpx.AsyncClient) -> None:
    answer = await poll(client, slots="hero,side")
    assert [each["slot"] for each in answer["decisions"]] == ["hero", "side"]
    assert answer["id"]


async def test_from_a_cursor_on_only_what_differs_comes(client: httpx.AsyncClient) -> None:
    cursor = (await poll(client, slots="hero,side"))["id"]
    assert (await poll(client, slots="hero,side", since=cursor))["decisions"] == []
    await see_two(client)
    changed = (await poll(client, slots="hero,side", since=cursor))["decisions"]
    assert [(each["slot"], each["module"]) for each in changed] == [("hero", "offer")]


async def test_an_etag_that_is_still_true_gets_304(client: httpx.AsyncClient) -> None:
    first = await client.get("/v1/poll", params=QUERY)
    again = await client.get("/v1/poll", params=QUERY, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    await see_two(client)
    changed = await client.get("/v1/poll", params=QUERY, headers={"if-none-match": first.headers["etag"]})
    assert changed.json()["decisions"][0]["module"] == "offer"


async def test_with_the_profile_the_etag_holds_only_as_long_as_the_profile(client: httpx.AsyncClient) -> None:
    query = {**QUERY, "slots": "side", "profile": "1"}
    first = await client.get("/v1/poll", params=query)
    assert first.json()["profile"]["signals"] == {"views": 0} or first.json()["profile"]["signals"] == {}
    await see_two(client)
    second = await client.get("/v1/poll", params=query, headers={"if-none-match": first.headers["etag"]})
    assert second.json()["profile"]["signals"] == {"views": 2}


async def test_a_long_poll_answers_at_once_when_something_differs(client: httpx.AsyncClient) -> None:
    answer = await asyncio.wait_for(poll(client, wait=30), 10)
    assert answer["decisions"][0]["module"] == "welcome"


async def test_a_long_poll_waits_for_news(client: httpx.AsyncClient) -> None:
    cursor = (await poll(client))["id"]
    waiting = asyncio.create_task(poll(client, since=cursor, wait=30))
    await post(client, batch(track(messageId="a"), track(messageId="b")))
    answer = await asyncio.wait_for(waiting, 10)
    assert [each["module"] for each in answer["decisions"]] == ["offer"]
    assert answer["id"] != cursor


async def test_a_long_poll_ends_empty_with_the_same_cursor(client: httpx.AsyncClient) -> None:
    cursor = (await poll(client))["id"]
    assert await poll(client, since=cursor, wait=0.01) == {"id": cursor, "decisions": []}


async def test_a_long_poll_with_the_profile_waits_while_the_profile_stays(client: httpx.AsyncClient) -> None:
    first = await poll(client, profile=1, wait=1)
    again = await poll(client, profile=1, wait=0.01, since=first["id"])
    assert again["decisions"] == []
    assert again["id"] == first["id"]
    await see_two(client)
    changed = await asyncio.wait_for(poll(client, slots="side", profile=1, wait=30), 10)
    assert changed["profile"]["signals"] == {"views": 2}


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"wait": "31"}, 400, "$.wait"),
        ({"wait": "-1"}, 400, "$.wait"),
        ({"wait": "nan"}, 400, "$.wait"),
        ({"wait": "soon"}, 400, "$.wait"),
        ({"since": "a\r\nb"}, 400, "$.since"),
        ({"anonymousId": ""}, 400, "$.anonymousId"),
        ({"anonymousId": "i" * 201}, 400, "$.anonymousId"),
        ({"slots": "nope"}, 404, "$.slots"),
        ({"writeKey": "wrong"}, 401, "$.writeKey"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, query: dict[str, str], status: int, field: str
) -> None:
    answer = await client.get("/v1/poll", params={**QUERY, **query})
    assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_a_cursor_of_other_slots_has_seen_nothing(client: httpx.AsyncClient) -> None:
    cursor = (await poll(client, slots="hero,side"))["id"]
    assert len((await poll(client, since=cursor))["decisions"]) == 1
