"""Running a backtest: the visitors divided among processes, each of which reads the log; and an end in time.

A process that would not end in time leaves out visitors, by hashing, so that those who stay are a random sample.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

import msgspec

from befit.engine.assignment import bucket
from befit.errors import BefitError, Unavailable
from befit.model import Release
from befit.node.batch import DEDUPE_MS
from befit.node.history import History
from befit.releases.backtest import EXAMPLES, Backtest, head_of
from befit.releases.tally import Findings

SALT: Final = "backtest"
REPORT_S: Final = 0.2
RESERVE: Final = 0.15
"""Share of the time limit that is kept for starting, for the estimates and for a machine that has other things to do."""

READ_PER_S: Final = 200_000
"""Records a second of which ids can surely be looked at. Of a log for which half the time limit is too short, the oldest
records are left out."""

READING: Final = 4.0
"""How many times as long as that the replay of a log takes at least, whoever is left out: no more records are read than can be."""

SPELL_S: Final = 0.4
"""Seconds over which the pace is taken."""

SLACK: Final = 1.05
"""A little overdue is no reason to leave anybody out: the pace varies more than that."""

LEAST: Final = 0.001
"""No smaller share of visitors than this is looked at; a backtest that has no time for them looks at less of their time."""


class Job(msgspec.Struct, kw_only=True):
    """What to replay: the log in `data`, its last `since_ms` through both releases.

    `limit_s` is 0 for as long as it takes, `most` the most records to read, 0 for all. `part` of `parts` of the visitors
    belong to one process.
    """

    data: Path
    base: Release
    draft: Release
    since_ms: int
    goals: tuple[str, ...]
    limit_s: float = 0.0
    examples: int = EXAMPLES
    parts: int = 1
    part: int = 0
    most: int = 0


class Result(msgspec.Struct):
    """What was found, and among what: `events` counts those read, `until` is the time of the last one, `slots` those that differ."""

    findings: Findings
    slots: list[str]
    added: list[str]
    events: int
    since: int
    until: int
    history: int
    complete: bool


Progress = Callable[[float], None]


def run(job: Job, on_progress: Progress) -> Result:
    """Run all parts of a job; `on_progress` gets 0 to 1. Raises SettingsError for a folder without a log, Unavailable when a process dies."""
    started = time.monotonic()
    collecting = gc.isenabled()
    gc.disable()  # a million small objects that stay until the end: looking through them takes twice as long as the replay
    try:
        return _run(job, started, on_progress)
    finally:
        if collecting:
            gc.enable()


def _run(job: Job, started: float, on_progress: Progress) -> Result:
    leads: dict[str, str] = {}
    if job.parts > 1 or job.limit_s:
        leads, most = asyncio.run(_links(job, started))
        job = msgspec.structs.replace(job, most=most)
    if job.parts == 1:
        return asyncio.run(replay(job, leads, started, on_progress))
    context = get_context("spawn")  # a fork would take the locks of this process's threads with it
    parts = [msgspec.structs.replace(job, part=number) for number in range(job.parts)]
    waiting: dict[Connection, float] = {}
    processes = []
    results: list[Result] = []
    try:
        for part in parts:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(part, leads, started, theirs), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            waiting[ours] = 0.0
        done = 0.0
        while waiting:
            for ready in wait(list(waiting)):
                assert isinstance(ready, Connection)  # noqa: S101 - nothing else was waited for
                try:
                    said = ready.recv()
                except EOFError:
                    raise Unavailable("a process of the backtest died; see above for the reason") from None
                if isinstance(said, float):
                    waiting[ready] = said
                elif isinstance(said, BefitError):
                    raise said
                else:
                    results.append(said)
                    del waiting[ready]
                    done += 1
            on_progress((done + sum(waiting.values())) / job.parts)
    finally:
        for process in processes:
            process.kill() if waiting else process.join()
    return _united(results, job.examples)


async def _links(job: Job, started: float) -> tuple[dict[str, str], int]:
    """Which ids are connected, and how many records can be read in what is left of the time; 0 for all."""
    async with History(job.data, int(job.limit_s / 2 * READ_PER_S)) as history:
        leads = await history.links()
    now = time.monotonic()
    if not job.limit_s:
        return leads, 0
    left = job.limit_s * (1 - RESERVE) - (now - started)
    return leads, max(1_000, int(history.records * left / (now - started) / READING))


def _work(job: Job, leads: Mapping[str, str], started: float, pipe: Connection) -> None:
    """What a process of its own does."""
    gc.disable()
    try:
        pipe.send(asyncio.run(replay(job, leads, started, pipe.send)))
    except BefitError as error:
        pipe.send(error)
    pipe.close()


def _united(results: list[Result], examples: int) -> Result:
    one = results[0]
    for other in results[1:]:
        one.findings.join(other.findings, examples)
        one.complete = one.complete and other.complete
        one.until = min(one.until, other.until)
    one.findings.sampled = sum(result.findings.sampled for result in results) / len(results)
    return one


async def replay(job: Job, leads: Mapping[str, str], started: float, on_progress: Progress) -> Result:
    """One part of a job. `started` (monotonic seconds) is when the time limit began to run; `leads` as of `History.links`."""
    async with History(job.data, job.most) as history:
        place = Buckets(leads) if job.parts > 1 or job.limit_s else None
        pace = Pace(started + job.limit_s * (1 - RESERVE), history.records, time.monotonic())
        since = max(history.last - job.since_ms, 0 if history.whole else history.first)
        backtest = Backtest(job.base, job.draft, since, remembered_ms=DEDUPE_MS, goals=job.goals, bucket_of=place)
        low, high = job.part / job.parts, (job.part + 1) / job.parts
        backtest.within = (low, high)
        take = backtest.take
        until, reported = history.last, 0.0
        async for batch in history.read():
            for value in batch:
                take(value)
            now = time.monotonic()
            pace.read += len(batch)
            width = pace.width(now) if job.limit_s else 1.0
            if width < 1:
                end = low + (backtest.within[1] - low) * width
                backtest.narrow(max(end, low + (high - low) * LEAST))
            if width == 0:
                until = head_of(batch[-1]).received_at
                break
            if now - reported > REPORT_S:
                reported = now
                on_progress(pace.read / history.records)
        findings = backtest.findings(job.examples)
        findings.sampled = (backtest.within[1] - low) / (high - low)
        complete = history.whole and until == history.last and findings.sampled == 1
        return Result(findings, backtest.slots, backtest.added, pace.read, since, until, history.first, complete)


class Pace:
    """Foresees whether a replay ends in time, from how it went since the last time that visitors were left out."""

    def __init__(self, deadline: float, records: int, began: float) -> None:
        """`deadline` and `began` in monotonic seconds."""
        self.read = 0
        self._deadline = deadline
        self._records = records
        self._since = began
        self._read_since = 0

    def width(self, now: float) -> float:
        """The share of the visitors with which the rest is done in time: 1 when all can stay, 0 when time is up.

        Rather too large than too small: leaving visitors out spares nothing of reading, so there is always a next time.
        """
        spent, left = now - self._since, self._records - self.read
        if not left or (spent < SPELL_S and now < self._deadline):
            return 1.0
        if now >= self._deadline:
            return 0.0
        need = spent * left / max(1, self.read - self._read_since)
        self._since, self._read_since = now, self.read
        have = self._deadline - now
        return 1.0 if need <= have * SLACK else have / need


class Buckets:
    """Places visitors in [0, 1) by hashing; ids that are connected are in one place."""

    def __init__(self, leads: Mapping[str, str]) -> None:
        self._leads = leads
        self._known: dict[str, float] = {}

    def __call__(self, value: bytes) -> float:
        """The place of the visitor to whom an event in the log belongs."""
        owner = _owner_of(value)
        name = f"u:{owner.user_id}" if owner.user_id else f"a:{owner.anonymous_id}"
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = bucket(self._leads.get(name, name), SALT)
        return found


class _Owner(msgspec.Struct, array_like=True, gc=False):
    """The beginning of an Event, as far as whose it is."""

    type: str
    name: str
    message_id: str
    anonymous_id: str
    user_id: str


_owner_of: Final = msgspec.msgpack.Decoder(_Owner).decode
