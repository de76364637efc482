"""top: the keys, such as categories, that come most often."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from typing import Any

from befit.engine.kinds.kind import key_of
from befit.engine.limits import TOP_EVENTS, TOP_KEYS


class Top:
    """top: the keys that came most often. State: {key: count above the floor}.

    Exact up to `TOP_KEYS` different keys. Beyond, it is Space-Saving: a new key takes the place of one at the floor, the
    least count there is, which is taken off all counts. So of n events every key that came more than n / `TOP_KEYS` times
    is there, and no count is off by more than that, also after merging (P. Agarwal and others, "Mergeable summaries", 2012).
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.empty: Any = []

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Count the key."""
        key = key_of(value)
        if state is None:
            return {key: 1}
        if key in state or len(state) < TOP_KEYS:
            state[key] = state.get(key, 0) + 1
            return state
        floor = min(state, key=lambda name: (state[name], name))
        state[key] = state.pop(floor) + 1
        return _sunk(state, min(state.values()))

    def read(self, state: Any, now: int) -> Any:
        """The first few keys, the most frequent first, in alphabetical order among equals."""
        return _most(state, self.limit)

    def merge(self, one: Any, other: Any) -> Any:
        """Counts add."""
        both = {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}
        if len(both) <= TOP_KEYS:
            return both
        kept = sorted(both, key=lambda key: (-both[key], key))[:TOP_KEYS]
        return _sunk({key: both[key] for key in kept}, both[kept[-1]])


class RecentTop:
    """top over a sliding window. State: [[time, key], …], the newest `TOP_EVENTS` events of the window; it counts these."""

    def __init__(self, limit: int, within: int) -> None:
        self.limit = limit
        self.within = within
        self.empty: Any = []

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Insert in order of time."""
        entry = [time, key_of(value)]
        if state is None:
            return [entry]
        insort(state, entry)
        return self._bound(state)

    def read(self, state: Any, now: int) -> Any:
        """The first few keys within the window, the most frequent first, in alphabetical order among equals."""
        start = now - self.within
        return _most(Counter(key for time, key in state if start < time <= now), self.limit)

    def merge(self, one: Any, other: Any) -> Any:
        """The events of both."""
        return self._bound(sorted([*one, *other]))

    def _bound(self, state: list[list[Any]]) -> list[list[Any]]:
        start = state[-1][0] - self.within
        if state[0][0] <= start:
            state = [entry for entry in state if entry[0] > start]
        return state[-TOP_EVENTS:]


def _sunk(state: dict[str, int], floor: int) -> dict[str, int]:
    """The counts above `floor`."""
    return {key: count - floor for key, count in state.items()} if floor else state


def _most(counts: dict[str, int], limit: int) -> list[str]:
    return sorted(counts, key=lambda key: (-counts[key], key))[:limit]
