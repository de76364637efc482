"""Reads JSON lines: one call of Segment's specification per line, as exports and warehouses hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from befit.errors import InputError


def read_segment(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Calls in the order of their lines; blank lines are skipped.

    A call without a `messageId` gets one made from its line and its text, so that it stays the same from run to run.
    Raises InputError for a line that is no JSON object; whether the object is a good call is for the server to say.
    """
    decode = msgspec.json.Decoder().decode
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        try:
            call = decode(text)
        except msgspec.DecodeError as error:
            raise InputError(f"line {number} is not JSON: {error}", field=f"line {number}") from None
        if not isinstance(call, dict):
            raise InputError(f"line {number} is not a JSON object with a call in it", field=f"line {number}")
        if not call.get("messageId"):
            call["messageId"] = f"{number}-{blake2b(text.encode(), digest_size=12).hexdigest()}"
        yield call


def count_segment(lines: Iterable[str]) -> int:
    """How many calls the lines hold."""
    return sum(1 for line in lines if not line.isspace())
