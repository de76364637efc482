"""One attempt: what is sent, and what an answer means."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook as Verifier

from befit.engine import Call
from befit.model import Webhook
from befit.node import clock
from befit.node.webhooks import Caller, Outcome
from befit.node.webhooks.addresses import CheckedNetwork
from befit.node.webhooks.caller import outcome_of
from tests.receivers import Receiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_790_000_000_000
CALL = Call("001-a", "crm", b'{"type":"trigger","data":{}}')


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


async def attempt(webhook: Webhook, environment: dict[str, str] | None = None, *, private: bool = True) -> Outcome:
    caller = Caller(private=private, environment=environment or {}, clock=clock)
    try:
        return await caller.attempt(webhook, CALL)
    finally:
        await caller.close()


async def test_a_call_is_a_signed_post_of_json_that_the_reference_receiver_accepts(receiver: Receiver) -> None:
    webhook = Webhook(name="crm", url=f"{receiver.url}/hook?a=1", secret_env="CRM_SECRET", headers={"X-Team": "blue"})
    assert await attempt(webhook, {"CRM_SECRET": SECRET}) == Outcome("sent")
    (received,) = receiver.received
    assert (received.path, received.body, received.id) == ("/hook", CALL.body, "001-a")
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-team"] == "blue"
    assert received.headers["user-agent"].startswith("befit/")
    assert received.headers["host"] == receiver.url.removeprefix("http://")
    Verifier(SECRET).verify(received.body, received.headers)


async def test_without_a_secret_it_is_not_signed_and_headers_come_from_the_environment(receiver: Receiver) -> None:
    webhook = Webhook(name="crm", url=receiver.url, headers={"Authorization": "env:CRM_TOKEN"})
    assert (await attempt(webhook, {"CRM_TOKEN": "Bearer abc"})).kind == "sent"
    assert receiver.received[0].headers["authorization"] == "Bearer abc"
    assert "webhook-signature" not in receiver.received[0].headers


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "CRM_SECRET, CRM_TOKEN must be set in the environment of the server"),
        ({"CRM_SECRET": SECRET}, "CRM_TOKEN must be set in the environment of the server"),
        (
            {"CRM_SECRET": "c2hvcnQ=", "CRM_TOKEN": "t"},
            "CRM_SECRET must hold a secret such as whsec_…, base64: it has 5",
        ),
    ],
)
async def test_what_cannot_be_signed_is_not_sent(receiver: Receiver, environment: dict[str, str], reason: str) -> None:
    webhook = Webhook(name="crm", url=receiver.url, secret_env="CRM_SECRET", headers={"X-Token": "env:CRM_TOKEN"})
    outcome = await attempt(webhook, environment)
    assert outcome.kind == "failed"
    assert outcome.reason.startswith(reason)
    assert receiver.received == []


async def test_private_addresses_are_refused_for_good_with_what_to_do(receiver: Receiver) -> None:
    outcome = await attempt(Webhook(name="crm", url=receiver.url), private=False)
    assert outcome == Outcome(
        "refused",
        "127.0.0.1 is at 127.0.0.1, which is not a public address; `befit serve --private-webhooks` allows it",
    )
    assert receiver.received == []


def certificate(path: Path, name: str) -> Path:
    """A certificate that this name signed for itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    path.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.mark.parametrize(("name", "kind"), [("crm.example", "sent"), ("other.example", "failed")])
async def test_tls_and_the_host_header_go_by_the_name_though_the_connection_goes_to_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    pem = certificate(tmp_path / "pem", name)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with receiving(pem) as receiver:
        port = receiver.url.rpartition(":")[2]
        network = CheckedNetwork(private=True, resolve=here)
        caller = Caller(private=True, environment={}, clock=clock, network=network)
        outcome = await caller.attempt(Webhook(name="crm", url=f"https://crm.example:{port}/"), CALL)
        await caller.close()
        assert outcome.kind == kind, outcome
        assert [each.headers["host"] for each in receiver.received] == [f"crm.example:{port}"] * (kind == "sent")


async def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers.append((302, {"location": f"{receiver.url}/elsewhere"}))
    assert (await attempt(Webhook(name="crm", url=receiver.url))).kind == "failed"
    assert len(receiver.received) == 1


async def test_who_does_not_answer_in_time_or_at_all_has_failed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("befit.node.webhooks.caller.SECONDS", 0.2)
    receiver.holding = asyncio.Event()
    assert await attempt(Webhook(name="crm", url=receiver.url)) == Outcome("failed", "no answer within 0 s")
    assert (await attempt(Webhook(name="crm", url="http://127.0.0.1:9/"))).kind == "failed"


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "wait_ms"),
    [
        (200, "", "sent", 0),
        (204, "", "sent", 0),
        (301, "", "failed", 0),
        (400, "", "refused", 0),
        (401, "", "refused", 0),
        (408, "", "failed", 0),
        (410, "", "refused", 0),
        (425, "", "failed", 0),
        (429, "120", "failed", 120_000),
        (500, "", "failed", 0),
        (503, "Mon, 21 Sep 2026 14:13:50 GMT", "failed", 30_000),
        (503, "Mon, 21 Sep 2026 14:00:00 GMT", "failed", 0),
        (503, "soon", "failed", 0),
        (503, "-5", "failed", 0),
    ],
)
def test_what_an_answer_means(status: int, retry_after: str, kind: str, wait_ms: int) -> None:
    outcome = outcome_of(status, retry_after, NOW)
    assert (outcome.kind, outcome.wait_ms) == (kind, wait_ms)
    assert (str(status) in outcome.reason) == (kind != "sent")
