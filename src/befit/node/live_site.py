"""The live site: the program that runs now, swapped atomically when the site folder changes and checks.

A state of the folder that does not check never goes live: the old program stays, and the problems are kept and logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import awatch

from befit.engine import Program, Traffic
from befit.errors import Problem, SiteError
from befit.site import load_site

KEPT_RELEASES = 50

_log = structlog.get_logger("befit.site")


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """A release this node has run. `since` is when it went live, in milliseconds since the epoch."""

    id: str
    since: int
    live: bool


class LiveSite:
    """Holds the program of the live release. Raises SiteError at the start when the folder does not check."""

    def __init__(self, folder: Path, clock: Callable[[], int]) -> None:
        self.folder = folder
        self.clock = clock
        self.traffic = Traffic(Program(load_site(folder)))
        self.problems: list[Problem] = []
        self._history: list[tuple[str, int]] = [(self.traffic.live.release.id, clock())]

    @property
    def releases(self) -> list[ReleaseInfo]:
        """Newest first."""
        live = self.traffic.live.release.id
        newest = len(self._history) - 1
        return [
            ReleaseInfo(id=name, since=since, live=name == live and index == newest)
            for index, (name, since) in reversed(list(enumerate(self._history)))
        ]

    def reload(self) -> bool:
        """Take the folder as it is now; whether another release went live."""
        try:
            release = load_site(self.folder)
        except SiteError as error:
            if error.problems != self.problems:
                _log.error("site not taken", problems=[str(problem) for problem in error.problems])
            self.problems = error.problems
            return False
        self.problems = []
        if release.id == self.traffic.live.release.id:
            return False
        self.traffic = Traffic(Program(release))
        self._history = [*self._history, (release.id, self.clock())][-KEPT_RELEASES:]
        _log.info("release live", release=release.id)
        return True

    async def watch(self, on_release: Callable[[], Awaitable[None]]) -> None:
        """Follow the folder until cancelled. Loading runs in a thread, so that requests go on."""
        async for _ in awatch(self.folder, step=100, debounce=400):
            if await asyncio.to_thread(self.reload):
                await on_release()
