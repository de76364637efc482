"""Whatever is appended, read, trimmed and reopened in whatever order: the embedded log behaves like a list of records."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from befit.log import Record, embedded
from befit.log.embedded import EmbeddedLog

PARTITIONS = 2
partitions = st.integers(0, PARTITIONS - 1)
records = st.lists(st.binary(max_size=20), min_size=1, max_size=8)


class Entry(NamedTuple):
    at: int
    value: bytes


class LogModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="befit-log-"))
        self.runner = asyncio.Runner()
        self.now = 1_000
        self.history: list[list[Entry]] = [[] for _ in range(PARTITIONS)]
        self.oldest = [0] * PARTITIONS
        # A tail of a few records, so that reads come from memory and from the disk.
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(embedded, "TAIL_BYTES", 500)
        self.open()

    def open(self) -> None:
        self.log = EmbeddedLog(f"embedded:{self.folder}?partitions={PARTITIONS}", "events", clock=lambda: self.now)
        self.runner.run(self.log.open())

    def read(self, partition: int, offset: int, limit: int) -> list[Record]:
        return self.runner.run(self.log.read(partition, offset, limit))

    @rule(partition=partitions, values=records)
    def append(self, partition: int, values: list[bytes]) -> None:
        offset = self.runner.run(self.log.append(partition, values))
        assert offset == len(self.history[partition])
        self.history[partition] += [Entry(self.now, value) for value in values]

    @rule(calls=st.lists(st.tuples(partitions, records), min_size=2, max_size=6))
    def append_overlapping(self, calls: list[tuple[int, list[bytes]]]) -> None:
        async def together() -> list[int]:
            return await asyncio.gather(*(self.log.append(partition, values) for partition, values in calls))

        for (partition, values), offset in zip(calls, self.runner.run(together()), strict=True):
            assert offset == len(self.history[partition])
            self.history[partition] += [Entry(self.now, value) for value in values]

    @rule(later=st.integers(-5, 1_000))
    def time_passes_or_the_clock_is_set_back(self, later: int) -> None:
        self.now += later

    @rule(partition=partitions, offset=st.integers(0, 60), limit=st.integers(1, 30))
    def read_a_slice(self, partition: int, offset: int, limit: int) -> None:
        start = max(offset, self.oldest[partition])
        expected = self.history[partition][start : start + limit]
        found = self.read(partition, offset, limit)
        assert [record.value for record in found] == [entry.value for entry in expected]
        assert [record.offset for record in found] == list(range(start, start + len(expected)))

    @precondition(lambda self: any(self.history))
    @rule(partition=partitions, back=st.integers(-10, 2_000))
    def trim(self, partition: int, back: int) -> None:
        history, before = self.history[partition], self.now - back
        self.runner.run(self.log.trim(partition, before))
        if not history:
            return
        oldest = self.read(partition, 0, 1)[0].offset
        assert self.oldest[partition] <= oldest < len(history), "the newest stays, and nothing comes back"
        assert all(entry.at < before for entry in history[self.oldest[partition] : oldest]), "nothing younger is lost"
        times = [max(entry.at for entry in history[: n + 1]) for n in range(len(history))]  # as the log stamps them
        kept_too_long = [at for at in times[oldest:] if at < before and at != times[-1]]
        assert not kept_too_long, "what is older is forgotten, but for the newest append"
        self.oldest[partition] = oldest

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.log.close())
        self.open()

    @invariant()
    def ends_where_the_history_ends(self) -> None:
        for partition in range(PARTITIONS):
            assert self.runner.run(self.log.end(partition)) == len(self.history[partition])

    def teardown(self) -> None:
        for partition in range(PARTITIONS):
            self.read_a_slice(partition, 0, 10_000)
        self.runner.run(self.log.close())
        self.runner.close()
        self.patch.undo()
        shutil.rmtree(self.folder)


TestLogModel = LogModel.TestCase
TestLogModel.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
