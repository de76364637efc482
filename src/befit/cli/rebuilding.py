"""Folding a log again at rest: what `befit audit` and `befit replay --from-log` share."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from befit.model import Release


class Rebuilt(NamedTuple):
    """What a rebuild found: records folded, profiles compared, ids of those that differ."""

    records: int
    profiles: int
    differences: list[str]


async def rebuild_into(release: Release, data: Path, into: Path, compare_with: Path | None = None) -> Rebuilt:
    """Fold the log of the data folder into a new store in `into`, with a progress bar on stderr.

    Raises SettingsError when a server has the folder open.
    """
    from befit.engine import Program
    from befit.log import open_log
    from befit.node.past.rebuild import compare, keep_calls, rebuild
    from befit.store import open_store

    program = Program(release)
    log = open_log(f"embedded:{data}?mode=ro", "events")
    store = open_store(f"embedded:{into}")
    live = open_store(f"embedded:{compare_with}?mode=ro") if compare_with else None
    await log.open()
    await store.open()
    try:
        total = sum([await log.end(partition) for partition in range(log.partitions)])
        with _progress() as progress:
            task = progress.add_task("folding", total=total)
            records = await rebuild(log, store, program, lambda taken: progress.update(task, completed=taken))
        if (data / "store").is_dir():
            kept = open_store(f"embedded:{data}?mode=ro")
            await kept.open()
            try:
                await keep_calls(kept, store)
            finally:
                await kept.close()
        if live is None:
            return Rebuilt(records, await store.count(), [])
        await live.open()
        try:
            profiles, differences = await compare(log, live, store)
        finally:
            await live.close()
        return Rebuilt(records, profiles, [difference.profile_id for difference in differences])
    finally:
        await store.close()
        await log.close()


def swap(data: Path, rebuilt: Path) -> None:
    """Put the rebuilt store in the place of the kept one, which stays beside it as store.before."""
    before = data / "store.before"
    shutil.rmtree(before, ignore_errors=True)
    (data / "store").rename(before)
    (rebuilt / "store").rename(data / "store")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
