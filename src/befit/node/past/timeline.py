"""Timeline: which releases folded which part of a partition's log, so that the past can be folded again as it was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import msgspec

from befit.engine import Traffic

KEPT: Final = 1_000
"""Eras of one partition that are remembered; the oldest goes first."""


class Era(msgspec.Struct, array_like=True, frozen=True):
    """From the record at `offset` on, and from `since` (milliseconds since the epoch), these releases folded and decided."""

    offset: int
    since: int
    live: str
    candidate: str = ""
    share: float = 0.0

    def is_of(self, traffic: Traffic) -> bool:
        """Whether this is still the era of that traffic."""
        candidate = traffic.candidate.release.id if traffic.candidate is not None else ""
        return (self.live, self.candidate, self.share) == (traffic.live.release.id, candidate, traffic.share)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Era, ...]).decode


def note_name(partition: int) -> str:
    """The name of the store's note that holds the timeline of a partition."""
    return f"timeline:{partition}"


def read_timeline(note: bytes | None) -> tuple[Era, ...]:
    """The eras in a note, oldest first; none when there is no note yet."""
    return () if note is None else _decode(note)


def write_timeline(eras: Sequence[Era]) -> bytes:
    """The note of these eras."""
    return _encode(tuple(eras[-KEPT:]))


def begin_era(eras: tuple[Era, ...], offset: int, since: int, traffic: Traffic) -> tuple[Era, ...]:
    """The timeline with the era of this traffic at its end."""
    candidate = traffic.candidate.release.id if traffic.candidate is not None else ""
    kept = tuple(era for era in eras if era.offset < offset)
    return (*kept, Era(offset, since, traffic.live.release.id, candidate, traffic.share))


def era_at(eras: Sequence[Era], offset: int) -> Era | None:
    """The era in which the record at `offset` was folded: the oldest known one for records from before it; None when none is known."""
    if not eras:
        return None
    return eras[max(0, bisect_right(eras, offset, key=lambda era: era.offset) - 1)]
