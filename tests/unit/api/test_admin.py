"""The admin API: everything with the secret key, nothing without it."""

from __future__ import annotations

import httpx
import pytest

from befit.engine import Program, Traffic
from befit.node import Node
from tests.calls import NOW, SECRET, Buried, Logged, batch, post, track

KEY = {"authorization": f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    "path",
    ["profiles/ada", "releases", "dead-letters", "dead-letters/replay", "openapi.json", "nothing", ""],
)
@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer "}, {"authorization": f"Basic {SECRET}"}],
)
async def test_nothing_is_there_without_the_key(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        answer = await client.request(method, f"/admin/v1/{path}", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["type"] == "/problems/unauthorized"
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def see(client: httpx.AsyncClient) -> None:
    body = {"writeKey": "key", "anonymousId": "ada", "slots": [], "events": [track()]}
    assert (await post(client, body, "/v1/decide")).status_code == 200


@pytest.mark.parametrize("any_id", ["ada", "a:ada"])
async def test_a_profile_is_found_by_any_of_its_ids_and_shown_whole(client: httpx.AsyncClient, any_id: str) -> None:
    await see(client)
    profile = (await client.get(f"/admin/v1/profiles/{any_id}", headers=KEY)).json()
    assert (profile["id"], profile["ids"], profile["version"]) == ("ada", ["ada"], 1)
    assert profile["signals"] == {"views": 1, "hidden": 1}
    assert profile["tags"] == []


async def test_an_id_may_have_any_characters(client: httpx.AsyncClient) -> None:
    odd = "a/b c?d%é"
    body = {"writeKey": "key", "anonymousId": odd, "slots": [], "events": [track(anonymousId=odd)]}
    assert (await post(client, body, "/v1/decide")).status_code == 200
    answer = await client.get("/admin/v1/profiles/a%2Fb%20c%3Fd%25%C3%A9", headers=KEY)
    assert answer.json()["id"] == odd


async def test_unknown_ids_and_paths_are_not_found(client: httpx.AsyncClient) -> None:
    for path in ("profiles/nobody", "nothing", "profiles"):
        answer = await client.get(f"/admin/v1/{path}", headers=KEY)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_releases_are_listed_newest_first(client: httpx.AsyncClient, node: Node) -> None:
    answer = (await client.get("/admin/v1/releases", headers=KEY)).json()
    assert answer["problems"] == []
    assert [(each["id"], each["live"]) for each in answer["releases"]] == [(node.program.release.id, True)]


async def test_dead_letters_are_listed_from_an_offset_on(client: httpx.AsyncClient) -> None:
    await post(client, batch({"type": "one"}, {"type": "two"}, {"type": "three"}))
    answer = (await client.get("/admin/v1/dead-letters?offset=1&limit=1", headers=KEY)).json()
    assert [(letter["offset"], letter["payload"]) for letter in answer["letters"]] == [(1, '{"type":"two"}')]
    assert answer["letters"][0]["received_at"] == NOW
    assert answer["next"] == 2
    assert (await client.get("/admin/v1/dead-letters?offset=3", headers=KEY)).json() == {"letters": [], "next": 3}


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=1001", "limit=x"])
async def test_a_query_out_of_range_is_a_400(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/admin/v1/dead-letters?{query}", headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-input")


async def replay(client: httpx.AsyncClient, offset: int = 0) -> dict[str, object]:
    answer = await client.post("/admin/v1/dead-letters/replay", headers=KEY, json={"offset": offset})
    assert answer.status_code == 200, answer.text
    result: dict[str, object] = answer.json()
    return result


async def test_replay_takes_what_can_be_used_now_as_it_was_received_then(
    client: httpx.AsyncClient, node: Node, logged: Logged, buried: Buried, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site refused userIds when the call came; then it allowed them."""
    call = track(userId="u1")
    del call["messageId"]
    await post(client, batch(call, {"type": "nope"}))
    assert len(await buried()) == 2
    allowing = _allowing_unsigned(node)
    monkeypatch.setattr(node.site, "traffic", Traffic(allowing))
    result = await replay(client)
    assert result["taken"] == 1
    assert result["next"] == 2
    assert [each["offset"] for each in result["refused"]] == [1]  # type: ignore[attr-defined]
    (event,) = await logged()
    assert (event.message_id, event.received_at, event.user_id) == ("dead-letter:0", NOW, "u1")
    await replay(client)
    assert [each.message_id for each in await logged()] == ["dead-letter:0", "dead-letter:0"]
    assert len(await buried()) == 2


async def test_replay_does_not_prove_an_identity(client: httpx.AsyncClient, logged: Logged) -> None:
    await post(client, batch(track(userId="u1")))
    assert (await replay(client))["taken"] == 0
    assert await logged() == []


async def test_the_api_describes_itself(client: httpx.AsyncClient) -> None:
    description = (await client.get("/admin/v1/openapi.json", headers=KEY)).json()
    assert description["openapi"].startswith("3.1")
    assert {"/admin/v1/releases", "/admin/v1/dead-letters", "/admin/v1/dead-letters/replay"} <= set(
        description["paths"]
    )
    assert description["security"] == [{"secretKey": []}]


def _allowing_unsigned(node: Node) -> Program:
    from befit.site import load_site

    path = node.settings.site / "site.yaml"
    path.write_text(path.read_text() + "identity: {unsigned: true}\n")
    return Program(load_site(node.settings.site))
