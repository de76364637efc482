"""RocksDB in a folder, as the embedded log and store use it: opening, writing, syncing, and what its errors mean.

`write` hands a batch to the operating system without waiting for the disk: microseconds, and it survives a kill -9,
because RocksDB passes every record of its write-ahead log (WAL) to write(2) at once (`manual_wal_flush` is off).
`sync` makes everything written so far survive a power failure: RocksDB's SyncWAL, which is fdatasync on each WAL that
is not yet durable, and fsync on the folder of a new one. It runs in a thread, where rocksdict lets go of the GIL;
a write with `sync=True` would hold it, and the event loop with it, for the time of the disk.

After a crash RocksDB replays the WAL up to the first record that is not whole ("point in time") and writes the result
to synced table files before it opens. Only records after the last sync can be torn, so what is dropped is a tail that
nobody was promised. The stricter modes would refuse to open after a power failure that left a hole in that tail.
A failed write or sync makes RocksDB refuse all later ones until it is opened again, and so does `Database`: after a
failed fdatasync the kernel may have dropped the pages, and a second one that succeeds would prove nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar, cast

from rocksdict import (
    AccessType,
    BlockBasedOptions,
    Cache,
    DBCompressionType,
    DBRecoveryMode,
    Options,
    Rdict,
    WriteBatch,
    WriteOptions,
)

from befit.errors import SettingsError, Unavailable

MIB: Final = 1 << 20
STALL_PAUSE: Final = 0.005
"""Seconds between two attempts to write while RocksDB is behind with flushing."""

SWIFT_SYNC_S: Final = 0.0005
"""A disk that has been syncing faster than this is waited for in place: going to a thread and back takes longer (1 ms under load)
and costs more CPU than such a sync."""

_Result = TypeVar("_Result")


def parse_url(url: str, known: frozenset[str]) -> tuple[Path, dict[str, str]]:
    """The folder and the options of `embedded:FOLDER?name=value&…`. Raises SettingsError for an option not `known`."""
    folder, _, query = url.partition(":")[2].partition("?")
    if not folder:
        raise SettingsError(f"{url}: no folder; write embedded:FOLDER, such as embedded:./data")
    options = dict(part.partition("=")[::2] for part in query.split("&") if part)
    for name in options:
        if name not in known:
            raise SettingsError(f"{url}: unknown option {name!r}; known: {', '.join(sorted(known))}")
    if options.get("mode", "rw") not in ("ro", "rw"):
        raise SettingsError(f"{url}: mode is rw (the default) or ro, not {options['mode']!r}")
    return Path(folder), options


def table_options(cache: Cache, *, block_size: int, write_buffer: int) -> Options:
    """Options of one column family: bytes in and out, bloom filters, zstd, tables of `block_size` bytes a block."""
    tables = BlockBasedOptions()
    tables.set_block_cache(cache)
    tables.set_block_size(block_size)
    tables.set_bloom_filter(10, False)
    tables.set_format_version(6)
    options = Options(raw_mode=True)
    options.set_block_based_table_factory(tables)
    options.set_compression_type(DBCompressionType.zstd())
    options.set_write_buffer_size(write_buffer)
    options.set_max_write_buffer_number(4)
    return options


def get_all(family: Rdict, keys: list[bytes]) -> list[bytes | None]:
    """The value of each key, None where there is none. One call for many keys: about 1 µs each, 0.5 where there is none."""
    return cast("list[bytes | None]", family.get(keys))  # type: ignore[arg-type]  # list is invariant in its stub


class Database:
    """One open RocksDB database. One event loop uses it; only `sync` and what goes through `in_thread` leave its thread."""

    def __init__(
        self, folder: Path, options: Options, families: Mapping[str, Options], *, wal_limit: int, read_only: bool
    ) -> None:
        """Open or create `folder`. `wal_limit` bounds the bytes to replay after a crash, and with them the time to start.

        With `read_only` it is read as it stands now, also while another process writes it: RocksDB's secondary instance,
        which, unlike a read-only one, misses nothing that the writer moves from the WAL to tables meanwhile. Raises
        SettingsError when another process writes the folder and so should this one, or when it cannot be opened at all.
        """
        self.folder = folder
        self._closed = False
        self._sync_seconds = 1.0
        self.refusal = f"{folder} is open for reading only" if read_only else ""
        options.create_if_missing(True)
        options.create_missing_column_families(True)
        options.set_wal_recovery_mode(DBRecoveryMode.point_in_time())
        options.set_max_total_wal_size(wal_limit)
        options.set_max_background_jobs(2)
        options.set_keep_log_file_num(2)
        options.set_max_log_file_size(MIB)
        options.set_stats_dump_period_sec(0)
        if read_only and not (folder / "CURRENT").exists():
            raise SettingsError(f"{folder} holds no data yet: check the path, or start the server once to create it")
        self._notes = TemporaryDirectory(prefix="befit-reading-") if read_only else None
        try:
            if self._notes is None:
                folder.mkdir(parents=True, exist_ok=True)
                access = AccessType.read_write()
            else:
                access = AccessType.secondary(self._notes.name)
            self.rocks = Rdict(str(folder), options, dict(families), access)
            if read_only:
                self.rocks.try_catch_up_with_primary()
        except Exception as error:  # rocksdict raises plain Exception for everything
            self._remove_notes()
            raise SettingsError(_reason(folder, error)) from error
        self.families = {name: self.rocks.get_column_family(name) for name in families}
        self.handles = {name: self.rocks.get_column_family_handle(name) for name in families}
        # A stalled write would sleep with the GIL held: ask for an error instead, and wait in `write`.
        at_once = WriteOptions()
        at_once.no_slowdown = True
        self.rocks.set_write_options(at_once)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix=f"rocksdb {folder.name}")

    def check_writable(self) -> None:
        """Raise Unavailable when this database takes no more writes: it is read-only, closed, or failed earlier."""
        if self.refusal:
            raise Unavailable(self.refusal)

    async def write(self, build: Callable[[], WriteBatch]) -> None:
        """Write all of a batch or nothing. Survives a kill -9 on return, a power failure only after `sync`.

        Waits, without blocking the loop, while RocksDB is behind with flushing; then `build` is called again, because
        rocksdict takes a batch apart even when it refuses it. Raises Unavailable.
        """
        while True:
            self.check_writable()
            batch = build()
            try:
                self.rocks.write(batch)
            except Exception as error:
                if "Write stall" not in str(error):
                    raise self._failed(error) from error
                await asyncio.sleep(STALL_PAUSE)
            else:
                return

    async def sync(self) -> None:
        """Make everything written before this call survive a power failure. Raises Unavailable."""
        self.check_writable()
        try:
            if self._sync_seconds < SWIFT_SYNC_S:
                self._sync_wal()
            else:
                await self.in_thread(self._sync_wal)
        except Exception as error:
            raise self._failed(error) from error

    async def in_thread(self, call: Callable[[], _Result]) -> _Result:
        """The result of `call`, which may wait for the disk, from a thread of this database. Raises Unavailable once closed."""
        if self._closed:
            raise Unavailable(f"{self.folder} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def close(self) -> None:
        """Sync, flush to tables and release the folder. Calls still in threads finish first. Raises Unavailable."""
        try:
            if not self.refusal:
                await self.sync()
        finally:
            self._closed = True
            self.refusal = self.refusal or f"{self.folder} is closed"
            await asyncio.to_thread(self._release)

    def _sync_wal(self) -> None:
        started = time.perf_counter()
        self.rocks.flush_wal(True)
        taken = time.perf_counter() - started
        # Slow at once, swift again only after some tens of swift ones.
        self._sync_seconds = max(taken, self._sync_seconds + (taken - self._sync_seconds) / 16)

    def _release(self) -> None:
        self._threads.shutdown()
        self.handles.clear()  # a handle that lives on would keep the folder locked
        for family in (*self.families.values(), self.rocks):
            # Whatever fails here loses nothing: it is synced, or whoever wrote it was told.
            with contextlib.suppress(Exception):
                family.close()
        self._remove_notes()

    def _remove_notes(self) -> None:
        """The folder in which a reader keeps RocksDB's own log."""
        if self._notes is not None:
            self._notes.cleanup()

    def _failed(self, error: Exception) -> Unavailable:
        if not self.refusal:
            self.refusal = f"{self.folder}: {error}; nothing more is written there: make room or repair the disk, then restart befit"
        return Unavailable(self.refusal)


def _reason(folder: Path, error: Exception) -> str:
    text = str(error)
    if "lock" in text.lower() and "LOCK" in text:
        return f"{folder} is in use by another befit process: stop that one, or give this one a data folder of its own"
    return f"{folder} cannot be opened: {text}"
