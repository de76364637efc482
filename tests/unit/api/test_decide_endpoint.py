"""POST /v1/decide, seen from outside."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from befit.node import Node
from tests.calls import SECRET, Buried, Logged, basic, post, track


async def decide(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await post(client, {"writeKey": "key", "anonymousId": "ada", **fields}, "/v1/decide")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def views(number: int) -> list[dict[str, Any]]:
    return [{"type": "track", "event": "Product Viewed", "messageId": f"v{n}"} for n in range(number)]


async def test_a_decision_says_what_to_show_and_why(client: httpx.AsyncClient, node: Node) -> None:
    (decision,) = (await decide(client, slots=["hero"]))["decisions"]
    assert decision["slot"] == "hero"
    assert (decision["module"], decision["type"], decision["props"]) == ("welcome", "banner", {"title": "Welcome"})
    assert decision["release"] == node.program.release.id
    assert decision["decisionId"]
    assert decision["reason"]
    assert "trace" not in decision


async def test_no_slots_means_all_of_them(client: httpx.AsyncClient) -> None:
    assert {each["slot"] for each in (await decide(client))["decisions"]} == {"hero", "side"}


async def test_inline_events_are_folded_before_deciding(client: httpx.AsyncClient, logged: Logged) -> None:
    answer = await decide(client, slots=["hero"], events=views(2))
    assert answer["decisions"][0]["module"] == "offer"
    assert "rejected" not in answer
    assert [event.anonymous_id for event in await logged()] == ["ada", "ada"]


async def test_a_bad_inline_event_is_listed_and_kept_and_the_answer_comes_all_the_same(
    client: httpx.AsyncClient, buried: Buried
) -> None:
    answer = await decide(client, slots=["hero"], events=[*views(2), {"type": "track"}])
    assert answer["decisions"][0]["module"] == "offer"
    assert [(each["index"], each["field"]) for each in answer["rejected"]] == [(2, "$.events[2].event")]
    assert [letter.field for letter in await buried()] == ["$.events[2].event"]


async def test_only_what_the_site_marks_public_is_shown_of_the_profile(client: httpx.AsyncClient) -> None:
    answer = await decide(client, profile=True, events=views(1))
    assert answer["profile"] == {"signals": {"views": 1}, "tags": [], "traits": {}}


async def test_the_trace_comes_when_it_is_asked_for(client: httpx.AsyncClient) -> None:
    (decision,) = (await decide(client, slots=["hero"], trace=True))["decisions"]
    assert [step["outcome"] for step in decision["trace"]][-1] == "chosen"


async def test_answers_are_not_for_caches(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"anonymousId": "ada"}, "/v1/decide", **basic("key"))
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"writeKey": "key"}, 400, "$.anonymousId"),
        ({"writeKey": "key", "anonymousId": "", "userId": None}, 400, "$.anonymousId"),
        ({"writeKey": "key", "anonymousId": "i" * 201}, 400, "$.anonymousId"),
        ({"writeKey": "key", "anonymousId": "ada", "slots": "hero"}, 400, "$.slots"),
        ({"writeKey": "key", "anonymousId": "ada", "slots": ["nope"]}, 404, "$.slots"),
        ({"writeKey": "key", "anonymousId": "ada", "events": {}}, 400, "$.events"),
        ({"writeKey": "key", "anonymousId": "ada", "page": 3}, 400, "$.page"),
        ({"writeKey": "wrong", "anonymousId": "ada"}, 401, "$.writeKey"),
        ({"anonymousId": "ada"}, 401, "$.writeKey"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, body: dict[str, Any], status: int, field: str) -> None:
    answer = await post(client, body, "/v1/decide")
    assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_a_trusted_server_decides_for_any_user(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"userId": "u1", "slots": ["hero"]}, "/v1/decide", **basic(SECRET))
    assert answer.json()["decisions"][0]["module"] == "welcome"


async def test_the_write_key_may_stand_in_the_query(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"anonymousId": "ada", "slots": ["hero"]}, "/v1/decide?writeKey=key")
    assert answer.status_code == 200


async def test_an_inline_event_over_32_kb_spoils_only_itself(client: httpx.AsyncClient) -> None:
    big = track(properties={"x": "y" * 33_000})
    answer = await decide(client, slots=["hero"], events=[*views(2), big])
    assert answer["decisions"][0]["module"] == "offer"
    assert answer["rejected"][0]["index"] == 2


async def test_when_folding_lags_far_behind_the_client_is_told_to_send_the_same_again(
    client: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(node, "ingest", never)
    monkeypatch.setattr("befit.api.decide.PATIENCE_S", 0.01)
    answer = await post(client, {"writeKey": "key", "anonymousId": "ada", "events": views(1)}, "/v1/decide")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
