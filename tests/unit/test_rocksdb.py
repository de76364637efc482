"""How befit uses RocksDB: what a stall, a failure and a second process do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rocksdict import Cache, WriteBatch

from befit.errors import SettingsError, Unavailable
from befit.rocksdb import Database, get_all, parse_url, table_options

KIB = 1024


def opened(folder: Path, *, write_buffer: int = 64 * KIB, read_only: bool = False) -> Database:
    options = table_options(Cache(64 * KIB), block_size=4 * KIB, write_buffer=write_buffer)
    family = table_options(Cache(64 * KIB), block_size=4 * KIB, write_buffer=write_buffer)
    return Database(folder, options, {"family": family}, wal_limit=1024 * KIB, read_only=read_only)


def put(key: bytes, value: bytes) -> WriteBatch:
    batch = WriteBatch(raw_mode=True)
    batch.put(key, value)
    return batch


async def test_a_write_that_rocksdb_stalls_is_made_again_and_lost_to_nobody(tmp_path: Path) -> None:
    database = opened(tmp_path)
    built = 0

    def batch(number: int) -> WriteBatch:
        nonlocal built
        built += 1
        return put(b"%04d" % number, b"x" * 100 * KIB)  # fills a memtable by itself

    for number in range(300):
        await database.write(lambda number=number: batch(number))  # type: ignore[misc]
    assert built > 300, "some were stalled"
    assert None not in get_all(database.rocks, [b"%04d" % number for number in range(300)])
    await database.close()


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    database = opened(tmp_path)
    await database.write(lambda: put(b"key", b"value"))
    await database.close()
    database = opened(tmp_path)
    assert get_all(database.rocks, [b"key", b"other"]) == [b"value", None]
    await database.close()


async def test_sync_leaves_the_loop_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = opened(tmp_path)
    await database.write(lambda: put(b"key", b"value"))
    loop = asyncio.get_running_loop()
    others = asyncio.Event()

    def slow_sync() -> None:
        asyncio.run_coroutine_threadsafe(others.wait(), loop).result(10)

    monkeypatch.setattr(database, "_sync_wal", slow_sync)
    syncing = asyncio.create_task(database.sync())
    await asyncio.sleep(0)
    others.set()  # only a loop that runs during the sync gets here
    await syncing
    monkeypatch.undo()
    await database.close()


class FullDisk:
    """Stands in for a database whose disk is full."""

    def write(self, batch: WriteBatch) -> None:
        raise Exception("IO error: No space left on device: While appending to file: 000004.log")  # as rocksdict does


async def test_after_a_failed_write_nothing_more_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = opened(tmp_path)
    monkeypatch.setattr(database, "rocks", FullDisk())
    with pytest.raises(Unavailable, match=r"No space left on device.*: make room"):
        await database.write(lambda: put(b"key", b"value"))
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="No space left on device"):
        await database.write(lambda: put(b"key", b"value"))
    with pytest.raises(Unavailable, match="No space left on device"):
        await database.sync()
    await database.close()
    database = opened(tmp_path)
    await database.write(lambda: put(b"key", b"value"))
    await database.close()


async def test_a_batch_that_cannot_be_built_harms_nothing_else(tmp_path: Path) -> None:
    database = opened(tmp_path)
    with pytest.raises(UnicodeEncodeError):
        await database.write(lambda: put("\ud800".encode(), b""))
    await database.write(lambda: put(b"key", b"value"))
    await database.close()


async def test_a_closed_one_refuses(tmp_path: Path) -> None:
    database = opened(tmp_path)
    await database.close()
    with pytest.raises(Unavailable, match="is closed"):
        await database.write(lambda: put(b"key", b"value"))
    with pytest.raises(Unavailable, match="is closed"):
        await database.sync()
    with pytest.raises(Unavailable, match="is closed"):
        await database.in_thread(lambda: None)


async def test_one_that_is_read_only_sees_what_an_open_one_has_written_so_far(tmp_path: Path) -> None:
    database = opened(tmp_path)
    await database.write(lambda: put(b"key", b"value"))
    reader = opened(tmp_path, read_only=True)
    assert get_all(reader.rocks, [b"key"]) == [b"value"]
    with pytest.raises(Unavailable, match="open for reading only"):
        await reader.write(lambda: put(b"key", b"other"))
    await reader.close()
    await database.close()


async def test_a_folder_that_another_has_open_says_so(tmp_path: Path) -> None:
    database = opened(tmp_path)
    with pytest.raises(SettingsError, match="is in use by another befit process"):
        opened(tmp_path)
    await database.close()
    await opened(tmp_path).close()


@pytest.mark.parametrize(
    ("url", "folder", "options"),
    [
        ("embedded:data", "data", {}),
        ("embedded:/var/lib/befit", "/var/lib/befit", {}),
        ("embedded:./my data #1", "./my data #1", {}),
        ("embedded:data?mode=ro", "data", {"mode": "ro"}),
        ("embedded:data?mode=ro&partitions=4", "data", {"mode": "ro", "partitions": "4"}),
    ],
)
def test_a_url_gives_folder_and_options(url: str, folder: str, options: dict[str, str]) -> None:
    assert parse_url(url, frozenset({"mode", "partitions"})) == (Path(folder), options)
