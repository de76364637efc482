"""Publish a site folder: check it, test it, prepare its commit, let the server take it, and only then move branch and tag.

Whatever fails, nothing stays half done: a refused upload leaves the repository as it was, and once the server has taken the
release its commit is kept by a tag, even if the branch has moved meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from befit.errors import PublishError
from befit.model import Release
from befit.releases.publication import Job, Upload
from befit.releases.repository import Prepared, Repository, Signature
from befit.releases.scenarios import run_scenarios
from befit.site import load_site, site_files


@dataclass(frozen=True)
class Plan:
    """A site that can be published: its release, its files, how many of its tests passed, and the commit that holds it."""

    release: Release
    files: Mapping[str, str]
    tests: int
    message: str
    prepared: Prepared


@dataclass(frozen=True)
class Outcome:
    """What came of it. `tag` is "" when there was one already; `trouble` says what is left to do in the repository."""

    job: Job
    tag: str = ""
    trouble: str = ""


def plan(site: Path, repository: Repository, message: str, signature: Signature, *, tests: bool = True) -> Plan:
    """Check the site, run its scenario tests, and prepare its commit; nobody sees anything of it yet.

    Raises SiteError for a site that does not check, PublishError when a test fails or the repository stands in the way.
    """
    release = load_site(site)
    passed = _run_tests(site, release) if tests else 0
    files = site_files(site)
    prepared = repository.prepare(message, signature)
    ignored = sorted(set(files) - prepared.paths)
    if ignored:
        raise PublishError(f"Git ignores {', '.join(ignored)}: what is live must be in the repository; see .gitignore")
    return Plan(release, files, passed, message, prepared)


def publish(
    plan: Plan, repository: Repository, send: Callable[[Upload], Job], *, share: float = 1.0, accept: bool = False
) -> Outcome:
    """Let the server take the plan, and then the repository. `send` returns when the job is done."""
    prepared = plan.prepared
    job = send(
        Upload(
            files=dict(plan.files),
            author=prepared.signature.author,
            message=plan.message,
            commit=prepared.commit,
            share=share,
            accept=accept,
        )
    )
    if job.state != "live":
        return Outcome(job)
    trouble = ""
    try:
        repository.conclude(prepared)
    except PublishError as error:
        trouble = f"{error}; the commit of this release is {prepared.commit}: merge it"
    tag = f"release/{job.release}"
    made = repository.tag(tag, prepared.commit, plan.message, prepared.signature)
    return Outcome(job, tag if made else "", trouble)


def _run_tests(site: Path, release: Release) -> int:
    report = run_scenarios(site, release)
    if not report.passed:
        failed = [result.name for result in report.results if not result.passed]
        wrong = [str(problem) for problem in report.problems] or [f"these tests fail: {', '.join(failed)}"]
        raise PublishError("\n".join([*wrong, "`befit test` says more; --no-tests publishes all the same"]))
    return len(report.results)
