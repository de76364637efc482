"""Backfill: signals that are new or changed in a release begin with their history from the event log, not with nothing.

The history is folded into a store on the side, which holds nothing but these signals, while the node goes on as it was. Once that store
has come as far as the worker, the traffic is swapped between two batches, and from then on each profile takes its states from the
store on the side before anybody sees it: when it is loaded, or when the sweep through all profiles comes to it. So no
decision ever sees half a history, and nothing is counted twice: at the swap both stores stand at the same record.

With `at_once`, for a rollback or a start, the swap comes first: until their history has been read these signals count from zero.

The store notes which definitions the states in its profiles are of. What is being replaced is struck out before the swap and
written in after the sweep, so that a crash in between only makes the next start do it again.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from befit.engine import Program, Traffic
from befit.engine.program import STATELESS
from befit.engine.signals import STATES
from befit.engine.traffic import definition
from befit.log import EventLog
from befit.model import Profile
from befit.node import metrics
from befit.node.past.shadow import Run, Shadow, shadow_of
from befit.node.profiles import Profiles
from befit.node.worker import Worker
from befit.site.digest import digest_of
from befit.store import Commit, ProfileStore

NOTE: Final = "signals"
NEAR: Final = 1_000
"""Records that may be missing when the worker is made to wait for the rest: some 50 ms."""
SWEEP: Final = 100

Definitions = dict[str, str]
"""Signal -> digest of its definition."""

Known = tuple[Definitions, Definitions | None]
"""The definitions that the states in the profiles are of: with visitors of the live release, and with those of a candidate."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Known).decode
_log = structlog.get_logger("befit.backfill")


class Progress(msgspec.Struct, frozen=True):
    """How far a backfill is. `phase` is `reading` (records of the log) or `sweeping` (profiles); `done` and `total` are in its unit."""

    release: str
    signals: tuple[str, ...]
    phase: str
    done: int
    total: int


