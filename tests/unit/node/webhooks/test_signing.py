"""Signatures: what an independent implementation of Standard Webhooks accepts."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from befit.node.webhooks.signing import keys_of, signature

KEY = b64encode(bytes(range(32))).decode()
OTHER = b64encode(bytes(range(32, 64))).decode()
BODY = '{"type":"trigger","name":"Zoë"}'.encode()


def headers(secret: str, body: bytes = BODY) -> dict[str, str]:
    now = int(datetime.now(UTC).timestamp())
    signed = signature(keys_of(secret), "001-a", now, body)
    return {"webhook-id": "001-a", "webhook-timestamp": str(now), "webhook-signature": signed}


@pytest.mark.parametrize("secret", [KEY, f"whsec_{KEY}", f"  whsec_{KEY}\n", f"whsec_{KEY.rstrip('=')}"])
def test_the_reference_receiver_accepts_it(secret: str) -> None:
    assert Webhook(f"whsec_{KEY}").verify(BODY, headers(secret))["type"] == "trigger"


def test_while_one_key_replaces_another_both_receivers_accept_it() -> None:
    for key in (KEY, OTHER):
        Webhook(key).verify(BODY, headers(f"whsec_{KEY} whsec_{OTHER}"))


def test_another_key_or_another_body_is_found_out() -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, headers(KEY))
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(b'{"type":"forged"}', headers(KEY))


def test_the_example_of_the_specification() -> None:
    """The vector that the libraries of Standard Webhooks test themselves with."""
    keys = keys_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["", " ", "my secret phrase", b64encode(b"too short").decode()])
def test_what_is_no_safe_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - binascii's and ours
        keys_of(secret)
