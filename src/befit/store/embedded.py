"""EmbeddedStore: the profile store of a single machine, in RocksDB.

    embedded:FOLDER?mode=rw     kept in FOLDER/store; mode=ro reads it while no server writes

A commit is one atomic batch that is not synced: the event log is the truth, and it is synced before anything is
folded. A kill -9 loses no commit. A power failure loses the last ones, those that the kernel had not written back yet
(about 30 s), each of them whole; the store's position goes back with them, and the worker folds them again. So there
is nothing to gain from syncing before `close`.

What is kept, by column family (numbers big endian, so that byte order is their order):

    default    partition (2)                           -> msgpack [position, profiles written first by it]
    profiles   profile id                              -> msgpack Profile
    links      id                                      -> id that it leads to
    timers     due (8) + msgpack [profile id, name]    -> nothing
    seen       partition (2) + day (4) + message id    -> received at (8)
    outbox     id of the call                          -> the call
    notes      name                                    -> the note

Message ids are kept by the UTC day in which they were received. Two days reach back 24 h from any moment; when a new
day begins, the days before these two are dropped with one range deletion.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final, cast

import msgspec
from rocksdict import Cache, WriteBatch

from befit.errors import BefitError
from befit.model import Profile
from befit.rocksdb import MIB, Database, get_all, parse_url, table_options
from befit.store.base import Commit, Timer

DAY_MS: Final = 86_400_000
DAYS_KEPT: Final = 2
MAX_HOPS: Final = 64
"""Links from one id to its profile; more can only be a circle."""
NEVER: Final = 2**63
OPTIONS: Final = frozenset({"mode"})

_DUE: Final = struct.Struct(">Q")
_PARTITION: Final = struct.Struct(">H")
_SEEN: Final = struct.Struct(">HI")
_RECEIVED: Final = struct.Struct(">Q")
_encode = msgspec.msgpack.Encoder(enc_hook=int).encode  # whatever slips in as a kind of int is stored as one
_decode_profile = msgspec.msgpack.Decoder(Profile).decode
_decode_progress = msgspec.msgpack.Decoder(tuple[int, int]).decode
_decode_owner = msgspec.msgpack.Decoder(tuple[str, str]).decode


class EmbeddedStore:
    """The profile store in a folder. See `befit.store.base.ProfileStore` for what each method promises."""

    def __init__(self, url: str) -> None:
        """Raises SettingsError for a URL it cannot use."""
        folder, options = parse_url(url, OPTIONS)
        self._folder = folder / "store"
        self._read_only = options.get("mode") == "ro"
        self._days: dict[int, list[int]] = {}
        self._counts: dict[int, int] = {}
        self._earliest = 0  # no timer is due before; spares `due` the tombstones of all the timers that were

    async def open(self) -> None:
        """Open or create the folder. Nothing is scanned: the time it takes does not grow with the profiles."""
        cache = Cache(32 * MIB)
        small = table_options(cache, block_size=8 * 1024, write_buffer=4 * MIB)
        kept = {
            "profiles": table_options(cache, block_size=16 * 1024, write_buffer=16 * MIB),
            "links": small,
            "timers": small,
            "seen": small,
            "outbox": small,
            "notes": small,
        }
        self._database = Database(self._folder, small, kept, wal_limit=64 * MIB, read_only=self._read_only)
        families = self._database.families
        self._profiles = families["profiles"]
        self._links = families["links"]
        self._timers = families["timers"]
        self._seen = families["seen"]
        self._outbox = families["outbox"]
        self._notes = families["notes"]
        progress = cast("Iterator[tuple[bytes, bytes]]", self._database.rocks.items())
        self._counts = {_PARTITION.unpack(key)[0]: _decode_progress(value)[1] for key, value in progress}

    async def position(self, partition: int) -> int:
        """The first log offset not folded yet."""
        stored = self._database.rocks.get(_PARTITION.pack(partition))
        return _decode_progress(stored)[0] if stored is not None else 0

    async def resolve(self, ids: Sequence[str]) -> list[str]:
        """For each id, the end of its chain of links. Raises BefitError when that is a circle."""
        found = list(ids)
        linked = list(range(len(found)))
        for _ in range(MAX_HOPS):
            leads = get_all(self._links, [found[at].encode() for at in linked])
            linked = [at for at, lead in zip(linked, leads, strict=True) if lead is not None]
            if not linked:
                return found
            for at, lead in zip(linked, filter(None, leads), strict=True):
                found[at] = lead.decode()
        raise BefitError(f"{self._folder}: the links of {ids[linked[0]]!r} lead in a circle")

    async def load(self, ids: Sequence[str]) -> list[Profile | None]:
        """Fresh profiles with exactly these ids, None where there is none."""
        stored = get_all(self._profiles, [profile_id.encode() for profile_id in ids])
        return [None if value is None else _decode_profile(value) for value in stored]

    async def ids(self, after: str, limit: int) -> tuple[list[str], str]:
        """Ids of profiles in the order of their bytes; the cursor is the last one given."""
        found: list[str] = []
        stored = self._profiles.iter()
        stored.seek(after.encode() + b"\0" if after else b"")
        while len(found) < limit and stored.valid():
            found.append(stored.key().decode())
            stored.next()
        return found, found[-1] if len(found) == limit else ""

    async def seen(self, partition: int, message_ids: Sequence[str]) -> dict[str, int]:
        """Those folded in this partition, with the time when they were received last."""
        found: dict[str, int] = {}
        for day in sorted(self._known_days(partition)):
            prefix = _SEEN.pack(partition, day)
            received = get_all(self._seen, [prefix + message_id.encode() for message_id in message_ids])
            for message_id, value in zip(message_ids, received, strict=True):
                if value is not None:
                    found[message_id] = _RECEIVED.unpack(value)[0]
        return found

    async def commit(self, commit: Commit) -> None:
        """Write everything in `commit` in one batch. What is both dropped and written is written."""
        self._database.check_writable()
        count = self._count_after(commit)
        days = self._days_after(commit)
        self._earliest = min(self._earliest, *(timer.due for timer in commit.timers_set), NEVER)
        await self._database.write(lambda: self._batch(commit, count, days))
        self._counts[commit.partition] = count
        self._days[commit.partition] = days

    async def due(self, now: int, limit: int) -> list[Timer]:
        """Up to `limit` timers due at or before `now`, earliest first."""
        timers: list[Timer] = []
        stored = self._timers.iter()
        stored.seek(_DUE.pack(self._earliest))
        self._earliest = _DUE.unpack_from(stored.key())[0] if stored.valid() else NEVER
        while len(timers) < limit and stored.valid():
            key = stored.key()
            due = _DUE.unpack_from(key)[0]
            if due > now:
                break
            timers.append(Timer(due, *_decode_owner(key[_DUE.size :])))
            stored.next()
        return timers

    async def outbox(self, limit: int, after: str = "") -> list[tuple[str, bytes]]:
        """Up to `limit` calls that are not settled yet, in order of their ids."""
        calls: list[tuple[str, bytes]] = []
        stored = self._outbox.iter()
        stored.seek(after.encode() + b"\0" if after else b"")
        while len(calls) < limit and stored.valid():
            calls.append((stored.key().decode(), stored.value()))
            stored.next()
        return calls

    async def settle(self, ids: Sequence[str]) -> None:
        """Forget these calls. After a power failure some may be there again: who made them made them with their ids."""
        self._database.check_writable()

        def batch() -> WriteBatch:
            made = WriteBatch(raw_mode=True)
            for name in ids:
                made.delete(name.encode(), self._database.handles["outbox"])
            return made

        await self._database.write(batch)

    async def note(self, name: str) -> bytes | None:
        """What was noted last under this name."""
        noted = self._notes.get(name.encode())
        return None if noted is None else bytes(noted)

    async def count(self) -> int:
        """How many profiles there are, but for the few in a hundred that a bloom filter took for known when they were new."""
        return sum(self._counts.values())

    async def close(self) -> None:
        """Sync, so that a power failure takes nothing any more, and release the folder."""
        await self._database.close()

    def _known_days(self, partition: int) -> list[int]:
        """The days for which this partition holds message ids, found by one seek each when first asked."""
        days = self._days.get(partition)
        if days is None:
            days = self._days[partition] = []
            ids = self._seen.iter()
            ids.seek(_SEEN.pack(partition, 0))
            while ids.valid() and ids.key().startswith(_PARTITION.pack(partition)):
                days.append(_SEEN.unpack_from(ids.key())[1])
                ids.seek(_SEEN.pack(partition, days[-1] + 1))
        return days

    def _days_after(self, commit: Commit) -> list[int]:
        """The days that hold message ids after `commit`: those known, those in it, but only the newest two."""
        days = self._known_days(commit.partition)
        new = {received // DAY_MS for received in commit.seen.values()}.difference(days)
        if not new:
            return days
        oldest = max(new.union(days)) - DAYS_KEPT + 1
        return [day for day in (*days, *new) if day >= oldest]

    def _count_after(self, commit: Commit) -> int:
        exists = self._profiles.key_may_exist  # reads no disk, so it may say yes for what is not there
        count = self._counts.get(commit.partition, 0)
        for profile_id in commit.deleted:
            count -= count > 0 and bool(exists(profile_id.encode()))
        for profile_id in commit.profiles:
            count += profile_id in commit.deleted or not exists(profile_id.encode())
        return count

    def _batch(self, commit: Commit, count: int, days: list[int]) -> WriteBatch:
        handles = self._database.handles
        profiles, links, timers, seen = handles["profiles"], handles["links"], handles["timers"], handles["seen"]
        batch = WriteBatch(raw_mode=True)
        put, delete = batch.put, batch.delete
        for profile_id in commit.deleted:
            delete(profile_id.encode(), profiles)
        for profile_id, profile in commit.profiles.items():
            put(profile_id.encode(), _encode(profile), profiles)
        for linked, lead in commit.links.items():
            put(linked.encode(), lead.encode(), links)
        for timer in commit.timers_unset:
            delete(_timer_key(timer), timers)
        for timer in commit.timers_set:
            put(_timer_key(timer), b"", timers)
        for message_id, received in commit.seen.items():
            day = received // DAY_MS
            if day in days:
                put(_SEEN.pack(commit.partition, day) + message_id.encode(), _RECEIVED.pack(received), seen)
        for name, call in commit.outbox.items():
            put(name.encode(), call, handles["outbox"])
        for name, noted in commit.notes.items():
            put(name.encode(), noted, handles["notes"])
        if not set(days).issuperset(self._known_days(commit.partition)):
            first, oldest = _SEEN.pack(commit.partition, 0), _SEEN.pack(commit.partition, min(days))
            batch.delete_range(first, oldest, seen)
        put(_PARTITION.pack(commit.partition), _encode((commit.next_offset, count)))
        return batch


def _timer_key(timer: Timer) -> bytes:
    return _DUE.pack(timer.due) + _encode((timer.profile_id, timer.name))
