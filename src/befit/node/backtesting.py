"""Running a backtest: the visitors divided among processes, each of which reads the log; and an end in time.

A process that would not end in time leaves out visitors, by hashing, so that those who stay are a random sample.
"""

from __future__ import annotations

import asyncio
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
from befit.releases.backtest import EXAMPLES, Backtest, Head, head_of
from befit.releases.tally import Findings

SALT: Final = "backtest"
REPORT_S: Final = 0.2
RESERVE: Final = 0.15
"""Share of the time limit that is kept for starting, for the estimates and for a machine that has other things to do."""

READ_PER_S: Final = 200_000
"""Records a second that are surely read when only ids are looked at. Of a log for which half the time limit is too short, the
oldest records are left out."""

LEAST: Final = 0.001
"""No smaller share of visitors than this is looked at; a backtest that has no time for them looks at less of their time."""


class Job(msgspec.Struct, kw_only=True):
    """What to replay: the log in `data`, its last `since_ms` through both releases.

    `limit_s` is 0 for as long as it takes. `part` of `parts` of the visitors belong to one process.
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
    if job.parts == 1:
        return asyncio.run(replay(job, started, on_progress))
    context = get_context("spawn")  # a fork would take the locks of this process's threads with it
    parts = [msgspec.structs.replace(job, part=number) for number in range(job.parts)]
    waiting: dict[Connection, float] = {}
    processes = []
    results: list[Result] = []
    try:
        for part in parts:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(part, started, theirs), daemon=True)
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


def _work(job: Job, started: float, pipe: Connection) -> None:
    """What a process of its own does."""
    try:
        pipe.send(asyncio.run(replay(job, started, pipe.send)))
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


async def replay(job: Job, started: float, on_progress: Progress) -> Result:
    """One part of a job. `started` (monotonic seconds) is when the time limit began to run."""
    most = int(job.limit_s / 2 * READ_PER_S) if job.limit_s else 0
    async with History(job.data, most) as history:
        begun = time.monotonic()
        alone = job.parts == 1 and not job.limit_s
        place = None if alone else Buckets(await history.links())
        pace = Pace(started + job.limit_s * (1 - RESERVE), history.records, time.monotonic() - begun)
        since = max(history.last - job.since_ms, 0 if history.whole else history.first)
        backtest = Backtest(job.base, job.draft, since, remembered_ms=DEDUPE_MS, goals=job.goals, bucket_of=place)
        low, high = job.part / job.parts, (job.part + 1) / job.parts
        backtest.within = (low, high)
        until, reported = history.last, 0.0
        async for batch in history.read():
            taken = sum(map(backtest.take, batch))
            now = time.monotonic()
            pace.note(len(batch), taken)
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
    """Foresees whether a replay ends in time, from what it took so far."""

    def __init__(self, deadline: float, records: int, reading_s: float) -> None:
        """`deadline` in monotonic seconds; `reading_s` is how long it took to read all the records and fold none."""
        self.read = 0
        self._taken = 0
        self._share = 1.0
        self._deadline = deadline
        self._records = records
        self._skip_s = reading_s / max(1, records)
        self._began = time.monotonic()

    def note(self, read: int, taken: int) -> None:
        """A batch was read, and so many of its records belonged to visitors who are looked at."""
        self.read += read
        self._taken += taken
        self._share = taken / max(1, read)

    def width(self, now: float) -> float:
        """The share of the visitors with which the rest is done in time: 1 when all can stay, 0 when time is up."""
        left = self._records - self.read
        time_left = self._deadline - now
        if not left or not self._taken:
            return 1.0
        if time_left <= 0:
            return 0.0
        each_s = max(0.0, now - self._began - self.read * self._skip_s) / self._taken
        need_s = left * self._share * each_s
        return min(1.0, max(LEAST, (time_left - left * self._skip_s) / need_s)) if need_s else 1.0


class Buckets:
    """Places visitors in [0, 1) by hashing; ids that are connected are in one place."""

    def __init__(self, leads: Mapping[str, str]) -> None:
        self._leads = leads
        self._known: dict[str, float] = {}

    def __call__(self, head: Head) -> float:
        """The place of the visitor whom the event belongs to."""
        name = f"u:{head.user_id}" if head.user_id else f"a:{head.anonymous_id}"
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = bucket(self._leads.get(name, name), SALT)
        return found
