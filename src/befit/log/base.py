"""EventLog: the Protocol that every event log driver fulfils. `tests/services/test_log_contract.py` holds each to it.

A log is a fixed number of partitions, each an append-only sequence of records with offsets 0, 1, 2, …. Records of one
key always go to the same partition, in the order in which they were appended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from zlib import crc32


class Record(NamedTuple):
    """One record read back: its offset in the partition and the bytes that were appended."""

    offset: int
    value: bytes


class EventLog(Protocol):
    """An event log. One event loop calls it; calls may overlap, and no call may block the loop for a disk or a network.

    Raises `befit.errors.Unavailable` when the log cannot be reached or is full; what it had not acknowledged may or
    may not be there later, so callers retry with the same message ids.
    """

    partitions: int

    async def open(self) -> None:
        """Connect or create. Called once, before anything else."""
        ...

    async def append(self, partition: int, values: Sequence[bytes]) -> int:
        """Append in order and return the offset of the first. Returns only when all of them are durable, all or none."""
        ...

    async def read(self, partition: int, offset: int, limit: int) -> list[Record]:
        """Up to `limit` durable records from `offset` on, in order; empty at the end of the log. Never waits for more.

        An offset below the oldest retained record reads from that record on.
        """
        ...

    async def wait(self, partition: int, offset: int) -> None:
        """Return once a durable record exists at `offset`."""
        ...

    async def end(self, partition: int) -> int:
        """The offset that the next durable record will get."""
        ...

    async def trim(self, partition: int, before: int) -> None:
        """Forget records older than `before` (milliseconds since the epoch, by time of append); the newest always stays."""
        ...

    async def close(self) -> None:
        """Finish pending appends, then release everything. Called once."""
        ...


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key; the same on every node and in every version, because logs outlive releases."""
    return crc32(key.encode()) % partitions if partitions > 1 else 0
