"""fold with 10,000 rules against 10, the same rules matching (DESIGN §7, row 5)."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from befit.engine import Program, fold
from befit.model import Event, Profile
from befit.site import load_site
from bench.report import figure, median
from bench.sites import fold_site

EVENTS = 2_000
ROUNDS = 7
NOW = 1_790_000_000_000


def events() -> list[Event]:
    """Views of category c0 by one visitor, and a few orders."""
    made = []
    for n in range(EVENTS):
        name = "Order Completed" if n % 50 == 49 else "Product Viewed"
        properties = {"category": "c0", "total": 1.0, "product_id": "p"}
        made.append(
            Event(
                type="track",
                name=name,
                message_id=f"m{n}",
                anonymous_id="x",
                timestamp=NOW + n * 1000,
                received_at=NOW + n * 1000,
                properties=properties,
            )
        )
    return made


def microseconds(program: Program) -> float:
    """Time of one fold, averaged over a visitor's events."""
    profile = Profile(id="a:x", ids=["a:x"])
    history = events()
    started = time.perf_counter()
    for event in history:
        fold(profile, event, program)
    return (time.perf_counter() - started) / EVENTS * 1e6


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        few = Program(load_site(fold_site(Path(folder, "few"), 10)))
        many = Program(load_site(fold_site(Path(folder, "many"), 10_000)))
    rounds = [(microseconds(few), microseconds(many)) for _ in range(ROUNDS)]
    figure(
        "fold with 10,000 rules against 10",
        median([m / f for f, m in rounds]),
        "x",
        at_most=2,
        us_with_10=round(median([r[0] for r in rounds]), 1),
        us_with_10000=round(median([r[1] for r in rounds]), 1),
    )


if __name__ == "__main__":
    main()
