"""Dead letters once more: what was refused may be usable now, because the site, a receiver of webhooks or befit has changed."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from befit.api.collect.endpoint import Collect
from befit.api.collect.intake import Intake, take_raw
from befit.node import Node
from befit.node.webhooks import SOURCE as WEBHOOK

FOLDED: Final = "fold"
"""Source of letters that collect had taken, identity and all, before they could not be folded."""


class Refused(msgspec.Struct):
    """A letter that still cannot be used, and why."""

    offset: int
    reason: str


class Replayed(msgspec.Struct):
    """How many letters were taken (events collected, calls made), which were not, and the offset to go on from."""

    taken: int
    refused: list[Refused]
    next: int


async def replay_letters(node: Node, collect: Collect, offset: int, limit: int) -> Replayed:
    """Collect up to `limit` letters from `offset` on, as received when they came; calls of webhooks are made once more.

    Doing it twice is harmless: each event keeps its messageId, or gets one made of its letter's offset. A letter of
    collect proves no identity, because tokens are not kept: a userId that needed one is refused again. Raises Unavailable.
    """
    letters = await node.dead_letters(offset, limit)
    claims = collect.claims(trusted=False)
    result = Replayed(0, [], letters[-1].offset + 1 if letters else offset)
    events = []
    calls = [letter for letter in letters if letter.source == WEBHOOK]
    for letter in letters:
        if letter.source == WEBHOOK:
            continue
        sender = collect.sender_of(None, None if letter.source == FOLDED else claims)._replace(
            received_at=letter.received_at, new_id=partial("dead-letter:{}".format, letter.offset)
        )
        intake = take_raw([letter.payload.encode()], sender, "$")
        events += intake.events
        result.refused += [Refused(letter.offset, str(error)) for error in intake.errors]
    await collect.keep(Intake(events))
    failed = await node.outbox.again(calls)
    result.taken = len(events) + len(calls) - len(failed)
    result.refused += [Refused(offset, reason) for offset, reason in failed]
    result.refused.sort(key=lambda each: each.offset)
    return result
