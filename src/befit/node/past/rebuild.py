"""State is a function of the log: fold it again into another store, and compare.

`befit replay --from-log` rebuilds a store; `befit audit` rebuilds one on the side and reports where the live one differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from befit.engine import Program, Traffic, ids_of
from befit.log import EventLog
from befit.model import DeadLetter, Event, Profile
from befit.node.profiles import Profiles
from befit.node.worker import Worker
from befit.store import Commit, ProfileStore

SCAN = 1_000

_decode = msgspec.msgpack.Decoder(Event).decode
_encode = msgspec.msgpack.Encoder(order="sorted").encode  # signals that were backfilled stand in another order


class Difference(NamedTuple):
    """A profile that is not what the log says. None stands for a profile that is not there."""

    profile_id: str
    live: Profile | None
    rebuilt: Profile | None


async def rebuild(
    log: EventLog, store: ProfileStore, program: Program, on_progress: Callable[[int], None] = lambda taken: None
) -> int:
    """Fold the whole log into `store`, which must be new or at an earlier position; the number of records folded.

    Events that triggers emitted and timers that came due are in the log already, so nothing is appended to it. Nobody is
    called a second time either.
    """
    silent = _ReadOnlyLog(log)
    traffic = Traffic(program)
    worker = Worker(silent, store, Profiles(store), lambda: traffic, _keep_none, lambda batch: None, lambda: 0)
    worker.before_commit = lambda commit: commit.outbox.clear()
    await worker.open()
    taken = 0
    for partition in range(log.partitions):
        while count := await worker.step(partition):
            taken += count
            on_progress(taken)
    return taken


async def keep_calls(live: ProfileStore, rebuilt: ProfileStore) -> None:
    """What the live store has not sent yet waits in the rebuilt one, too."""
    after = ""
    while calls := await live.outbox(SCAN, after):
        await rebuilt.commit(Commit(0, await rebuilt.position(0), outbox=dict(calls)))
        after = calls[-1][0]


async def compare(log: EventLog, live: ProfileStore, rebuilt: ProfileStore) -> tuple[int, list[Difference]]:
    """How many profiles the log knows, and those that differ between the two stores by a single byte."""
    names: set[str] = set()
    for partition in range(log.partitions):
        offset = 0
        while records := await log.read(partition, offset, SCAN):
            for record in records:
                names.update(ids_of(_decode(record.value)))
            offset = records[-1].offset + 1
    ids = sorted({*await rebuilt.resolve(sorted(names)), *await live.resolve(sorted(names))})
    differences = []
    for start in range(0, len(ids), SCAN):
        part = ids[start : start + SCAN]
        for profile_id, one, other in zip(part, await live.load(part), await rebuilt.load(part), strict=True):
            for each in (one, other):
                if each is not None:
                    each.backfill = ""  # when its signals got their history is not in the log
            if _encode(one) != _encode(other):
                differences.append(Difference(profile_id, one, other))
    return len(ids), differences


class _ReadOnlyLog:
    """A log whose appends are dropped: what they would append is further down in the log already."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.partitions = log.partitions
        self.open = log.open
        self.read = log.read
        self.wait = log.wait
        self.end = log.end
        self.trim = log.trim
        self.close = log.close

    async def append(self, partition: int, values: Sequence[bytes]) -> int:
        return await self._log.end(partition)


def _keep_none(letters: Sequence[DeadLetter]) -> None:
    """Dead letters of a rebuild are in the dead-letter log already."""
