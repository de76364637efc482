"""`befit publish`: a site folder becomes a release of a running server, and a commit with a tag in its repository."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from befit.cli.output import Flag, Json, print_json
from befit.cli.remote import Remote
from befit.errors import NotFound, PublishError, SettingsError, Unavailable

if TYPE_CHECKING:
    from befit.releases.diff import Change
    from befit.releases.publication import Job, Upload
    from befit.releases.publish import Outcome, Plan

POLL_S: Final = 0.2
AWAY_S: Final = 30.0
"""How long a server may be away while its answer is waited for: a restart."""

DOING: Final = {"measuring": "whom it changes", "reading": "the history of new signals"}
"""What the progress bar says, by the state of the job."""

_PERCENT: Final = re.compile(r"\d{1,3}(\.\d{1,6})?%", re.ASCII)


def publish(
    site: Path,
    /,
    *,
    message: Annotated[str, Parameter(name=["--message", "-m"])],
    share: str = "100%",
    accept: Flag = False,
    author: str = "",
    tests: Annotated[bool, Parameter(name="--tests", negative="--no-tests")] = True,
    init: Flag = False,
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> int:
    """Publish a site: check it, run its tests, and let a running server take it; then commit and tag what it took.

    The server checks the site again, measures how many of the last day's visitors would see something else, and refuses what
    is more than `guard` in the live site's site.yaml allows. Exit code 1 when the release is not live; the repository is as
    it was then.

    For example:

    `befit publish my-site -m "Offer for new visitors"`

    `befit publish my-site -m "Try the summer hero" --share 5%`

    Parameters
    ----------
    site
        The site folder, in a Git repository.
    message
        Why: it goes into the commit, the tag and the list of releases.
    share
        Share of visitors who get it first, beside the live release; see `befit promote` and `befit abandon`.
    accept
        Publish even if more visitors see something else than the guard allows. The list of releases says so.
    author
        Who signs off, as `Name <mail>`; by default whom Git takes.
    tests
        Run the site's scenario tests, and publish nothing when one fails.
    init
        Make a Git repository of the folder when it is in none.
    json
        Print `{"release", "state", "commit", "tag", "trouble", "changes": [{kind, part, text, where}], "report", "detail"}`.
    """
    from befit.releases.publish import plan
    from befit.releases.publish import publish as publish_plan
    from befit.releases.repository import Repository, Signature

    part = _share(share)
    server = remote or Remote()
    repository = Repository.find(site)
    if repository is None:
        if not init:
            raise SettingsError(
                f"{site} is in no Git repository: make one with `git init {site}`, or publish with --init"
            )
        repository = Repository.init(site)
    now = int(time.time())
    signature = Signature(repository.author(author, os.environ), now, time.localtime(now).tm_gmtoff)
    planned = plan(site, repository, message, signature, tests=tests)
    changes = _changes(server, planned)
    if not json:
        _print_plan(planned, changes)
    outcome = publish_plan(
        planned, repository, lambda upload: _send(server, upload, quiet=json), share=part, accept=accept
    )
    if json:
        print_json(
            {
                "release": outcome.job.release,
                "state": outcome.job.state,
                "commit": planned.prepared.commit if outcome.job.state == "live" else "",
                "tag": outcome.tag,
                "trouble": outcome.trouble,
                "changes": changes,
                "report": outcome.job.report,
                "detail": outcome.job.detail,
            }
        )
    else:
        _print_outcome(outcome, planned, part)
    return int(outcome.job.state != "live" or bool(outcome.trouble))


def _share(text: str) -> float:
    share = float(text[:-1]) / 100 if _PERCENT.fullmatch(text) else 0.0
    if not 0 < share <= 1:
        raise SettingsError(f"--share is {text}; it must be more than 0% and at most 100%, such as 5%")
    return share


def _changes(server: Remote, planned: Plan) -> list[Change]:
    """What the site does otherwise than the live release."""
    from befit.releases.diff import describe

    return describe(server.release("live"), planned.release)


def _send(server: Remote, upload: Upload, *, quiet: bool) -> Job:
    """Upload, and wait until the job is done, with a progress bar on stderr."""
    from befit.releases.publication import BUSY, Job

    job = msgspec.convert(server.post("/admin/v1/releases", msgspec.to_builtins(upload)), Job)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        task = progress.add_task(DOING["measuring"], total=1.0)
        while job.state in BUSY:
            time.sleep(POLL_S)
            job = _look(server, upload, job)
            progress.update(task, completed=job.progress, description=DOING.get(job.state, "going live"))
    return job


def _look(server: Remote, upload: Upload, job: Job) -> Job:
    """The job now. A server that comes back from a restart has forgotten it, but not what it took."""
    deadline = time.monotonic() + AWAY_S
    while True:
        try:
            return msgspec.convert(server.get(f"/admin/v1/jobs/{job.id}"), type(job))
        except NotFound:
            known = server.get("/admin/v1/releases")["releases"]
            taken = any(
                each["share"] and (each["id"], each["commit"]) == (job.release, upload.commit) for each in known
            )
            return msgspec.structs.replace(
                job,
                state="live" if taken else "failed",
                detail="the server was restarted meanwhile" + ("" if taken else ", before it took the release"),
            )
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)


def _print_plan(planned: Plan, changes: list[Change]) -> None:
    passed = f", {planned.tests} tests pass" if planned.tests else ""
    print(f"release {planned.release.id}: checked{passed}")
    print("\n".join(f"  {change}" for change in changes) or "  it does the same as the live release")


def _print_outcome(outcome: Outcome, planned: Plan, share: float) -> None:
    job = outcome.job
    if job.detail:
        print(job.detail)
    if job.state != "live":
        way = "; --accept publishes it all the same" if job.state == "refused" else ""
        raise PublishError(f"release {job.release}: {job.state}{way}")
    tagged = f", tag {outcome.tag}" if outcome.tag else ""
    whom = "live" if share == 1 else f"live for {share:.1%} of visitors"
    print(f"{whom}: release {job.release}, commit {planned.prepared.commit[:12]}{tagged}")
    if outcome.trouble:
        raise PublishError(outcome.trouble)
