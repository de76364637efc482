"""What a site's signals can take of a profile: those that keep what never comes twice, and all of them together."""

from __future__ import annotations

from typing import Final

from befit.cel.ast import path_of
from befit.engine.limits import AFFINITY_KEYS, DISTINCT_VALUES, TOP_KEYS
from befit.errors import Problem
from befit.model import Release, Signal

UNIQUE: Final = frozenset(
    [
        ("event", "message_id"),
        ("event", "timestamp"),
        ("session", "id"),
        ("session", "started"),
        ("now",),
        ("page", "url"),
        ("page", "search"),
        ("page", "referrer"),
    ]
)
"""Values that are new with almost every event."""

FREE_TEXT: Final = frozenset(("query", "search", "url", "referrer", "message", "text"))
"""What properties are called that visitors type, or that hold addresses."""

CONTINUOUS: Final = frozenset(("double", "timestamp", "duration"))

KEPT: Final = {
    "distinct": (
        f"beyond {DISTINCT_VALUES} values it is an estimate",
        "`count` says how many events there were; to tell values apart, take one that comes again, such as an id of a product",
    ),
    "affinity": (
        f"it keeps {AFFINITY_KEYS} keys, and the one with the lowest score goes first",
        "take something with few values for the key, such as a category",
    ),
    "top": (
        f"it counts {TOP_KEYS} keys, and the least frequent one makes room",
        "take something with few values for the key, such as a category",
    ),
}
"""Kinds that remember each value: what happens when there are too many, and what to do."""


def check_capacity(release: Release) -> list[Problem]:
    """Warns of signals that remember values which hardly ever come twice."""
    return [problem for signal in release.signals if (problem := _endless(signal)) is not None]


def _endless(signal: Signal) -> Problem | None:
    if signal.kind not in KEPT or signal.value is None or signal.window != "lifetime":
        return None
    path = path_of(signal.value.ast) or ()
    named = path in UNIQUE or (len(path) == 3 and path[:2] == ("event", "properties") and path[2] in FREE_TEXT)
    if not named and signal.value.type not in CONTINUOUS:
        return None
    limit, hint = KEPT[signal.kind]
    what = signal.value.source
    return Problem.at(signal.value.where, f"`{what}` has a new value almost every time: {limit}", hint, "warning")
