"""EmbeddedLog: the event log of a single machine, in RocksDB, durable by group commit.

    embedded:FOLDER?partitions=N&mode=rw     kept in FOLDER/log/TOPIC; mode=ro reads it as it was when opened, also
                                             while a server writes

Appends that arrive while a sync is under way are written together in one atomic batch and share the next sync; each
call returns after its own. What one group adds to a partition is one RocksDB value, a chunk:

    partition (2 bytes) + offset of its first record (8 bytes), big endian -> msgpack [time of append in ms, [record, …]]

so a hundred events cost one put, and finding a record is one seek. Only synced records are ever read back: a fold of
anything else could outlive it. The newest chunks stay in memory, so who follows the tail never reads the disk.
"""

from __future__ import annotations

import asyncio
import struct
import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec
from rocksdict import Cache, RdictIter, WriteBatch

from befit.errors import SettingsError, Unavailable
from befit.log.base import Record
from befit.rocksdb import MIB, Database, parse_url, table_options

GROUP_BYTES: Final = MIB
"""A group commit takes no more than this (but always one append), so a chunk stays quick to decode."""
WAITING_BYTES: Final = 64 * MIB
"""Appends waiting for the disk may hold this much; beyond it `append` raises Unavailable."""
TAIL_BYTES: Final = 8 * MIB
"""The newest records kept in memory, over all partitions."""
RECORD_OVERHEAD: Final = 48
MAX_PARTITIONS: Final = 1024
OPTIONS: Final = frozenset({"partitions", "mode"})

_KEY: Final = struct.Struct(">HQ")
# Sorts behind every chunk, because partition numbers stay below MAX_PARTITIONS.
_PARTITIONS_KEY: Final = b"partitions"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, list[bytes]]).decode


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class _Chunk(NamedTuple):
    first: int
    at: int
    values: list[bytes]


class _Append:
    """One call of `append` on its way to the disk."""

    __slots__ = ("done", "offset", "partition", "size", "values")

    def __init__(self, partition: int, values: Sequence[bytes], size: int, done: asyncio.Future[int]) -> None:
        self.partition = partition
        self.values = values
        self.size = size
        self.done = done
        self.offset = 0


class _Partition:
    """What is known of one partition without reading: its durable end, the time of its newest chunk, and its tail."""

    __slots__ = ("at", "end", "grown", "tail", "tail_bytes")

    def __init__(self, newest: _Chunk | None) -> None:
        self.end = newest.first + len(newest.values) if newest else 0
        self.at = newest.at if newest else 0
        self.tail: deque[_Chunk] = deque()
        self.tail_bytes = 0
        self.grown = asyncio.Event()

    def add(self, chunk: _Chunk, tail_limit: int) -> None:
        self.end = chunk.first + len(chunk.values)
        self.at = chunk.at
        self.tail.append(chunk)
        self.tail_bytes += _weight(chunk)
        while self.tail_bytes > tail_limit and len(self.tail) > 1:
            self.drop_oldest()
        self.wake()

    def drop_oldest(self) -> None:
        self.tail_bytes -= _weight(self.tail.popleft())

    def wake(self) -> None:
        self.grown.set()
        self.grown.clear()

    def recent(self, offset: int, limit: int) -> list[Record] | None:
        """Up to `limit` records from `offset` on, or None when the tail starts after it."""
        tail = self.tail
        if not tail or offset < tail[0].first:
            return None
        records: list[Record] = []
        at = bisect_right(tail, offset, key=_first) - 1
        while len(records) < limit and at < len(tail):
            _take(records, tail[at], offset, limit)
            at += 1
        return records


