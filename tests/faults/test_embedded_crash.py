"""kill -9 at random moments, torn files and full disks: no acknowledged record is lost and the store is a fold of the log."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from befit.log import Record
from befit.log.embedded import EmbeddedLog
from befit.store.embedded import EmbeddedStore

CHILD = Path(__file__).with_name("embedded_child.py")
PARTITIONS = 2
ROUNDS = 20


def run_until_killed(folder: Path, run: str, lines: int) -> list[list[str]]:
    """Let a child say `lines` lines, kill it with SIGKILL, and return all that it said."""
    with subprocess.Popen([sys.executable, str(CHILD), str(folder), run], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.readlines()
    assert child.returncode == -9, f"it ran until it was killed: {said[0:3]} … {[line for line in said if line][-2:]}"
    return [line.decode().split() for line in said if line.endswith(b"\n")]


def run_until_it_stops(folder: Path, run: str, largest_file: int) -> list[list[str]]:
    """Let a child run into a limit on the size of its files, and return all that it said."""
    done = subprocess.run(
        [sys.executable, str(CHILD), str(folder), run, str(largest_file)], stdout=subprocess.PIPE, check=True
    )
    return [line.decode().split() for line in done.stdout.splitlines()]


async def all_records(log: EmbeddedLog, partition: int) -> list[Record]:
    records: list[Record] = []
    while batch := await log.read(partition, len(records), 1_000):
        records += batch
    return records


def name_of(record: Record) -> str:
    return record.value.split(b" ")[0].decode()


def check_order(records: list[Record]) -> None:
    """Offsets without a hole, and the records of each writer of each round numbered from zero without a hole."""
    assert [record.offset for record in records] == list(range(len(records)))
    expected: Counter[str] = Counter()
    for record in records:
        writer, _, number = name_of(record).rpartition(".")
        assert int(number) == expected[writer]
        expected[writer] += 1


def check_acknowledged(records: list[list[Record]], run: str, said: list[list[str]]) -> None:
    """Every append of this round that returned is where it was said to be."""
    for line in said:
        if line[0] == "append":
            partition, offset, count, writer, number = map(int, line[1:])
            found = [name_of(record) for record in records[partition][offset : offset + count]]
            assert found == [f"{run}.{writer}.{n}" for n in range(number, number + count)]


async def check_store(folder: Path, records: list[list[Record]], said: list[list[str]]) -> None:
    """The store is exactly the fold of the log up to its position, and lost no commit that returned."""
    store = EmbeddedStore(f"embedded:{folder}")
    await store.open()
    for partition in range(PARTITIONS):
        position = await store.position(partition)
        assert position <= len(records[partition]), "never ahead of the log"
        committed = [int(line[2]) for line in said if line[:2] == ["commit", str(partition)]]
        assert position >= max(committed, default=0)
        names = [name_of(record) for record in records[partition]]
        folded = Counter("a:" + name.rpartition(".")[0] for name in names[:position])
        owners = sorted({"a:" + name.rpartition(".")[0] for name in names})
        versions = [profile.version if profile else 0 for profile in await store.load(owners)]
        assert versions == [folded[owner] for owner in owners], "nothing folded twice, nothing skipped"
        assert set(await store.seen(partition, names)) == set(names[:position])
    await store.close()


async def reopened(folder: Path) -> list[list[Record]]:
    log = EmbeddedLog(f"embedded:{folder}", "events")
    await log.open()
    records = [await all_records(log, partition) for partition in range(PARTITIONS)]
    assert [await log.end(partition) for partition in range(PARTITIONS)] == [len(part) for part in records]
    await log.close()
    return records


async def test_kill_9_at_random_moments_loses_and_repeats_nothing(tmp_path: Path) -> None:
    dice = random.Random(20)
    rounds: dict[str, list[list[str]]] = {}
    for number in range(ROUNDS):
        run = f"round{number}"
        rounds[run] = run_until_killed(tmp_path, run, lines=dice.randint(1, 400))
        if number % 2:  # every second crash is met by the next child alone, as a restart would
            continue
        records = await reopened(tmp_path)
        for part in records:
            check_order(part)
        for earlier, said in rounds.items():
            check_acknowledged(records, earlier, said)
        await check_store(tmp_path, records, [line for said in rounds.values() for line in said])
    assert sum(line[0] == "append" for said in rounds.values() for line in said) > 500, "it was killed at work"


async def test_a_torn_end_of_the_write_ahead_log_costs_only_that_end(tmp_path: Path) -> None:
    dice = random.Random(5)
    for number in range(5):
        folder = tmp_path / str(number)
        said = run_until_killed(folder, "torn", lines=dice.randint(50, 300))
        wal = max((folder / "log" / "events").glob("*.log"), key=lambda path: int(path.stem))
        with wal.open("r+b") as file:
            file.truncate(max(0, wal.stat().st_size - dice.randint(1, 3_000)))
        records = await reopened(folder)
        for part in records:
            check_order(part)
        # Acknowledged records may be missing now, but what is there is what was said, up to one point in time.
        for line in said:
            if line[0] == "append":
                partition, offset, count, writer, first = map(int, line[1:])
                found = [name_of(record) for record in records[partition][offset : offset + count]]
                assert found in ([], [f"torn.{writer}.{n}" for n in range(first, first + count)])
        log = EmbeddedLog(f"embedded:{folder}", "events")
        await log.open()
        assert await log.append(0, [b"goes on"]) == len(records[0])
        await log.close()


async def test_a_disk_that_refuses_to_write_is_told_and_costs_nothing_acknowledged(tmp_path: Path) -> None:
    said = run_until_it_stops(tmp_path, "full", largest_file=48 * 1024)
    assert said[-1][0] == "unavailable"
    assert "File too large; nothing more is written there: make room" in " ".join(said[-1])
    assert any(line[0] == "append" for line in said)
    records = await reopened(tmp_path)
    for part in records:
        check_order(part)
    check_acknowledged(records, "full", said)
    await check_store(tmp_path, records, said)
