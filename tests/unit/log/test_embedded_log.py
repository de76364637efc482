"""What is particular to the embedded log: its folder, group commit, durability before visibility, and its limits."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from befit.errors import SettingsError, Unavailable
from befit.log import embedded
from befit.log.embedded import EmbeddedLog
from befit.rocksdb import Database


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EmbeddedLog]:
    log = EmbeddedLog(f"embedded:{tmp_path}", "events")
    await log.open()
    yield log
    await log.close()


class Disk:
    """Holds syncs back until they are let go, makes them fail, and counts them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.syncs = 0
        self.working = asyncio.Event()
        self.working.set()
        self.error: OSError | None = None
        really_sync = Database.sync
        really_flush = Database._sync_wal

        async def sync(database: Database) -> None:
            self.syncs += 1
            await self.working.wait()
            await really_sync(database)

        def sync_wal(database: Database) -> None:
            if self.error is not None:
                raise self.error
            really_flush(database)

        patch.setattr(Database, "sync", sync)
        patch.setattr(Database, "_sync_wal", sync_wal)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(monkeypatch)
    yield disk
    disk.working.set()


async def let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class TestGroupCommit:
    async def test_calls_that_arrive_during_a_sync_share_the_next(self, log: EmbeddedLog, disk: Disk) -> None:
        disk.working.clear()
        first = asyncio.create_task(log.append(0, [b"first"]))
        await let_others_run()
        rest = [asyncio.create_task(log.append(0, [b"%d" % n])) for n in range(50)]
        await let_others_run()
        assert disk.syncs == 1
        disk.working.set()
        assert await asyncio.gather(first, *rest) == list(range(51))
        assert disk.syncs == 2

    async def test_a_group_takes_a_bounded_number_of_bytes(self, log: EmbeddedLog, disk: Disk) -> None:
        disk.working.clear()
        calls = [asyncio.create_task(log.append(0, [b"x" * 400_000])) for _ in range(9)]
        await let_others_run()
        disk.working.set()
        assert await asyncio.gather(*calls) == list(range(9))
        assert disk.syncs == 3, "three appends of 400 kB fill a group of 1 MiB"

    async def test_nothing_is_visible_before_it_is_synced(self, log: EmbeddedLog, disk: Disk) -> None:
        await log.append(0, [b"durable"])
        disk.working.clear()
        pending = asyncio.create_task(log.append(0, [b"pending"]))
        waiting = asyncio.create_task(log.wait(0, 1))
        await let_others_run()
        assert await log.read(0, 0, 10) == [(0, b"durable")]
        assert await log.read(0, 1, 10) == []
        assert await log.end(0) == 1
        assert not waiting.done()
        disk.working.set()
        assert await pending == 1
        await waiting
        assert await log.read(0, 0, 10) == [(0, b"durable"), (1, b"pending")]

    async def test_what_is_not_synced_does_not_show_in_a_scan_of_the_disk(
        self, log: EmbeddedLog, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log, "_tail_limit", 0)
        for n in range(3):
            await log.append(0, [b"%d" % n])
        disk.working.clear()
        pending = asyncio.create_task(log.append(0, [b"pending"]))
        await let_others_run()
        assert [record.value for record in await log.read(0, 0, 10)] == [b"0", b"1", b"2"]
        disk.working.set()
        await pending

    async def test_trim_never_takes_the_newest_durable_record_for_one_under_way(
        self, log: EmbeddedLog, disk: Disk
    ) -> None:
        await log.append(0, [b"a"])
        disk.working.clear()
        pending = asyncio.create_task(log.append(0, [b"b"]))
        await let_others_run()
        await log.trim(0, 2**50)
        assert await log.read(0, 0, 10) == [(0, b"a")]
        disk.working.set()
        await pending


class TestLimits:
    async def test_refuses_more_than_may_wait_for_the_disk(
        self, log: EmbeddedLog, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded, "WAITING_BYTES", 1_000)
        disk.working.clear()
        pending = [asyncio.create_task(log.append(0, [b"x" * 400])) for _ in range(2)]
        await let_others_run()
        with pytest.raises(Unavailable, match="800 bytes already wait for the disk; try again later"):
            await log.append(0, [b"x" * 400])
        disk.working.set()
        assert await asyncio.gather(*pending) == [0, 1]
        assert await log.append(0, [b"x" * 400]) == 2, "there is room again"

    async def test_one_append_larger_than_the_limit_still_goes_through(
        self, log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded, "WAITING_BYTES", 1_000)
        assert await log.append(0, [b"x" * 5_000]) == 0

    async def test_old_chunks_leave_memory_and_are_read_from_the_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded, "TAIL_BYTES", 10_000)
        log = EmbeddedLog(f"embedded:{tmp_path}", "events")
        await log.open()
        for n in range(100):
            await log.append(0, [b"%03d" % n * 300])
        assert sum(len(value) for chunk in log._parts[0].tail for value in chunk.values) <= 10_000
        assert [record.value[:3] for record in await log.read(0, 0, 1_000)] == [b"%03d" % n for n in range(100)]
        await log.close()


