"""Who may say that they are a user: browsers with a signed token, servers with the secret key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.calls import SECRET, SITE, Buried, Logged, basic, track

SHARED = "a-shared-secret-of-at-least-32-bytes!"
FROM_ENVIRONMENT = "another-shared-secret-of-32-bytes-or-more"
ED25519 = Ed25519PrivateKey.from_private_bytes(b"befit-test-key-of-32-bytes-long!")
PUBLIC = (
    ED25519.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@pytest.fixture
def site_yaml(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TEST_IDENTITY_KEY", FROM_ENVIRONMENT)
    return SITE + f"identity: {{keys: [{SHARED}, 'env:TEST_IDENTITY_KEY', {json.dumps(PUBLIC)}]}}\n"


def token(sub: str = "u1", key: Any = SHARED, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"sub": sub, **claims}, key, algorithm=algorithm)


def forged_with_the_public_key() -> str:
    """HS256 with the PEM text as the secret: pyjwt would refuse to make it, an attacker would not."""

    def part(value: bytes) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    head = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(b'{"sub":"u1"}')
    return (head + b"." + part(hmac.new(PUBLIC.encode(), head, hashlib.sha256).digest())).decode()


async def send(client: httpx.AsyncClient, call: dict[str, Any], **batch: Any) -> list[dict[str, Any]]:
    answer = await client.post("/v1/batch", json={"writeKey": "key", "batch": [call], **batch})
    assert answer.status_code == 200
    rejected: list[dict[str, Any]] = answer.json().get("rejected", [])
    return rejected


@pytest.mark.parametrize(
    "proof",
    [
        token(),
        token(key=FROM_ENVIRONMENT),
        token(key=ED25519, algorithm="EdDSA"),
        token(exp=time.time() + 600, aud="shop"),
    ],
    ids=["HS256", "key from the environment", "EdDSA", "not expired, some audience"],
)
async def test_a_signed_token_proves_a_user_id(client: httpx.AsyncClient, logged: Logged, proof: str) -> None:
    assert await send(client, track(userId="u1", context={"identityToken": proof})) == []
    assert await send(client, track(userId="u1", messageId="m2", identityToken=proof)) == []
    assert await send(client, track(userId="u1", messageId="m3"), identityToken=proof) == []
    assert [event.user_id for event in await logged()] == ["u1", "u1", "u1"]


@pytest.mark.parametrize(
    "proof",
    [
        None,
        "",
        "nonsense",
        17,
        token(key="some-other-secret-of-at-least-32-bytes"),
        token(sub="u2"),
        token(exp=time.time() - 600),
        jwt.encode({"name": "u1"}, SHARED, algorithm="HS256"),
        jwt.encode({"sub": "u1"}, "", algorithm="none"),
        forged_with_the_public_key(),
    ],
    ids=[
        "none",
        "empty",
        "nonsense",
        "a number",
        "another key",
        "another user",
        "expired",
        "no sub",
        "unsigned",
        "signed with the public key as secret",
    ],
)
async def test_without_a_valid_token_a_browser_cannot_claim_a_user_id(
    client: httpx.AsyncClient, logged: Logged, buried: Buried, proof: Any
) -> None:
    (rejected,) = await send(client, track(userId="u1", context={"identityToken": proof}))
    assert rejected["field"] == "$.batch[0].userId"
    assert await logged() == []
    (letter,) = await buried()
    assert "sign" in letter.hint


async def test_one_event_refused_does_not_spoil_the_anonymous_one_beside_it(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    calls = [track(userId="u1", messageId="a"), track(messageId="b")]
    answer = await client.post("/v1/batch", json={"writeKey": "key", "batch": calls})
    assert len(answer.json()["rejected"]) == 1
    assert [event.message_id for event in await logged()] == ["b"]


async def test_the_token_reaches_neither_log_nor_dead_letters(
    client: httpx.AsyncClient, logged: Logged, buried: Buried
) -> None:
    good, bad = token(), token(key="some-other-secret-of-at-least-32-bytes")
    await send(client, track(userId="u1", context={"identityToken": good, "locale": "de"}))
    await send(client, track(userId="u1", context={"identityToken": bad}, identityToken=bad))
    await client.post(
        "/v1/track",
        content=f'{{"identityToken": "{bad}", "event": ',
        headers=basic("key"),
    )
    (event,) = await logged()
    assert event.context == {"locale": "de"}
    letters = await buried()
    assert len(letters) == 2
    assert all(bad not in letter.payload for letter in letters)


async def test_a_trusted_server_speaks_for_anybody(client: httpx.AsyncClient, logged: Logged) -> None:
    answer = await client.post("/v1/batch", json={"batch": [track(userId="u1")]}, auth=(SECRET, ""))
    assert answer.json() == {"success": True}
    assert [event.user_id for event in await logged()] == ["u1"]


async def test_a_browser_brings_its_anonymous_past_by_alias_but_never_another_user(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    call = {"type": "alias", "userId": "u1", "previousId": "u2", "context": {"identityToken": token()}}
    assert await send(client, call) == []
    (event,) = await logged()
    assert (event.user_id, event.previous_id, event.anonymous_id) == ("u1", "", "u2")


async def test_decide_asks_for_the_same_proof(client: httpx.AsyncClient) -> None:
    ask = {"writeKey": "key", "userId": "u1", "slots": ["hero"]}
    refused = await client.post("/v1/decide", json=ask)
    assert (refused.status_code, refused.json()["field"]) == (403, "$.userId")
    assert (await client.post("/v1/decide", json={**ask, "identityToken": token()})).status_code == 200


async def test_polling_asks_for_the_same_proof(client: httpx.AsyncClient) -> None:
    query = {"writeKey": "key", "userId": "u1", "slots": "hero"}
    assert (await client.get("/v1/poll", params=query)).status_code == 403
    assert (await client.get("/v1/poll", params={**query, "identityToken": token()})).status_code == 200


class TestUnsignedSite:
    """A site may say that it takes any userId."""

    @pytest.fixture
    def site_yaml(self) -> str:
        return SITE + "identity: {unsigned: true}\n"

    async def test_any_user_id_is_taken(self, client: httpx.AsyncClient, logged: Logged) -> None:
        assert await send(client, track(userId="u1")) == []
        assert await send(client, {"type": "alias", "userId": "u1", "previousId": "u2"}) == []
        assert [event.previous_id for event in await logged()] == ["", "u2"]
