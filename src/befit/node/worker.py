"""The worker: reads the event log, folds batch by batch, and commits profiles together with the position they stand for.

It starts where the store says that it ended, so after a crash it folds exactly what is missing: nothing twice, because
position and profiles are one commit, and nothing lost, because the log is durable before anything is folded.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from befit.engine import Traffic, Visitors, ids_of
from befit.errors import Unavailable
from befit.log import EventLog, Record, partition_of
from befit.model import DeadLetter, Event
from befit.node import metrics
from befit.node.batch import Batch, new_batch
from befit.node.past.timeline import Era, begin_era, note_name, read_timeline, write_timeline
from befit.node.profiles import Profiles
from befit.store import Commit, ProfileStore

BATCH = 100  # some 3 ms of folding: requests wait no longer than that for the event loop
RETRY_SECONDS = 0.5

_decode = msgspec.msgpack.Decoder(Event).decode
_encode = msgspec.msgpack.Encoder().encode
_log = structlog.get_logger("befit.worker")


class Worker:
    """Folds the log into the store. `on_commit` is told of every batch once it is committed; `bury` keeps what cannot be folded."""

    def __init__(
        self,
        log: EventLog,
        store: ProfileStore,
        profiles: Profiles,
        traffic: Callable[[], Traffic],
        bury: Callable[[Sequence[DeadLetter]], object],
        on_commit: Callable[[Batch], None],
        clock: Callable[[], int],
        visitors: type[Visitors] = Visitors,
    ) -> None:
        self.log = log
        self.store = store
        self.profiles = profiles
        self.traffic = traffic
        self.bury = bury
        self.on_commit = on_commit
        self.clock = clock
        self.visitors = visitors
        self.before_commit: Callable[[Commit], None] | None = None
        """Told of every commit before it is written, to add to it."""
        self.turn = asyncio.Lock()
        """Held while a batch is folded and committed: who holds it finds store and positions in agreement, and nobody folding."""
        self.positions: list[int] = []
        self._eras: list[tuple[Era, ...]] = []
        self.trouble = ""
        self._waiting: list[list[tuple[int, asyncio.Future[None]]]] = []

    async def open(self) -> None:
        """Find out where to go on. Call once, when log and store are open."""
        self.positions = [await self.store.position(partition) for partition in range(self.log.partitions)]
        notes = [await self.store.note(note_name(partition)) for partition in range(self.log.partitions)]
        self._eras = [read_timeline(note) for note in notes]
        self._waiting = [[] for _ in self.positions]

    async def run(self) -> None:
        """Fold until cancelled. Whatever goes wrong, it tries again; readers get what is at hand, and /readyz says `trouble`."""
        while True:
            try:
                if not await self.catch_up():
                    await self._wait()
                self.trouble = ""
            except Unavailable as error:
                self.trouble = str(error)
                _log.warning("folding waits", reason=self.trouble)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:
                self.trouble = f"{type(error).__name__}: {error}"
                _log.exception("folding fails")
                await asyncio.sleep(RETRY_SECONDS)

    async def catch_up(self) -> int:
        """Fold everything that is durable now; the number of records taken."""
        taken = 0
        for partition in range(len(self.positions)):
            while count := await self.step(partition):
                taken += count
                await asyncio.sleep(0)  # requests between two batches
        return taken

    async def step(self, partition: int) -> int:
        """Fold one batch of one partition; the number of records taken, 0 at the end of the log."""
        async with self.turn:
            records = await self.log.read(partition, self.positions[partition], BATCH)
            if not records:
                return 0
            started = time.perf_counter()
            batch = await self._fold(partition, records)
            await self._append(batch.emit)
            committing = time.perf_counter()
            await self._commit(batch)
            self.positions[partition] = batch.commit.next_offset
            if note_name(partition) in batch.commit.notes:
                self._eras[partition] = read_timeline(batch.commit.notes[note_name(partition)])
        ended = time.perf_counter()
        await self._count(batch, records, ended - started, ended - committing)
        self.on_commit(batch)
        self._wake(partition)
        return len(records)

    async def folded(self, partition: int, offset: int) -> None:
        """Return once the record at `offset` is folded and committed."""
        if self.positions[partition] > offset:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting[partition].append((offset, future))
        await future

    async def _fold(self, partition: int, records: Sequence[Record]) -> Batch:
        """Fold the records; one that cannot be folded goes to the dead letters and the others are folded without it."""
        poison: dict[int, str] = {}
        while True:
            events = [(record, self._event(record, poison)) for record in records if record.offset not in poison]
            usable = [(record, event) for record, event in events if event is not None]
            batch = await self._load(partition, records[-1].offset + 1, [event for _, event in usable])
            traffic = self.traffic()
            for record, event in usable:
                try:
                    batch.take(event, traffic)
                except Exception as error:  # whatever it is, the partition must go on
                    _log.exception("an event cannot be folded", message_id=event.message_id, offset=record.offset)
                    poison[record.offset] = f"{type(error).__name__}: {error}"
                    self.profiles.forget(batch.touched())
                    break
            else:
                self._date(batch, partition, records[0], traffic)
                if poison:
                    await self._bury(records, poison)
                return batch

    def _date(self, batch: Batch, partition: int, first: Record, traffic: Traffic) -> None:
        """When other releases fold than before, the timeline says from which record on."""
        eras = self._eras[partition]
        if not eras or not eras[-1].is_of(traffic):
            eras = begin_era(eras, first.offset, self.clock(), traffic)
            batch.commit.notes[note_name(partition)] = write_timeline(eras)

    def _event(self, record: Record, poison: dict[int, str]) -> Event | None:
        try:
            return _decode(record.value)
        except msgspec.MsgspecError as error:
            poison[record.offset] = f"unreadable record: {error}"
            return None

    async def _load(self, partition: int, next_offset: int, events: Sequence[Event]) -> Batch:
        links = await self.profiles.leads({name for event in events for name in ids_of(event)})
        profiles = await self.profiles.fetch(set(links.values()))
        seen = await self.store.seen(partition, [event.message_id for event in events])
        return new_batch(partition, next_offset, self.visitors(profiles, links), seen)

    async def _append(self, events: Sequence[Event]) -> None:
        """Events that triggers emitted. Before the commit, so that a crash in between emits again under the same message id."""
        for event in events:
            await self.log.append(partition_of(ids_of(event)[0], self.log.partitions), [_encode(event)])

    async def _commit(self, batch: Batch) -> None:
        if self.before_commit is not None:
            self.before_commit(batch.commit)
        try:
            await self.store.commit(batch.commit)
        except BaseException:
            self.profiles.forget(batch.touched())
            raise
        self.profiles.forget(batch.commit.deleted)
        self.profiles.link(batch.commit.links)
        self.profiles.keep(batch.commit.profiles.values())

    async def _bury(self, records: Sequence[Record], poison: dict[int, str]) -> None:
        letters = [letter_of(record, poison[record.offset]) for record in records if record.offset in poison]
        result = self.bury(letters)
        if asyncio.iscoroutine(result):
            await result

    async def _count(self, batch: Batch, records: Sequence[Record], seconds: float, committing: float) -> None:
        metrics.COMMIT_SECONDS.observe(committing)
        metrics.EVENTS_FOLDED.inc(batch.folded)
        metrics.FOLD_SECONDS.observe(seconds)
        metrics.FOLD_LAG_RECORDS.set(await self.log.end(batch.commit.partition) - batch.commit.next_offset)
        if batch.duplicates:
            metrics.EVENTS_DUPLICATE.inc(batch.duplicates)
        if batch.late:
            metrics.EVENTS_LATE.inc(batch.late)
        if batch.spoiled:
            metrics.VALUES_SPOILED.inc(len(batch.spoiled))
            _log.info("values could not be used", first=batch.spoiled[0], count=len(batch.spoiled))

    def _wake(self, partition: int) -> None:
        waiting = self._waiting[partition]
        if not waiting:
            return
        position = self.positions[partition]
        self._waiting[partition] = [entry for entry in waiting if entry[0] >= position]
        for offset, future in waiting:
            if offset < position and not future.done():
                future.set_result(None)

    async def _wait(self) -> None:
        """Until any partition has something new."""
        if len(self.positions) == 1:
            await self.log.wait(0, self.positions[0])
            return
        waits = [asyncio.ensure_future(self.log.wait(p, position)) for p, position in enumerate(self.positions)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def letter_of(record: Record, reason: str) -> DeadLetter:
    """The dead letter of a record that cannot be folded; its payload is a Segment call again where it can be read."""
    try:
        event = _decode(record.value)
    except msgspec.MsgspecError:
        return DeadLetter(received_at=0, reason=reason, source="fold", payload=record.value.hex(), offset=record.offset)
    call = {
        "type": event.type,
        "messageId": event.message_id,
        "anonymousId": event.anonymous_id,
        "userId": event.user_id,
        "previousId": event.previous_id,
        "groupId": event.group_id,
        "event": event.name if event.type == "track" else "",
        "timestamp": datetime.fromtimestamp(event.timestamp / 1000, UTC),
        "properties": event.properties,
        "traits": event.traits,
        "context": event.context,
    }
    return DeadLetter(
        received_at=event.received_at,
        reason=reason,
        hint="replay it once the cause is mended",
        source="fold",
        payload=msgspec.json.encode({name: value for name, value in call.items() if value}).decode(),
        offset=record.offset,
    )
