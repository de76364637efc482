"""Publishing: an uploaded site becomes a release: checked, its blast radius measured, then live, for all visitors or some.

The upload is checked while its sender waits; the rest is a job that the sender can watch. One job runs at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from secrets import token_hex
from typing import Final

import structlog

from befit.engine import Program
from befit.errors import BefitError, InputError, NotFound, Unavailable, Unmeasured
from befit.node.serving.live_site import LiveSite
from befit.node.serving.programs import compile_files
from befit.releases.publication import BlastRadius, Job, Upload
from befit.releases.registry import Published

KEPT_JOBS: Final = 100
MAX_WAITING: Final = 10
"""Publications that wait for each other; one more is told to come later."""

Measure = Callable[[Mapping[str, str], str, Callable[[float], None]], Awaitable[BlastRadius]]
"""Compares a site's files with a release, by its id; raises Unmeasured."""

_log = structlog.get_logger("befit.publishing")


class Publishing:
    """The publications of one node."""

    def __init__(self, site: LiveSite, measure: Measure, reading: Callable[[], float]) -> None:
        self._site = site
        self._measure = measure
        self._reading = reading
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def start(self, upload: Upload) -> Job:
        """Check the upload and begin to publish it.

        Raises SiteError with everything wrong in it, InputError for what a line cannot hold, Conflict when another release is
        being rolled out, Unavailable when too many wait.
        """
        if len(self._tasks) >= MAX_WAITING:
            raise Unavailable(f"{MAX_WAITING} publications wait already; try again when they are done")
        if not upload.author.isprintable():
            raise InputError("the author must be one line of text", field="$.author")
        program = await asyncio.to_thread(compile_files, upload.files)
        self._site.check_possible(program.release.id, upload.share)
        job = Job(id=token_hex(8), release=program.release.id)
        self._jobs[job.id] = job
        while len(self._jobs) > KEPT_JOBS:
            del self._jobs[next(iter(self._jobs))]
        task = asyncio.create_task(self._run(job, upload, program))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def keep_draft(self, files: Mapping[str, str]) -> str:
        """Check a site and keep it without publishing it; the id of its release. Raises SiteError."""
        program = await asyncio.to_thread(compile_files, files)
        release_id = program.release.id
        now = self._site.clock()
        draft = Published(id=release_id, author="", message="", created=now, kind="draft", files=dict(files))
        await self._site.registry.save(draft)
        return release_id

    def job(self, job_id: str) -> Job:
        """A job of this node. Raises NotFound."""
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"no job has the id {job_id!r}; the server forgets them at a restart")
        if job.state == "reading":
            job.progress = self._reading()
        return job

    async def stop(self) -> None:
        """Give up what is not live yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, job: Job, upload: Upload, program: Program) -> None:
        try:
            async with self._turn:
                job.state = "measuring"
                allowed, why = await self._judge(job, upload)
                if not allowed:
                    job.state = "refused"
                    _log.warning("not published", release=job.release, author=upload.author, reason=job.detail)
                    return
                published = Published(
                    id=job.release,
                    author=upload.author,
                    message=upload.message,
                    created=self._site.clock(),
                    commit=upload.commit,
                    files=upload.files,
                )
                job.progress, job.state = 0.0, "reading"
                await self._site.publish(published, program, upload.share, why)
                job.progress, job.state = 1.0, "live"
        except (BefitError, OSError) as error:
            job.state, job.detail = "failed", str(error)
            _log.error("not published", release=job.release, reason=str(error))
        except Exception:
            job.state, job.detail = "failed", "befit could not publish it; its log says why"
            _log.exception("not published", release=job.release)

    async def _judge(self, job: Job, upload: Upload) -> tuple[bool, str]:
        """Whether the release may go live by the guard of the live one, and what is recorded if it does."""
        live = self._site.traffic.live.release
        if job.release == live.id:
            job.detail = "the live release does the same"
            return True, "published"
        limit = live.site.guard.changed
        try:
            job.report = await self._measure(upload.files, live.id, lambda done: _move(job, done))
        except Unmeasured as error:
            job.detail = str(error)
            broken = "how many visitors see something else is not known, and the site sets a limit"
        else:
            job.detail = job.report.words(upload.share)
            share = job.report.changed.share * upload.share
            if share <= limit:
                return True, "published"
            broken = f"the site allows {limit:.0%}"
        if limit >= 1:
            return True, "published"
        if upload.accept:
            return True, f"published, accepted although {job.detail}; {broken}"
        job.detail += f"; {broken}"
        return False, ""


def _move(job: Job, progress: float) -> None:
    job.progress = progress
