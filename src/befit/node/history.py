"""History: the event log of a data folder, read from its oldest record on, also while a server writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from heapq import heapify, heapreplace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from befit.engine import ids_of
from befit.log import EventLog, Record, open_log
from befit.model import EventHead

BATCH: Final = 2_000


class _Times(msgspec.Struct, array_like=True, gc=False):
    """The beginning of an Event, as far as its times."""

    type: str
    name: str
    message_id: str
    anonymous_id: str
    user_id: str
    timestamp: int
    received_at: int


_times: Final = msgspec.msgpack.Decoder(_Times).decode
_head_of: Final = msgspec.msgpack.Decoder(EventHead).decode


class History:
    """An `async with` block in which a log can be read. Partitions come as one, in order of the times of receipt.

    records   how many there are
    first, last   when the oldest and the newest were received, in milliseconds; 0 when there are none
    """

    def __init__(self, data: Path, most: int = 0) -> None:
        """With `most`, only about so many records, the newest ones, are read. Raises SettingsError when it is entered."""
        self._log: EventLog = open_log(f"embedded:{data}?mode=ro", "events")
        self._most = most
        self._starts: list[int] = []
        self.records = 0
        self.first = 0
        self.last = 0
        self.whole = True

    async def __aenter__(self) -> Self:
        log = self._log
        await log.open()
        for partition in range(log.partitions):
            oldest = await log.read(partition, 0, 1)
            end = await log.end(partition)
            start = oldest[0].offset if oldest else end
            if self._most and end - start > self._most // log.partitions:
                start, self.whole = end - self._most // log.partitions, False
            self._starts.append(start)
            self.records += end - start
            if start < end:
                first, last = await log.read(partition, start, 1), await log.read(partition, end - 1, 1)
                self.first = min(self.first or received_at(first[0]), received_at(first[0]))
                self.last = max(self.last, received_at(last[0]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._log.close()

    async def read(self) -> AsyncIterator[list[bytes]]:
        """All records, in batches."""
        if self._log.partitions == 1:
            async for records in self._partition(0):
                yield [record.value for record in records]
            return
        async for batch in self._merged():
            yield batch

    async def links(self) -> dict[str, str]:
        """For every id that stands in an event beside another one: the smallest id of all that are so connected, itself included.

        Whose ids are not connected can never become one visitor, whatever the release.
        """
        leads: dict[str, str] = {}
        async for batch in self.read():
            for value in batch:
                head = _head_of(value)
                if head.user_id:
                    connect(leads, ids_of(head))
        return {name: _root(leads, name) for name in leads}

    async def _partition(self, partition: int) -> AsyncIterator[list[Record]]:
        offset = self._starts[partition]
        while records := await self._log.read(partition, offset, BATCH):
            yield records
            offset = records[-1].offset + 1

    async def _merged(self) -> AsyncIterator[list[bytes]]:
        readers = [self._partition(partition) for partition in range(self._log.partitions)]
        heads: list[tuple[int, int, int, list[Record]]] = []  # received, partition, place in its batch, the batch
        for number, reader in enumerate(readers):
            if records := await anext(reader, None):
                heads.append((received_at(records[0]), number, 0, records))
        heapify(heads)
        batch: list[bytes] = []
        while heads:
            _, number, place, records = heads[0]
            batch.append(records[place].value)
            place += 1
            if place == len(records):
                records, place = await anext(readers[number], None) or [], 0
            if records:
                heapreplace(heads, (received_at(records[place]), number, place, records))
            else:
                heads[0] = heads[-1]
                heads.pop()
                heapify(heads)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def received_at(record: Record) -> int:
    """When the event of a record was received, in milliseconds."""
    return _times(record.value).received_at


def connect(leads: dict[str, str], names: Iterable[str]) -> None:
    """Note that these ids are of one visitor. `leads` goes from id to id, towards the smallest."""
    roots = sorted({_root(leads, name) for name in names})
    for root in roots:
        leads[root] = roots[0]


def _root(leads: dict[str, str], name: str) -> str:
    root = name
    while (lead := leads.get(root, root)) != root:
        root = lead
    while (lead := leads.get(name, root)) != root:  # a shorter way the next time
        leads[name] = root
        name = lead
    if name != root:
        leads[name] = root
    return root
