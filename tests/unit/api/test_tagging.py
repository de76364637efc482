"""Tags by hand, over the admin API: they are there when the answer is, and in the log for good."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from befit.node import Node
from tests.calls import SECRET, SITE, Logged, post, track

KEY = {"authorization": f"Bearer {SECRET}"}


@pytest.fixture
def site_yaml() -> str:
    return SITE + "purposes: [marketing]\n"


@pytest.fixture(autouse=True)
async def _ada(client: httpx.AsyncClient) -> None:
    body = {"writeKey": "key", "anonymousId": "a/da", "slots": [], "events": [track(anonymousId="a/da")]}
    assert (await post(client, body, "/v1/decide")).status_code == 200


async def put(client: httpx.AsyncClient, path: str, body: Any = None) -> httpx.Response:
    return await client.put(f"/admin/v1/profiles/{path}", headers=KEY, json=body)


async def test_a_tag_is_set_on_return_and_says_who_set_it_and_until_when(client: httpx.AsyncClient) -> None:
    answer = await put(client, "a%2Fda/tags/vip", {"ttl": "30d", "by": "grace"})
    assert answer.status_code == 200, answer.text
    profile = answer.json()
    assert profile["tags"] == ["vip"]
    tagged = profile["tagged"]["vip"]
    assert (tagged["source"], tagged["expires"] - tagged["since"]) == ("manual: grace", 30 * 86_400_000)
    assert (await client.get("/admin/v1/profiles/a%2Fda", headers=KEY)).json() == profile


@pytest.mark.parametrize("body", [None, {}])
async def test_without_more_it_stays_for_good(client: httpx.AsyncClient, body: Any) -> None:
    answer = await put(client, "a%2Fda/tags/vip", body)
    assert answer.json()["tagged"]["vip"]["expires"] == 0
    assert answer.json()["tagged"]["vip"]["source"] == "manual"


async def test_a_tag_is_removed_on_return_and_removing_it_again_is_fine(client: httpx.AsyncClient) -> None:
    await put(client, "a%2Fda/tags/vip")
    for _ in range(2):
        answer = await client.delete("/admin/v1/profiles/a%2Fda/tags/vip?by=grace", headers=KEY)
        assert (answer.status_code, answer.json()["tags"]) == (200, [])


async def test_it_is_an_event_in_the_log(client: httpx.AsyncClient, logged: Logged) -> None:
    await put(client, "a%2Fda/tags/vip", {"ttl": "1h", "by": "grace"})
    tagging = (await logged())[-1]
    assert (tagging.type, tagging.name, tagging.anonymous_id) == ("tag", "vip", "a/da")
    assert tagging.properties == {"set": True, "ttl_ms": 3_600_000, "by": "grace"}


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        ("nobody/tags/vip", {}, 404, "no profile has the id 'nobody'"),
        ("a%2Fda", {}, 404, "of a profile only its tags can be set"),
        ("a%2Fda/tags/v%20p", {}, 400, "'v p' cannot be the name of a tag"),
        ("a%2Fda/tags/", {}, 404, "of a profile only its tags can be set"),
        ("a%2Fda/tags/vip", {"ttl": "soon"}, 400, "ttl must be a duration such as 30m, 12h or 30d"),
        ("a%2Fda/tags/vip", {"by": "two\nlines"}, 400, "`by` must be one line of text"),
        ("a%2Fda/tags/vip", {"by": "x" * 201}, 400, ""),
        ("a%2Fda/tags/vip", {"for": "1h"}, 400, ""),
    ],
)
async def test_what_cannot_be_done_says_why(
    client: httpx.AsyncClient, path: str, body: Any, status: int, detail: str
) -> None:
    answer = await put(client, path, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].startswith(detail)


async def test_a_tag_takes_its_purpose_and_its_time_from_the_site(client: httpx.AsyncClient, node: Node) -> None:
    (node.settings.site / "tags.yaml").write_text(
        "vip: {manual: true, ttl: 1h}\nad: {manual: true, purpose: marketing}\n"
    )
    from befit.engine import Program, Traffic
    from befit.site import load_site

    node.site.traffic = Traffic(Program(load_site(node.settings.site)))
    tagged = (await put(client, "a%2Fda/tags/vip")).json()["tagged"]["vip"]
    assert tagged["expires"] - tagged["since"] == 3_600_000
    answer = await put(client, "a%2Fda/tags/ad")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")


@pytest.mark.parametrize("kind", ["tag", "timer"])
async def test_no_client_can_send_events_of_befits_own(client: httpx.AsyncClient, logged: Logged, kind: str) -> None:
    before = len(await logged())
    call = {"type": kind, "name": "vip", "event": "vip", "anonymousId": "a/da", "messageId": "m9"}
    body = {"writeKey": "key", "batch": [{**call, "properties": {"set": True, "ttl_ms": 0, "by": ""}}]}
    answer = await post(client, body)
    assert answer.json()["rejected"][0]["field"] == "$.batch[0].type"
    assert (await post(client, {**call, "writeKey": "key"}, f"/v1/{kind}")).status_code in (404, 405)
    assert len(await logged()) == before


async def test_without_the_secret_key_nothing_is_tagged(client: httpx.AsyncClient) -> None:
    assert (await client.put("/admin/v1/profiles/a%2Fda/tags/vip", json={})).status_code == 401
    assert (await client.delete("/admin/v1/profiles/a%2Fda/tags/vip")).status_code == 401
