"""A profile stays under its size cap, whatever a visitor does (DESIGN §6.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from befit.engine.limits import PROFILE_BYTES
from befit.model import Profile

BOUND_EVERY: Final = 16
"""Events between two looks: an encoding costs as much as a fold, and an event is at most as large as the cap."""

_encode = msgspec.msgpack.Encoder(enc_hook=int).encode


def bound(profile: Profile) -> list[str]:
    """Drop what is largest until the profile fits; the names of what was dropped.

    Called once in `BOUND_EVERY` events, told by the profile's version, so that a replay drops the same.
    """
    excess = len(_encode(profile)) - PROFILE_BYTES
    if excess <= 0:
        return []
    dropped = []
    for size, name, holder, key in sorted(_parts(profile), key=lambda part: (-part[0], part[1])):
        del holder[key]
        dropped.append(name)
        excess -= size
        if excess <= 0:
            break
    return dropped


def _parts(profile: Profile) -> Iterator[tuple[int, str, dict[str, Any], str]]:
    """Everything of open size: (bytes, name, the mapping that holds it, its key there)."""
    mappings = {"signals": profile.signals, "traits": profile.traits, "context": profile.context}
    if profile.session is not None:
        mappings["landing"] = profile.session.landing
        for number, page in enumerate(profile.session.pages):
            mappings[f"pages.{number}"] = page.attributes
    for kind, values in mappings.items():
        for key in values:
            yield len(_encode(values[key])) + len(key), f"{kind}.{key}", values, key
