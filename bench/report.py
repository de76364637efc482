"""One way to print a figure: a JSON line with its value, what it is held to, and whether it gets there."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import Any


def figure(
    name: str, value: float, unit: str, *, at_least: float | None = None, at_most: float | None = None, **more: Any
) -> None:
    """Print one figure. `more` holds what it was computed from."""
    line: dict[str, Any] = {"figure": name, "value": round(value, 3), "unit": unit}
    if at_least is not None:
        line |= {"target": f">= {at_least}", "reached": value >= at_least}
    if at_most is not None:
        line |= {"target": f"<= {at_most}", "reached": value <= at_most}
    print(json.dumps(line | more), flush=True)


def quantile(values: Sequence[float], q: float) -> float:
    """The q-quantile of the values (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
