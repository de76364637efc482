"""Signatures of calls. Source: Standard Webhooks 1.0.0, symmetric scheme (https://www.standardwebhooks.com)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from hmac import digest
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST: Final = 24
"""Bytes of a key, at least."""


def keys_of(secret: str) -> list[bytes]:
    """The keys in a secret: base64, with or without `whsec_` before it; two apart by a space while one replaces the other.

    Raises ValueError when it is not that, or too short to be safe.
    """
    keys = []
    for part in secret.split():
        text = part.removeprefix(PREFIX)
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
        if len(key) < SHORTEST:
            raise ValueError(f"it has {len(key)} bytes and needs {SHORTEST} or more")
        keys.append(key)
    if not keys:
        raise ValueError("it is empty")
    return keys


def signature(keys: Sequence[bytes], call_id: str, seconds: int, body: bytes) -> str:
    """The header `webhook-signature` of an attempt made at `seconds` since the epoch: one signature for each key."""
    signed = f"{call_id}.{seconds}.".encode() + body
    return " ".join(f"v1,{b64encode(digest(key, signed, sha256)).decode()}" for key in keys)
