"""Cross-origin requests: the site's allow-list, enforced by the server too."""

from __future__ import annotations

import httpx
import pytest

from tests.calls import SITE, Logged, batch, post, track

ALLOWED = "https://shop.example"


async def preflight(client: httpx.AsyncClient, path: str, origin: str, headers: str = "content-type") -> httpx.Response:
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": headers}
    return await client.options(path, headers=asked)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/t", "/v1/decide", "/v1/stream", "/v1/poll"])
async def test_a_preflight_of_an_allowed_origin_is_granted(client: httpx.AsyncClient, path: str) -> None:
    answer = await preflight(client, path, ALLOWED, "authorization, anonymousid, content-type")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization, anonymousid, content-type"
    assert answer.headers["vary"] == "origin"


async def test_odd_header_names_are_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await preflight(client, "/v1/batch", ALLOWED, "a;b")
    assert "a;b" not in answer.headers["access-control-allow-headers"]


async def test_other_origins_are_refused_before_anything_is_taken(client: httpx.AsyncClient, logged: Logged) -> None:
    for origin in ("https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"):
        assert (await preflight(client, "/v1/batch", origin)).status_code == 403
        answer = await post(client, batch(track()), origin=origin)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
        assert "access-control-allow-origin" not in answer.headers
    assert await logged() == []


async def test_pages_of_the_server_itself_and_programs_need_no_permission(client: httpx.AsyncClient) -> None:
    assert (await post(client, batch(track()), origin="http://befit.test")).status_code == 200
    assert (await post(client, batch(track(messageId="m2")))).status_code == 200


async def test_answers_and_problems_alike_can_be_read_by_allowed_pages(client: httpx.AsyncClient) -> None:
    for body, status in ((batch(track()), 200), (batch(track(), writeKey="wrong"), 401), (b"{", 400)):
        answer = await post(client, body, origin=ALLOWED)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == ALLOWED


class TestOpenSite:
    """A site may allow every origin."""

    @pytest.fixture
    def site_yaml(self) -> str:
        return SITE.replace("https://shop.example", '"*"')

    async def test_every_origin_is_allowed_by_its_own_name(self, client: httpx.AsyncClient) -> None:
        answer = await post(client, batch(track()), origin="https://anywhere.example")
        assert answer.headers["access-control-allow-origin"] == "https://anywhere.example"
