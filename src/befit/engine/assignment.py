"""Assignment: who belongs to which share of visitors, by hashing, so that it needs no memory and every node agrees."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from befit.model import Profile

NEVER: Final = 2**63
_RANGE: Final = float(2**53)


def bucket(key: str, salt: str) -> float:
    """A number in [0, 1) that is always the same for this key and salt, and evenly spread over keys and over salts."""
    digest = blake2b(key.encode(), digest_size=8, salt=blake2b(salt.encode(), digest_size=16).digest())
    number = (
        int.from_bytes(digest.digest(), "big") >> 11
    )  # 53 bits, which a float holds exactly, so that it stays below 1
    return number / _RANGE


def unit_of(profile: Profile) -> str:
    """The key under which a visitor is assigned. It stays that of the earliest profile, whatever joins it."""
    return profile.unit or profile.id


def earliest(one: Profile, other: Profile) -> Profile:
    """The profile that was there first, of two that become one."""
    return min(one, other, key=lambda profile: (profile.first_seen or NEVER, unit_of(profile)))
