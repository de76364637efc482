"""History on the side: the log folded once more, for some signals of one program, into a store of its own.

What `befit.node.past.backfill` gives to profiles comes from here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from befit.engine import ElapsingVisitors, Program, Traffic
from befit.log import EventLog, Record
from befit.model import DeadLetter, Profile
from befit.node.batch import Batch
from befit.node.profiles import Profiles
from befit.node.worker import Worker
from befit.store import ProfileStore, Timer, open_store


class Run:
    """The backfill of one program: its signals `names`, the store on the side, and profiles not written yet.

    States of signals that the program does not have are dropped; `gone` names those that some profiles are known to hold.
    """

    def __init__(self, program: Program, names: Iterable[str], gone: Iterable[str], mark: str, folder: Path) -> None:
        self.program = program
        self.names = tuple(sorted(names))
        self.gone = tuple(sorted(gone))
        self.mark = mark
        self.folder = folder
        self.store: ProfileStore = open_store(f"embedded:{folder}")
        self.ready = False
        self.unsaved: set[str] = set()

    def reduced(self) -> Program:
        """The program that folds these signals and nothing else."""
        release = self.program.release
        signals = tuple(signal for signal in release.signals if signal.name in self.names)
        return Program(msgspec.structs.replace(release, signals=signals, tags=(), triggers=(), slots=(), modules=()))

    async def install(self, profiles: Sequence[Profile]) -> None:
        """Give these profiles the states that history says; before it is read, drop states of other definitions once."""
        wanted = [profile for profile in profiles if profile.backfill != self.mark]
        if not self.ready:
            wanted = [profile for profile in wanted if profile.backfill != f"{self.mark}?"]
        found = await self.store.load([profile.id for profile in wanted]) if self.ready else [None] * len(wanted)
        for profile, history in zip(wanted, found, strict=True):
            for name in {*self.names, *(profile.signals.keys() - self.program.signals.keys())}:
                profile.signals.pop(name, None)
                profile.timers.pop(f"signal:{name}", None)
            if history is not None:
                profile.signals |= history.signals
                profile.timers |= history.timers
            profile.backfill = self.mark if self.ready else f"{self.mark}?"
            self.unsaved.add(profile.id)

    def timers_of(self, profile: Profile) -> set[Timer]:
        """The timers that came with the history of a profile."""
        owned = {f"signal:{name}" for name in self.names}
        return {Timer(due, profile.id, name) for name, due in profile.timers.items() if name in owned}

    async def close(self) -> None:
        """Remove the store on the side."""
        await self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Shadow(Worker):
    """A worker that folds history: what it does is not counted again."""

    async def _count(self, batch: Batch, records: Sequence[Record], seconds: float, committing: float) -> None:
        pass


class _UpToTheWorker:
    """The log as far as the worker has folded it, and no appending."""

    def __init__(self, log: EventLog, worker: Worker) -> None:
        self._log = log
        self._worker = worker
        self.partitions = log.partitions
        self.open = log.open
        self.wait = log.wait
        self.end = log.end
        self.trim = log.trim
        self.close = log.close

    async def read(self, partition: int, offset: int, limit: int) -> list[Record]:
        until = self._worker.positions[partition]
        records = await self._log.read(partition, offset, min(limit, until - offset)) if offset < until else []
        return [record for record in records if record.offset < until]

    async def append(self, partition: int, values: Sequence[bytes]) -> int:
        return await self._log.end(partition)


def shadow_of(run: Run, log: EventLog, worker: Worker) -> Shadow:
    """What folds the history of a run, as far as the worker has come."""
    traffic = Traffic(run.reduced())
    return Shadow(
        _UpToTheWorker(log, worker),
        run.store,
        Profiles(run.store),
        lambda: traffic,
        _bury_nothing,
        lambda batch: None,
        worker.clock,
        ElapsingVisitors,
    )


def _bury_nothing(letters: Sequence[DeadLetter]) -> None:
    """What cannot be folded was buried when the worker met it."""
