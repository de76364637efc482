"""The id of a release: a digest of what it does, so that the same site has the same id wherever and whenever it is read."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec

from befit.model import Condition, Release

DIGITS = 12


def with_id(release: Release) -> Release:
    """The same release with its id: the digest of its content."""
    return msgspec.structs.replace(release, id=digest_of(release))


def digest_of(part: msgspec.Struct) -> str:
    """The first 12 hex digits of the SHA-256 of a release's or a part's content as canonical JSON.

    Places in files (`position`, `where` of a Condition) do not count: comments and blank lines change nothing.
    """
    content = msgspec.json.encode(_content(part), order="deterministic")
    return sha256(content).hexdigest()[:DIGITS]


def _content(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        left_out = {"where"} if isinstance(value, Condition) else {"position"}
        if isinstance(value, Release):
            left_out.add("id")
        return {name: _content(getattr(value, name)) for name in value.__struct_fields__ if name not in left_out}
    if isinstance(value, (list, tuple)):
        return [_content(element) for element in value]
    if isinstance(value, dict):
        return {key: _content(element) for key, element in value.items()}
    return value
