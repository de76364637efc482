"""One visitor's events in the log. Those of all others are told apart by their ids, without being read whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from befit.engine import ids_of
from befit.log import EventLog
from befit.model import Event, EventHead

SCAN = 1_000


class Found(NamedTuple):
    """One event, and where it stands in its partition."""

    offset: int
    event: Event


_head_of = msgspec.msgpack.Decoder(EventHead).decode
_decode = msgspec.msgpack.Decoder(Event).decode


async def events_of(
    log: EventLog, partition: int, names: set[str], offset: int = 0, until: int | None = None
) -> AsyncIterator[Found]:
    """The events of these ids from `offset` on, in order, those received up to `until`. `names` gains the ids that they join."""
    while records := await log.read(partition, offset, SCAN):
        for record in records:
            head = _head_of(record.value)
            early = until is None or head.received_at <= until
            if early and not names.isdisjoint(ids_of(head)):
                event = _decode(record.value)
                names.update(ids_of(event))
                yield Found(record.offset, event)
        offset = records[-1].offset + 1
        await asyncio.sleep(0)  # a long log is not read at the cost of the requests that wait
