"""The live site: the programs that run now, swapped atomically when a release is published, rolled back, or saved in the folder.

A state of the folder that does not check never goes live: what served before goes on, and the problems are kept and logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import structlog
from msgspec.structs import replace
from watchfiles import awatch

from befit.engine import Program, Traffic
from befit.errors import BefitError, Conflict, NotFound, Problem, SiteError
from befit.model import Release
from befit.node.serving.programs import Programs
from befit.releases.registry import WORKING_COPY, Current, Published, ReleaseRegistry
from befit.site import load_site, load_site_files, site_files

_log = structlog.get_logger("befit.site")


class _Taken(NamedTuple):
    """The site folder as it was read."""

    files: dict[str, str]
    release: Release


class Swap(Protocol):
    """How traffic is put in place."""

    async def __call__(self, traffic: Traffic, put: Callable[[], None], /, *, at_once: bool) -> None:
        """Call `put`, which lets `traffic` serve, once all that it needs is there or, with `at_once`, now; return after that.

        Who is cancelled has not called `put`.
        """


class LiveSite:
    """What serves on this node. `open` it first; then `traffic` and `current` always belong together."""

    traffic: Traffic
    current: Current

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], int],
        registry: ReleaseRegistry,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.registry = registry
        self.problems: list[Problem] = []
        self.programs = Programs(registry)
        self._swap: Swap = _put_at_once
        self._on_release: Callable[[], Awaitable[None]] = _tell_nobody
        self._waiting: asyncio.Task[None] | None = None
        self._urgent = 0
        self._changing = asyncio.Lock()

    async def open(self, *, watched: bool) -> None:
        """Go on with what served last, or with the folder: at the very first start, and when it is `watched` and has changed.

        Raises SiteError when nothing served before and the folder does not check.
        """
        kept = await self.registry.current()
        if kept is not None and await self._resume(kept):
            if watched:
                await self.reload()
            return
        taken = await self._read_folder()
        if taken is None:
            raise SiteError(self.problems)
        self.traffic, self.current = await self._keep(taken, "first start")
        await self.registry.switch(self.current)

    def attach(self, swap: Swap, on_release: Callable[[], Awaitable[None]]) -> None:
        """From now on, put other traffic in place by `swap`, and tell `on_release` after each change."""
        self._swap, self._on_release = swap, on_release

    async def reload(self) -> bool:
        """Take the folder as it is now, if it has changed since it was last taken; whether another release went live.

        While a candidate is rolled out the folder waits, because it would no longer be clear what is compared with what.
        """
        async with self._changing:
            taken = await self._read_folder()
            if taken is None or taken.release.id == self.current.folder:
                return False
            if self.current.candidate:
                self._refuse([_postponed(self.current)])
                return False
            if taken.release.id == self.current.live:
                self.current = replace(self.current, folder=taken.release.id)
                return False
            await self._switch(*await self._keep(taken, "folder changed"))
            return True

    async def watch(self) -> None:
        """Follow the folder until cancelled. Reading and compiling run in a thread, so that requests go on."""
        async for _ in awatch(self.folder, step=100, debounce=400):
            try:
                await self.reload()
            except (OSError, BefitError) as error:
                _log.error("site not taken", reason=str(error))

    async def follow(self) -> None:
        """Do as other nodes that share the registry did, until cancelled."""
        known = self.current
        while True:
            known = await self.registry.wait(known)
            try:
                async with self._changing:
                    known = await self.registry.current() or known  # what this node switched meanwhile is newer
                    if _serves(known) != _serves(self.current):
                        await self._go_live(await self._traffic(known), known, at_once=True)
            except (OSError, BefitError) as error:
                _log.error("another node's release not taken", release=known.live, reason=str(error))

    def check_possible(self, release_id: str, share: float) -> None:
        """Raises Conflict when this release cannot be published to this share of visitors as things are now."""
        candidate = self.current.candidate
        if candidate and candidate != release_id:
            raise Conflict(
                f"release {candidate} is being rolled out to {self.current.share:.0%} of visitors; "
                "promote or abandon it first"
            )
        if share < 1 and release_id == self.current.live:
            raise Conflict(f"release {release_id} is live for every visitor already")

    async def publish(self, published: Published, program: Program, share: float, why: str) -> None:
        """Keep a checked release, and let it serve the share of visitors. Raises Conflict as `check_possible`."""
        async with self._changing:
            self.check_possible(published.id, share)
            await self.registry.save(published)
            self.programs.keep(program)
            if published.id == self.current.live:
                return
            if share < 1:
                traffic = Traffic(self.traffic.live, program, share)
                serving = self._next(self.current.live, published.author, why, published.id, share)
            else:
                traffic, serving = Traffic(program), self._next(published.id, published.author, why)
            await self._switch(traffic, serving)

    async def rollback(self, release_id: str, by: str) -> Current:
        """Let a release serve every visitor that did so before; a rollout under way ends.

        Without an id: while a candidate is rolled out the live one, else the one that was live before it. Raises NotFound, or
        Conflict for a release that is live or never was.
        """
        async with self._urgently():
            program = await self.programs.get(await self._earlier(release_id))
            await self._switch(Traffic(program), self._next(program.release.id, by, "rolled back"), at_once=True)
            return self.current

    async def promote(self, by: str) -> Current:
        """Let the candidate serve every visitor. Raises Conflict when there is none."""
        async with self._changing:
            candidate = self._candidate()
            await self._switch(Traffic(candidate), self._next(candidate.release.id, by, "promoted"))
            return self.current

    async def abandon(self, by: str) -> Current:
        """Let the live release serve every visitor again. Raises Conflict when there is no candidate."""
        async with self._urgently():
            self._candidate()
            current = self._next(self.current.live, by, "abandoned")
            await self._switch(Traffic(self.traffic.live), current, at_once=True)
            return self.current

    async def _resume(self, kept: Current) -> bool:
        """Let serve again what served; False when this version of befit cannot use it."""
        try:
            traffic = await self._traffic(kept)
            folder = kept.folder
            if _ids(traffic) != (kept.live, kept.candidate):  # the same sites have other ids by this version of befit
                folder = (await self.programs.get(folder)).release.id if folder else ""
        except (SiteError, NotFound) as error:
            _log.error("the release cannot be served any more", release=kept.live, reason=str(error))
            return False
        self.traffic, self.current = traffic, kept
        if _ids(traffic) != (kept.live, kept.candidate):
            live, candidate = _ids(traffic)
            self.current = replace(
                kept, live=live, candidate=candidate, folder=folder, since=self.clock(), why="another version of befit"
            )
            await self.registry.switch(self.current)
        return True

    async def _traffic(self, current: Current) -> Traffic:
        live = await self.programs.get(current.live)
        if not current.candidate:
            return Traffic(live)
        return Traffic(live, await self.programs.get(current.candidate), current.share)

    async def _read_folder(self) -> _Taken | None:
        try:
            taken = await asyncio.to_thread(_read, self.folder)
        except SiteError as error:
            self._refuse(error.problems)
            return None
        self.problems = []
        return taken

    def _refuse(self, problems: list[Problem]) -> None:
        if problems != self.problems:
            _log.error("site not taken", problems=[str(problem) for problem in problems])
        self.problems = problems

    async def _keep(self, taken: _Taken, why: str) -> tuple[Traffic, Current]:
        """What serves when the folder is taken; the release is in the registry before it goes live."""
        release = taken.release
        program = await asyncio.to_thread(Program, release)
        now = self.clock()
        kept = Published(id=release.id, author=WORKING_COPY, message="", created=now, kind="folder", files=taken.files)
        await self.registry.save(kept)
        self.programs.keep(program)
        return Traffic(program), Current(live=release.id, since=now, by=WORKING_COPY, why=why, folder=release.id)

    def _next(self, live: str, by: str, why: str, candidate: str = "", share: float = 0.0) -> Current:
        folder = self.current.folder
        return Current(live=live, since=self.clock(), candidate=candidate, share=share, by=by, why=why, folder=folder)

    async def _earlier(self, release_id: str) -> str:
        current = self.current
        if release_id == current.live and not current.candidate:
            raise Conflict(f"release {release_id} is live already")
        if not release_id and current.candidate:
            return current.live
        before = list(dict.fromkeys(each.live for each in await self.registry.history()))
        if not release_id:
            release_id = next((each for each in before if each != current.live), "")
            if not release_id:
                raise Conflict("no release was live before this one")
        if release_id not in before:
            if await self.registry.get(release_id) is None:
                raise NotFound(f"no release has the id {release_id!r}")
            raise Conflict(f"release {release_id} was never live; publish it")
        return release_id

    def _candidate(self) -> Program:
        if self.traffic.candidate is None:
            raise Conflict("no release is being rolled out")
        return self.traffic.candidate

    async def _switch(self, traffic: Traffic, current: Current, *, at_once: bool = False) -> None:
        """Go live, and remember it. What cannot be remembered does not stay: a restart would undo it without a word."""
        before = self.traffic, self.current
        await self._go_live(traffic, current, at_once=at_once)
        try:
            await self.registry.switch(current)
        except OSError:
            await self._go_live(*before, at_once=True)
            raise

    async def _go_live(self, traffic: Traffic, current: Current, *, at_once: bool) -> None:
        """The one way in which other programs come to serve: all at once, then open connections are decided again."""

        def put() -> None:
            self.traffic, self.current = traffic, current

        if at_once:
            await self._swap(traffic, put, at_once=True)
        else:
            await self._patiently(self._swap(traffic, put, at_once=False))
        rollout = {"candidate": current.candidate, "share": current.share} if current.candidate else {}
        _log.info("release live", release=current.live, by=current.by, why=current.why, **rollout)
        await self._on_release()

    async def _patiently(self, swap: Coroutine[Any, Any, None]) -> None:
        self._waiting = asyncio.create_task(swap)
        if self._urgent:
            self._waiting.cancel()
        try:
            await self._waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise Conflict("another release was put live before this one was ready") from None
        finally:
            self._waiting = None

    @asynccontextmanager
    async def _urgently(self) -> AsyncIterator[None]:
        """Who goes back does not wait for what is about to go live: that is given up."""
        self._urgent += 1
        try:
            if self._waiting is not None:
                self._waiting.cancel()
            async with self._changing:
                yield
        finally:
            self._urgent -= 1


async def _put_at_once(traffic: Traffic, put: Callable[[], None], *, at_once: bool) -> None:
    put()


async def _tell_nobody() -> None:
    """Nobody follows yet."""


def _read(folder: Path) -> _Taken:
    files = site_files(folder)
    if "site.yaml" not in files:
        load_site(folder)  # raises, and names the folder
    return _Taken(files, load_site_files(files))


def _ids(traffic: Traffic) -> tuple[str, str]:
    return traffic.live.release.id, traffic.candidate.release.id if traffic.candidate is not None else ""


def _serves(current: Current) -> tuple[str, str, float]:
    return current.live, current.candidate, current.share


def _postponed(current: Current) -> Problem:
    return Problem(
        "site.yaml",
        0,
        0,
        f"the folder waits while release {current.candidate} is rolled out to {current.share:.0%} of visitors",
        "promote or abandon it, then save the folder again",
    )