class EmbeddedLog:
    """The event log in a folder. See `befit.log.base.EventLog` for what each method promises."""

    def __init__(self, url: str, topic: str, clock: Callable[[], int] = wall_clock) -> None:
        """`clock` gives the time of append in milliseconds. Raises SettingsError for a URL it cannot use."""
        folder, options = parse_url(url, OPTIONS)
        self._folder = folder / "log" / topic
        self._read_only = options.get("mode") == "ro"
        self._wanted = _partition_count(url, options["partitions"]) if "partitions" in options else 0
        self.partitions = self._wanted or 1
        self._clock = clock
        self._queue: deque[_Append] = deque()
        self._waiting = 0
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open or create the folder. Raises SettingsError when it is in use, or has another number of partitions."""
        options = table_options(Cache(8 * MIB), block_size=32 * 1024, write_buffer=32 * MIB)
        self._database = Database(self._folder, options, {}, wal_limit=64 * MIB, read_only=self._read_only)
        try:
            self.partitions = await self._fixed_partitions()
            newest = [self._chunk_before(partition, 2**64 - 1) for partition in range(self.partitions)]
        except BaseException:
            await self._database.close()
            raise
        self._parts = [_Partition(chunk) for chunk in newest]
        self._tail_limit = TAIL_BYTES // self.partitions

    async def append(self, partition: int, values: Sequence[bytes]) -> int:
        """Append in order; returns the offset of the first once all are synced. Raises Unavailable (full, failed, closed)."""
        self._database.check_writable()
        if not values:
            return self._parts[partition].end
        size = sum(map(len, values))
        if self._waiting and self._waiting + size > WAITING_BYTES:
            raise Unavailable(f"{self._folder}: {self._waiting} bytes already wait for the disk; try again later")
        call = _Append(partition, values, size, asyncio.get_running_loop().create_future())
        self._queue.append(call)
        self._waiting += size
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_groups())
        return await call.done

    async def read(self, partition: int, offset: int, limit: int) -> list[Record]:
        """Up to `limit` durable records from `offset` on."""
        part = self._parts[partition]
        if offset >= part.end:
            return []
        recent = part.recent(offset, limit)
        if recent is not None:
            return recent
        end = part.end
        return await self._database.in_thread(lambda: self._scan(partition, offset, end, limit))

    async def wait(self, partition: int, offset: int) -> None:
        """Return once a durable record exists at `offset`. Raises Unavailable when none will come any more."""
        part = self._parts[partition]
        while part.end <= offset:
            self._database.check_writable()
            await part.grown.wait()

    async def end(self, partition: int) -> int:
        """The offset that the next durable record will get."""
        return self._parts[partition].end

    async def trim(self, partition: int, before: int) -> None:
        """Forget the chunks appended before `before`; the newest always stays."""
        self._database.check_writable()
        end = self._parts[partition].end
        cut = await self._database.in_thread(lambda: self._first_since(partition, before, end))
        if not cut:
            return

        def batch() -> WriteBatch:
            made = WriteBatch(raw_mode=True)
            made.delete_range(_KEY.pack(partition, 0), _KEY.pack(partition, cut))
            return made

        await self._database.write(batch)
        part = self._parts[partition]
        while part.tail and part.tail[0].first < cut:
            part.drop_oldest()

    async def close(self) -> None:
        """Finish pending appends, wake those that wait, release the folder."""
        if self._writer is not None:
            await self._writer
        try:
            await self._database.close()
        finally:
            for part in self._parts:
                part.wake()

    async def _write_groups(self) -> None:
        """Write what is queued, group by group, until nothing is. A failure ends it: the database takes no more then."""
        group: list[_Append] = []
        try:
            while self._queue:
                group = self._next_group()
                chunks = await self._write(group)
                for partition, chunk in chunks:
                    self._parts[partition].add(chunk, self._tail_limit)
                for call in group:
                    self._waiting -= call.size
                    if not call.done.done():
                        call.done.set_result(call.offset)
        except Exception as error:  # whatever it was, nobody must wait for ever
            self._fail([*group, *self._queue], error)
        finally:
            self._writer = None

    def _next_group(self) -> list[_Append]:
        group: list[_Append] = []
        size = 0
        while self._queue and size < GROUP_BYTES:
            call = self._queue.popleft()
            size += call.size
            group.append(call)
        return group

    async def _write(self, group: list[_Append]) -> list[tuple[int, _Chunk]]:
        """Write and sync one group: one chunk for each partition in it. Sets each call's offset."""
        values: dict[int, list[bytes]] = {}
        for call in group:
            added = values.setdefault(call.partition, [])
            call.offset = self._parts[call.partition].end + len(added)
            added += call.values
        now = self._clock()
        chunks = []
        for partition, added in values.items():
            part = self._parts[partition]
            chunks.append((partition, _Chunk(part.end, max(now, part.at), added)))  # trim needs times in order

        def batch() -> WriteBatch:
            made = WriteBatch(raw_mode=True)
            for partition, chunk in chunks:
                made.put(_KEY.pack(partition, chunk.first), _encode((chunk.at, chunk.values)))
            return made

        await self._database.write(batch)
        await self._database.sync()
        return chunks

    def _fail(self, calls: list[_Append], error: Exception) -> None:
        self._queue.clear()
        self._waiting = 0
        for call in calls:
            if not call.done.done():
                call.done.set_exception(Unavailable(str(error)) if isinstance(error, Unavailable) else error)
        for part in self._parts:
            part.wake()

    async def _fixed_partitions(self) -> int:
        """The number of partitions this log was created with; a key's partition depends on it, so it never changes."""
        stored = self._database.rocks.get(_PARTITIONS_KEY)
        if stored is None:

            def batch() -> WriteBatch:
                made = WriteBatch(raw_mode=True)
                made.put(_PARTITIONS_KEY, b"%d" % self.partitions)
                return made

            await self._database.write(batch)
            await self._database.sync()
            return self.partitions
        count = int(stored)
        if self._wanted not in (0, count):
            raise SettingsError(
                f"{self._folder} was created with {count} partitions, not {self._wanted}: "
                f"say partitions={count}, or leave it out"
            )
        return count

    def _iterate_from(self, partition: int, offset: int) -> RdictIter:
        """An iterator on the chunk that holds `offset`, or on the first one after it."""
        chunks = self._database.rocks.iter()
        key = _KEY.pack(partition, offset)
        chunks.seek_for_prev(key)
        if not chunks.valid() or chunks.key()[:2] != key[:2]:
            chunks.seek(key)
        return chunks

    def _scan(self, partition: int, offset: int, end: int, limit: int) -> list[Record]:
        records: list[Record] = []
        chunks = self._iterate_from(partition, offset)
        stop = _KEY.pack(partition, end)
        while len(records) < limit and chunks.valid() and chunks.key() < stop:
            _take(records, _chunk(chunks), offset, limit)
            chunks.next()
        return records

    def _chunk_before(self, partition: int, offset: int) -> _Chunk | None:
        chunks = self._database.rocks.iter()
        key = _KEY.pack(partition, offset)
        chunks.seek_for_prev(key)
        return _chunk(chunks) if chunks.valid() and chunks.key()[:2] == key[:2] else None

    def _first_since(self, partition: int, before: int, end: int) -> int:
        """The offset of the oldest chunk appended at or after `before`, or of the newest one; 0 when there is none."""
        newest = self._chunk_before(partition, end - 1) if end else None
        if newest is None:
            return 0
        oldest = _chunk(self._iterate_from(partition, 0)).first

        def time_at(offset: int) -> int:
            return _chunk(self._iterate_from(partition, offset)).at

        return bisect_left(range(newest.first), before, oldest, key=time_at)


def _partition_count(url: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PARTITIONS:
        raise SettingsError(f"{url}: partitions is a number from 1 to {MAX_PARTITIONS}, not {text!r}")
    return int(text)


def _first(chunk: _Chunk) -> int:
    return chunk.first


def _weight(chunk: _Chunk) -> int:
    return sum(map(len, chunk.values)) + RECORD_OVERHEAD * len(chunk.values)


def _chunk(chunks: RdictIter) -> _Chunk:
    at, values = _decode(chunks.value())
    return _Chunk(_KEY.unpack(chunks.key())[1], at, values)


def _take(records: list[Record], chunk: _Chunk, offset: int, limit: int) -> None:
    """Add the records of `chunk` from `offset` on to `records`, up to `limit` of them in all."""
    skip = max(0, offset - chunk.first)
    values = chunk.values[skip : skip + limit - len(records)]
    records += map(Record, range(chunk.first + skip, chunk.first + skip + len(values)), values)
