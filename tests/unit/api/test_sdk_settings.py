"""What Segment's and RudderStack's own SDKs ask before they send."""

from __future__ import annotations

import httpx

from tests.calls import basic


async def test_segments_sdk_is_told_to_send_everything_here(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/projects/key/settings", headers={"origin": "https://anywhere.example"})
    own = answer.json()["integrations"]["Segment.io"]
    assert (own["apiKey"], own["apiHost"], own["protocol"]) == ("key", "befit.test/v1", "http")
    assert answer.headers["access-control-allow-origin"] == "https://anywhere.example"


async def test_behind_a_tls_proxy_it_is_told_https(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/projects/key/settings", headers={"x-forwarded-proto": "https"})
    assert answer.json()["integrations"]["Segment.io"]["protocol"] == "https"


async def test_rudderstacks_sdk_gets_a_source_without_destinations(client: httpx.AsyncClient) -> None:
    for query, headers in (("?writeKey=key", {}), ("", basic("key"))):
        source = (await client.get(f"/sourceConfig/{query}", headers=headers)).json()["source"]
        assert (source["enabled"], source["writeKey"], source["destinations"]) == (True, "key", [])


async def test_unknown_write_keys_have_no_settings(client: httpx.AsyncClient) -> None:
    for path in ("/v1/projects/nope/settings", "/sourceConfig?writeKey=nope", "/sourceConfig"):
        assert (await client.get(path)).status_code == 404