class TestTrim:
    async def test_a_clock_that_was_set_back_costs_nothing_younger(self, tmp_path: Path) -> None:
        times = iter([2_000, 1_000, 3_000])
        log = EmbeddedLog(f"embedded:{tmp_path}", "events", clock=lambda: next(times))
        await log.open()
        for value in (b"a", b"b", b"c"):
            await log.append(0, [value])
        await log.trim(0, 1_500)
        assert await log.read(0, 0, 10) == [(0, b"a"), (1, b"b"), (2, b"c")]
        await log.trim(0, 2_500)
        assert await log.read(0, 0, 10) == [(2, b"c")]
        await log.close()


class TestFailure:
    async def test_a_failed_sync_fails_all_that_wait_and_everything_after(
        self, log: EmbeddedLog, disk: Disk, tmp_path: Path
    ) -> None:
        await log.append(0, [b"durable"])
        disk.working.clear()
        disk.error = OSError(5, "Input/output error")
        calls = [asyncio.create_task(log.append(0, [b"lost"]))]
        await let_others_run()
        calls += [asyncio.create_task(log.append(0, [b"behind"])), asyncio.create_task(log.append(0, [b"behind"]))]
        waiting = asyncio.create_task(log.wait(0, 1))
        await let_others_run()
        disk.working.set()
        for call in calls:
            with pytest.raises(
                Unavailable, match=r"Input/output error; nothing more is written there: .* restart befit"
            ):
                await call
        with pytest.raises(Unavailable):
            await waiting
        disk.error = None  # a disk that works again proves nothing about the pages that were dropped
        with pytest.raises(Unavailable, match="restart befit"):
            await log.append(0, [b"after"])
        assert await log.read(0, 0, 10) == [(0, b"durable")]
        assert await log.end(0) == 1

        await log.close()
        reopened = EmbeddedLog(f"embedded:{tmp_path}", "events")
        await reopened.open()
        assert (await reopened.read(0, 0, 1)) == [(0, b"durable")]
        await reopened.append(0, [b"again"])
        await reopened.close()

    async def test_appending_to_a_closed_log_is_refused(self, tmp_path: Path) -> None:
        log = EmbeddedLog(f"embedded:{tmp_path}", "events")
        await log.open()
        await log.close()
        with pytest.raises(Unavailable, match="is closed"):
            await log.append(0, [b"a"])


class TestFolder:
    async def test_lies_in_the_data_folder_by_topic(self, log: EmbeddedLog, tmp_path: Path) -> None:
        assert (tmp_path / "log" / "events" / "CURRENT").exists()

    async def test_is_of_one_process_at_a_time(self, log: EmbeddedLog, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"log/events is in use by another befit process: stop that one"):
            await EmbeddedLog(f"embedded:{tmp_path}", "events").open()
        code = (
            "import asyncio; from befit.log.embedded import EmbeddedLog;"
            f"asyncio.run(EmbeddedLog('embedded:{tmp_path}', 'events').open())"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: ASYNC221
        assert "SettingsError" in other.stderr
        assert "is in use by another befit process" in other.stderr

    async def test_can_be_read_but_not_written_with_mode_ro(self, tmp_path: Path) -> None:
        log = EmbeddedLog(f"embedded:{tmp_path}", "events")
        await log.open()
        await log.append(0, [b"a", b"b"])
        await log.close()
        reader = EmbeddedLog(f"embedded:{tmp_path}?mode=ro", "events")
        await reader.open()
        assert await reader.read(0, 0, 10) == [(0, b"a"), (1, b"b")]
        with pytest.raises(Unavailable, match="open for reading only"):
            await reader.append(0, [b"c"])
        await reader.close()

    async def test_reading_where_nothing_was_written_names_the_folder(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"nowhere/log/events holds no data yet"):
            await EmbeddedLog(f"embedded:{tmp_path}/nowhere?mode=ro", "events").open()
        assert not (tmp_path / "nowhere").exists()

    async def test_a_path_that_is_a_file_is_a_settings_error(self, tmp_path: Path) -> None:
        (tmp_path / "log").write_text("not a folder")
        with pytest.raises(SettingsError, match="cannot be opened"):
            await EmbeddedLog(f"embedded:{tmp_path}", "events").open()


class TestPartitions:
    async def test_their_number_is_fixed_when_the_log_is_made(self, tmp_path: Path) -> None:
        made = EmbeddedLog(f"embedded:{tmp_path}?partitions=4", "events")
        await made.open()
        await made.close()
        again = EmbeddedLog(f"embedded:{tmp_path}", "events")
        await again.open()
        assert again.partitions == 4
        await again.close()
        other = EmbeddedLog(f"embedded:{tmp_path}?partitions=2", "events")
        with pytest.raises(SettingsError, match="was created with 4 partitions, not 2: say partitions=4"):
            await other.open()
        await again.open()  # the refused one left the folder free
        await again.close()

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("embedded:data?partitions=0", "partitions is a number from 1 to 1024, not '0'"),
            ("embedded:data?partitions=2000", "partitions is a number"),
            ("embedded:data?partitions=two", "partitions is a number"),
            ("embedded:data?partition=2", "unknown option 'partition'; known: mode, partitions"),
            ("embedded:data?mode=read", "mode is rw (the default) or ro, not 'read'"),
            ("embedded:", "no folder; write embedded:FOLDER"),
        ],
    )
    def test_a_url_that_cannot_be_used_says_what_to_write(self, url: str, message: str) -> None:
        with pytest.raises(SettingsError) as caught:
            EmbeddedLog(url, "events")
        assert message in str(caught.value)
