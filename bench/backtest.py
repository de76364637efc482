"""Events per second and core of `befit backtest` over the demo shop's log (issue 4: at least 50,000).

Three drafts of the demo site: other rules in a slot that needs little, other rules in the slot that needs most, and another
window of a signal that this slot's tags follow from, for which visitors are folded twice. One process; the clock is CPU time.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec

from befit.engine import Program, Traffic, Visitors
from befit.model import Event, Release
from befit.node.backtesting import Job, run
from befit.node.history import History
from befit.site import load_site
from bench.past import DAY_MS, SITE, past, write_past
from bench.report import figure, median

VISITORS: Final = 50_000
EVENTS: Final = 20  # of each
ROUNDS: Final = 3
DRAFTS: Final = {
    "rules of the sidebar": (
        "slots/sidebar.yaml",
        'signals.category_affinity_top != ""',
        '"books" in signals.category_affinity',
    ),
    "rules of the hero": ("slots/hero.yaml", 'duration("168h")', 'duration("24h")'),
    "window of a signal": ("signals.yaml", '"electronics"\', within: 10m', '"electronics"\', within: 60m'),
}


def site(folder: Path, file: str = "", old: str = "", new: str = "") -> Release:
    """The demo site, without its pages, with one text replaced by another in one file."""
    shutil.copytree(SITE, folder)
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text().replace("pages: ../storefront/dist\n", ""))
    if file:
        text = (folder / file).read_text()
        if old not in text:
            raise RuntimeError(f"{file} of the demo site has no {old!r} any more")
        (folder / file).write_text(text.replace(old, new))
    return load_site(folder)


async def whole_fold(data: Path, release: Release) -> float:
    """Events per CPU second when every event is folded whole, once, and nothing is decided: what shortcuts are measured by."""
    decode = msgspec.msgpack.Decoder(Event).decode
    visitors, traffic, count = Visitors({}, {}), Traffic(Program(release)), 0
    async with History(data, 100_000) as history:
        gc.disable()
        started = time.process_time()
        async for batch in history.read():
            for value in batch:
                visitors.take(decode(value), traffic)
            count += len(batch)
        return count / (time.process_time() - started)


def measure(data: Path, base: Release, draft: Release) -> float:
    """Events per CPU second, reading included."""
    job = Job(data=data, base=base, draft=draft, since_ms=7 * DAY_MS, goals=("Order Completed",))
    started = time.process_time()
    result = run(job, lambda share: None)
    rate = result.events / (time.process_time() - started)
    gc.collect()
    return rate


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = asyncio.run(write_past(folder / "data", past(VISITORS, EVENTS)))
        base = site(folder / "base")
        whole = asyncio.run(whole_fold(folder / "data", base))
        for number, (draft, edit) in enumerate(DRAFTS.items()):
            changed = site(folder / f"draft-{number}", *edit)
            rounds = [measure(folder / "data", base, changed) for _ in range(ROUNDS)]
            figure(
                f"backtest of a draft that changes the {draft}, events per second and core",
                median(rounds),
                "events/CPU s",
                at_least=50_000,
                events=count,
                visitors=VISITORS,
                whole_fold_once=round(whole),
            )


if __name__ == "__main__":
    main()
