"""What each kind may take in a profile at most, by the limits in `befit.engine.limits`; a test holds every row to the code."""

from __future__ import annotations

from typing import Final, NamedTuple

from befit.engine.limits import (
    AFFINITY_KEYS,
    DISTINCT_VALUES,
    STEP_EVENTS,
    STREAK_RUNS,
    TOP_EVENTS,
    TOP_KEYS,
    WINDOW_ENTRIES,
)


class Memory(NamedTuple):
    """What signals of these kinds remember in windows of this sort: in words, and in bytes of msgpack at most."""

    kinds: tuple[str, ...]
    window: str
    entries: str
    most: int


MEMORY: Final = (
    Memory(("count", "sum"), "lifetime", "a number", 9),
    Memory(("min", "max"), "lifetime", "a value", 10),
    Memory(("mean",), "lifetime", "two numbers", 19),
    Memory(("count", "sum", "rate"), "sliding", f"{WINDOW_ENTRIES} moments", 3_651),
    Memory(("min", "max"), "sliding", f"{WINDOW_ENTRIES} moments", 3_843),
    Memory(("mean",), "sliding", f"{WINDOW_ENTRIES} moments", 5_571),
    Memory(("last", "first"), "all", "a value", 1_013),
    Memory(("distinct",), "lifetime", f"{DISTINCT_VALUES} values; beyond, a sketch of 2,051 bytes", 4_611),
    Memory(("distinct",), "sliding", f"{DISTINCT_VALUES} values", 6_659),
    Memory(("top",), "lifetime", f"{TOP_KEYS} keys", 7_107),
    Memory(("top",), "sliding", f"{TOP_EVENTS} events", 14_339),
    Memory(("affinity",), "lifetime", f"{AFFINITY_KEYS} keys", 7_747),
    Memory(("recency",), "lifetime", "a time", 10),
    Memory(("streak",), "lifetime", f"{STREAK_RUNS} runs of periods", 307),
    Memory(("sequence", "absence"), "lifetime", f"{STEP_EVENTS} events, and a sum of those before", 1_527),
    Memory(("funnel",), "lifetime", f"{STEP_EVENTS} events, and a sum of those before", 642),
)
"""Sorts of windows: `lifetime`, which holds for a tumbling window, session and page view too, but for what they add, and `sliding`."""

TUMBLING: Final = 10
"""Bytes that a tumbling window adds."""

SCOPED: Final = 10
"""Bytes that a session or page view adds, beside its id."""
