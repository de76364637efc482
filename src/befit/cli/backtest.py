"""`befit backtest`: what a draft would have shown the visitors of the last days, and what that would have changed."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from cyclopts import Parameter

from befit.cli.output import Flag, Json, moment, print_json
from befit.errors import NotFound, SettingsError, Unavailable

if TYPE_CHECKING:
    from befit.model import Release
    from befit.node.backtesting import Result
    from befit.releases.report import Report, SlotReport
    from befit.stats import OffPolicy

MOST_WORKERS: Final = 4
LISTED: Final = 8
"""Rows of the table of what turns into what that are printed."""


def backtest(
    draft: Path,
    /,
    *,
    since: str = "7d",
    against: str = "live",
    data: Annotated[Path, Parameter(env_var="BEFIT_DATA")] = Path(".befit"),
    time_limit: str = "",
    workers: int = 0,
    goal: Annotated[tuple[str, ...], Parameter(negative=())] = ("Order Completed",),
    examples: int = 10,
    json: Json = False,
    progress_json: Flag = False,
) -> int:
    """Replay the event log through a draft, and report whose decisions it changes, slot by slot.

    Reads the data folder of a server, which may be running. Says for every slot that the draft can change how many visitors
    would see something else and what, and estimates how the rates of clicks and conversions would change, with 95 %
    intervals. docs/backtest.md explains the figures.

    For example:

    `befit backtest my-site --since 7d`

    `befit backtest my-site --against 3f9c2ab41d07 --data /var/lib/befit --time-limit 20s --json`

    Parameters
    ----------
    draft
        The folder of the changed site.
    since
        How far back decisions are compared, from the newest event on, such as 7d or 12h. Older events make up the profiles.
    against
        What to compare with: `live`, the id of a release, or a site folder.
    data
        The data folder of the server.
    time_limit
        End within this time, such as 20s, if need be with a random sample of the visitors.
    workers
        Processes; by default one for each core, at most 4.
    goal
        The event that is a conversion; may be given several times.
    examples
        How many ids of visitors to name for each slot.
    json
        Print `{draft, against, since, until, events, eventsPerSecond, visitors, complete, changed: {visitors, share, slots}}`.
    progress_json
        Print the progress as lines `{"progress": 0.4}` on stderr, instead of a bar.
    """
    from befit.node.backtesting import Job, run
    from befit.site import load_site

    changed = load_site(draft)
    base = _against(against, data)
    cores = len(os.sched_getaffinity(0))
    job = Job(
        data=data,
        base=base,
        draft=changed,
        since_ms=_duration(since, "--since"),
        goals=goal,
        limit_s=_duration(time_limit, "--time-limit") / 1000 if time_limit else 0.0,
        examples=max(0, examples),
        parts=max(1, workers or min(MOST_WORKERS, cores)),
    )
    started = time.monotonic()
    with _progress(as_json=progress_json) as on_progress:
        result = run(job, on_progress)
        seconds = time.monotonic() - started
        if not result.complete and not result.findings.visitors:
            raise Unavailable(f"{time_limit} is too short to find anything out; give it more time or a shorter --since")
        report = _report(job.base.id, job.draft.id, result, seconds, job.parts, goal)
        on_progress(1.0)
    if json:
        print_json(report)
    else:
        print("\n".join(_lines(report)))
    return 0


def _report(base: str, draft: str, result: Result, seconds: float, workers: int, goals: tuple[str, ...]) -> Report:
    from befit.releases.report import Report, changed_of
    from befit.releases.tally import CLICK_MS, CONVERSION_MS

    return Report(
        draft=draft,
        against=base,
        since=result.since,
        until=result.until,
        history=result.history,
        events=result.events,
        seconds=round(seconds, 3),
        events_per_second=round(result.events / seconds, 1) if seconds else 0.0,
        workers=workers,
        visitors=result.findings.visitors,
        sampled=result.findings.sampled,
        complete=result.complete,
        changed=changed_of(result.findings, result.slots),
        added=result.added,
        goals=list(goals),
        click_ms=CLICK_MS,
        conversion_ms=CONVERSION_MS,
    )


def _against(against: str, data: Path) -> Release:
    """The release to compare with. Raises SettingsError or NotFound."""
    from befit.node.settings import last_site
    from befit.releases.registry import FolderRegistry
    from befit.site import load_site, load_site_files

    if against != "live" and Path(against).is_dir():
        return load_site(Path(against))
    registry = FolderRegistry(data / "releases")
    current = asyncio.run(registry.current()) if against == "live" else None
    name = current.live if current is not None else against
    published = None if name == "live" else asyncio.run(registry.get(name))
    if published is not None:
        return load_site_files(published.files)
    folder = last_site(data) if name == "live" else None
    if folder is not None:
        return load_site(folder)
    if name == "live":
        raise SettingsError(f"no server has served a site from {data}: name its data folder with --data, or --against")
    raise NotFound(f"--against {against}: neither a release in {data} nor a folder")


def _duration(text: str, flag: str) -> int:
    from befit.site.durations import duration_ms

    found = duration_ms(text)
    if found is None:
        raise SettingsError(f"{flag} is a duration such as 7d, 12h or 20s, not {text!r}")
    return found


@contextmanager
def _progress(*, as_json: bool) -> Iterator[Callable[[float], None]]:
    """What to call with 0 to 1: writes lines of JSON, or moves a bar, on stderr."""
    if as_json:
        yield lambda share: print(
            msgspec.json.encode({"progress": round(share, 4)}).decode(), file=sys.stderr, flush=True
        )
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _lines(report: Report) -> Iterator[str]:
    """The report for people."""
    changed = report.changed
    yield f"draft {report.draft} against {report.against}, {moment(report.since)} to {moment(report.until)} UTC"
    yield (
        f"{report.events:,} events read in {report.seconds:.1f} s ({report.events_per_second:,.0f} a second, "
        f"{report.workers} process{'es' * (report.workers > 1)})"
    )
    if not report.complete:
        yield (
            f"not everything: {report.sampled:.1%} of visitors were looked at, chosen at random; profiles are made up from "
            f"{moment(report.history)} UTC on"
        )
    if report.added:
        yield f"new in the draft, so nobody has asked for them yet: {', '.join(report.added)}"
    if not changed.slots:
        yield f"nothing changes for any of {report.visitors:,} visitors: every slot decides as before"
        return
    yield (
        f"{_of(changed.visitors, report.visitors, changed.share, changed.low, changed.high)} would see something else "
        "somewhere"
    )
    for name, slot in changed.slots.items():
        yield ""
        yield from _slot_lines(name, slot, report)


def _slot_lines(name: str, slot: SlotReport, report: Report) -> Iterator[str]:
    yield f"{name}: {_of(slot.visitors, report.visitors, slot.share, slot.low, slot.high)} would see something else"
    if not slot.visitors:
        return
    width = max(len(f"{one} -> {other}") for one, other, _ in slot.from_to[:LISTED])
    for one, other, count in slot.from_to[:LISTED]:
        said = "the same module with other content" if one == other else ""
        yield f"  {f'{one} -> {other}':{width}}  {count:>9,} decisions  {said}".rstrip()
    if len(slot.from_to) > LISTED:
        yield f"  and {len(slot.from_to) - LISTED} more"
    if slot.examples:
        yield f"  for example {', '.join(slot.examples)}"
    yield f"  {_rates('clicks', slot.clicks)}"
    yield f"  {_rates('conversions', slot.conversions)}"
    yield from _support(slot.clicks)


def _of(part: int, whole: int, share: float, low: float, high: float) -> str:
    interval = f", 95 %: {low:.1%} … {high:.1%}" if high > low else ""
    return f"{part:,} of {whole:,} visitors ({share:.1%}{interval})"


def _rates(what: str, found: OffPolicy) -> str:
    best = found.dr
    if best is None:
        return f"{what}: no impressions of this slot in the log, so nothing can be said"
    return (
        f"{what}: {best.base:.2%} -> {best.draft:.2%} ({best.difference * 100:+.2f}, "
        f"95 %: {best.low * 100:+.2f} … {best.high * 100:+.2f}) doubly robust"
    )


def _support(found: OffPolicy) -> Iterator[str]:
    """What the estimates rest on, where that is little."""
    if not found.impressions or found.support > 0.999:
        return
    yield f"  the log could have shown {found.support:.1%} of what the draft shows ({found.ess:,.0f} effective impressions)"
    if not found.randomized:
        yield "  what the draft changes was never shown to these visitors: it is taken to do as well as that module does elsewhere."
        yield "  `explore: 5%` in the slot, or `befit publish --share 5%`, gets evidence"
