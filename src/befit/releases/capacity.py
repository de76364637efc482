"""What a site's signals can take of a profile: those that keep what never comes twice, and all of them together."""

from __future__ import annotations

from typing import Final

from befit.cel.ast import path_of
from befit.engine.kinds.memory import MEMORY, SCOPED, TUMBLING
from befit.engine.limits import AFFINITY_KEYS, DISTINCT_VALUES, PROFILE_BYTES, TOP_KEYS
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


ID_BYTES: Final = 40
"""Bytes of the id of a session or page view, which are in the state of a signal that is scoped to it."""

AT_ONCE: Final = 0.5
"""How much of their worst all signals of one visitor can be expected to reach at the same time."""


def check_capacity(release: Release) -> list[Problem]:
    """Warns of signals that remember values which hardly ever come twice, and of more signals than a profile can hold."""
    endless = (_endless(signal) for signal in release.signals)
    return [problem for problem in (*endless, _too_many(release)) if problem is not None]


def worst_bytes(signal: Signal) -> int:
    """The bytes that a signal's state can take of a profile, at most."""
    sort = "sliding" if signal.window == "sliding" else "lifetime"
    most = next((row.most for row in MEMORY if signal.kind in row.kinds and row.window in (sort, "all")), 0)
    scope = {"tumbling": TUMBLING, "session": SCOPED + ID_BYTES, "page": SCOPED + ID_BYTES}.get(signal.window, 0)
    return most + scope if most else 0


def _too_many(release: Release) -> Problem | None:
    largest = sorted(release.signals, key=worst_bytes, reverse=True)
    total = sum(map(worst_bytes, largest))
    if total * AT_ONCE <= PROFILE_BYTES:
        return None
    named = ", ".join(f"`{signal.name}` {worst_bytes(signal):,}" for signal in largest[:3])
    return Problem.at(
        largest[0].position,
        f"all signals together can take {total:,} bytes of a profile, which holds {PROFILE_BYTES:,}: the largest are {named}",
        "beyond it the largest are dropped; a lifetime, session or tumbling window takes less than a sliding one",
        "warning",
    )


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