class Backfill:
    """Swaps the traffic of a node so that every signal has its history. One swap at a time; a new one ends the sweep of the one before."""

    def __init__(
        self,
        folder: Path,
        log: EventLog,
        store: ProfileStore,
        profiles: Profiles,
        worker: Worker,
        traffic: Callable[[], Traffic],
        clock: Callable[[], int],
    ) -> None:
        self.folder = folder
        self.log = log
        self.store = store
        self.profiles = profiles
        self.worker = worker
        self.traffic = traffic
        self.clock = clock
        self.progress: Progress | None = None
        self._runs: list[Run] = []
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Future[None] | None = None
        profiles.on_load = self._on_load
        worker.before_commit = self._before_commit

    @property
    def share_read(self) -> float:
        """How much of what it reads is read, from 0 to 1."""
        progress = self.progress
        return 0.0 if progress is None else progress.done / max(1, progress.total)

    async def open(self) -> None:
        """At the start of a node, after log, store and worker: fill in what the program that serves now has anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        await self.go_live(self.traffic(), _nothing, at_once=True)

    async def close(self) -> None:
        """Stop; the next start does again what was not finished."""
        await self._end()

    async def go_live(self, traffic: Traffic, swap: Callable[[], None], *, at_once: bool) -> None:
        """Call `swap`, which puts `traffic` in place, between two batches: when the new signals' history is read, or `at_once`.

        Returns after the swap. Raises Unavailable, and swaps nothing, when log or store are away.
        """
        if at_once:
            async with self.worker.turn:
                await self._end()
                runs = await self._open_runs(traffic)
                self._put_in_place(runs, swap)
            self._task = asyncio.create_task(self._finish(runs, traffic, read=True))
            return
        await self.settled()
        runs = await self._open_runs(traffic)
        try:
            await self._read(runs, lambda: self._put_in_place(runs, swap, ready=True))
        except BaseException:
            await self._close(runs)
            raise
        self._task = asyncio.create_task(self._finish(runs, traffic, read=False))

    async def settled(self) -> None:
        """Return once every profile has its history."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _open_runs(self, traffic: Traffic) -> list[Run]:
        """A run for each program whose signals are not what the profiles hold; these signals are noted as unknown."""
        known = await self._known()
        same = known == _definitions(traffic) and traffic.splits_as(self.traffic())
        runs = self._runs_for(traffic, known) if any(self.worker.positions) and not same else []
        for run in runs:
            await run.store.open()
        if runs:
            names = {name for run in runs for name in (*run.names, *run.gone)}
            live, candidate = (each and {k: "" if k in names else v for k, v in each.items()} for each in known)
            await self._note((live or {}, candidate))
        return runs

    def _put_in_place(self, runs: list[Run], swap: Callable[[], None], *, ready: bool = False) -> None:
        swap()
        for run in runs:
            run.ready = ready
            run.program.backfill = run.mark if ready else f"{run.mark}?"
        self._runs = runs
        self.profiles.clear()

    def _make_ready(self, runs: list[Run]) -> None:
        self._put_in_place(runs, _nothing, ready=True)

    async def _finish(self, runs: list[Run], traffic: Traffic, *, read: bool) -> None:
        try:
            if read and runs:
                await self._read(runs, lambda: self._make_ready(runs))
            if runs:
                await self._sweep(runs)
            async with self.worker.turn:
                await self._note(_definitions(traffic))
            self._runs = []
            self._closing = asyncio.ensure_future(self._close(runs))
            await asyncio.shield(self._closing)
        except Exception:
            _log.exception("signals keep counting without their history; the next start tries again")
            self.progress = None

    async def _read(self, runs: list[Run], then: Callable[[], None]) -> None:
        """Fold the log into the stores on the side; call `then` while the worker waits and they have come as far as it."""
        runs = [run for run in runs if run.names]
        shadows = [shadow_of(run, self.log, self.worker) for run in runs]
        for shadow in shadows:
            await shadow.open()
        while await self._catch_up(runs, shadows) > NEAR:
            pass
        async with self.worker.turn:
            while await self._catch_up(runs, shadows):
                pass
            then()

    async def _catch_up(self, runs: list[Run], shadows: list[Shadow]) -> int:
        """Fold as far as the worker is now; how many records that took. Leaves the worker half of the time."""
        taken = 0
        for run, shadow in zip(runs, shadows, strict=True):
            total = sum(self.worker.positions)
            for partition in range(self.log.partitions):
                loop = asyncio.get_running_loop()
                while True:
                    started = loop.time()
                    count = await shadow.step(partition)
                    if not count:
                        break
                    taken += count
                    self._say(run, "reading", sum(shadow.positions), total)
                    if not self.worker.turn.locked():
                        await asyncio.sleep(min(loop.time() - started, 0.05))
        return taken

    async def _sweep(self, runs: list[Run]) -> None:
        """Bring every profile up to date, also those whose visitors never come back."""
        total, done, cursor = await self.store.count(), 0, ""
        while True:
            async with self.worker.turn:
                names, cursor = await self.store.ids(cursor, SWEEP)
                profiles = await self.profiles.fetch(names)
                commit = Commit(0, self.worker.positions[0])
                commit.profiles = {name: p for name, p in profiles.items() if any(name in r.unsaved for r in runs)}
                if commit.profiles:
                    self._before_commit(commit)
                    await self.store.commit(commit)
            done += len(names)
            self._say(runs[0], "sweeping", done, max(total, done))
            if not cursor:
                return
            await asyncio.sleep(0)

    async def _on_load(self, loaded: Sequence[Profile | None]) -> None:
        if not self._runs:
            return
        traffic = self.traffic()
        profiles = [profile for profile in loaded if profile is not None]
        for run in self._runs:
            await run.install([profile for profile in profiles if traffic.program_of(profile) is run.program])

    def _before_commit(self, commit: Commit) -> None:
        """What a profile took from history comes with its timers."""
        for run in self._runs:
            for profile_id in run.unsaved.intersection(commit.profiles):
                timers = run.timers_of(commit.profiles[profile_id])
                commit.timers_set |= timers
                commit.timers_unset -= timers
                run.unsaved.discard(profile_id)

    def _runs_for(self, traffic: Traffic, known: Known) -> list[Run]:
        runs: list[Run] = []
        held = [each for each in known if each is not None]
        for program in (traffic.live, traffic.candidate):
            if program is not None:
                wanted = definitions(program)
                names = [name for name, digest in wanted.items() if any(each.get(name) != digest for each in held)]
                gone = {name for each in held for name in each} - wanted.keys()
                if names or gone:
                    mark = f"{program.release.id}@{self.clock()}"
                    runs.append(Run(program, names, gone, mark, self.folder / f"{len(runs)}"))
        return runs

    async def _known(self) -> Known:
        noted = await self.store.note(NOTE)
        return _decode(noted) if noted is not None else ({}, None)

    async def _note(self, known: Known) -> None:
        await self.store.commit(Commit(0, self.worker.positions[0], notes={NOTE: _encode(known)}))

    def _say(self, run: Run, phase: str, done: int, total: int) -> None:
        self.progress = Progress(run.program.release.id, run.names, phase, done, total)
        metrics.BACKFILL_REMAINING.set(total - done)

    async def _end(self) -> None:
        """Stop what is under way. Profiles that have not got their history yet get it by the next run."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._closing is not None:
            await self._closing
            self._closing = None
        runs, self._runs = self._runs, []
        await self._close(runs)

    async def _close(self, runs: list[Run]) -> None:
        for run in runs:
            await run.close()
        self.progress = None
        metrics.BACKFILL_REMAINING.set(0)


def definitions(program: Program) -> Definitions:
    """What tells whether a state that was folded by one release goes on under another."""
    kept = (signal for signal in program.release.signals if signal.kind not in STATELESS)
    return {signal.name: f"{STATES}:{digest_of(definition(signal))}" for signal in kept}


def _definitions(traffic: Traffic) -> Known:
    return definitions(traffic.live), None if traffic.candidate is None else definitions(traffic.candidate)


def _nothing() -> None:
    """The traffic is in place already."""
