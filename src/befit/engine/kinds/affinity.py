"""affinity: a score for each key, such as a category, that fades."""

from __future__ import annotations

from heapq import nlargest
from math import log2
from typing import Any, Final

from befit.engine.kinds.kind import key_of
from befit.engine.limits import AFFINITY_KEYS

FAINT: Final = 0.01
"""A decayed score below this is forgotten: a hundredth of one event of weight 1, some seven half-lives ago."""


class Affinity:
    """affinity: a decayed score per key. State: {key: [score, time]}: the score as it was at `time`, halved every half-life since.

    Exact, up to rounding, for `AFFINITY_KEYS` different keys; beyond, the lowest score goes first.
    """

    def __init__(self, half_life: int) -> None:
        self.half_life = half_life
        self.empty: Any = {}

    def update(self, state: Any, time: int, value: Any) -> Any:
        """Add a weight: `value` is (key, weight)."""
        key, weight = value
        state = {} if state is None else state
        name = key_of(key)
        state[name] = self._add(state[name], [weight, time]) if name in state else [float(weight), time]
        return state if len(state) <= AFFINITY_KEYS else self._best(state)

    def read(self, state: Any, now: int) -> Any:
        """{key: score at `now`}, best first; scores below `FAINT` are as good as none."""
        half_life = self.half_life
        scores = [(score * 2.0 ** (min(0, time - now) / half_life), key) for key, (score, time) in state.items()]
        scores.sort(key=lambda pair: (-pair[0], pair[1]))
        return {key: score for score, key in scores if score >= FAINT}

    def merge(self, one: Any, other: Any) -> Any:
        """Scores add, brought to the later of their two times."""
        both = {key: list(entry) for key, entry in one.items()}
        for key, entry in other.items():
            both[key] = self._add(both[key], entry) if key in both else list(entry)
        return both if len(both) <= AFFINITY_KEYS else self._best(both)

    def _add(self, one: list[Any], other: list[Any]) -> list[Any]:
        newer, older = (one, other) if one[1] >= other[1] else (other, one)
        return [newer[0] + older[0] * 2.0 ** ((older[1] - newer[1]) / self.half_life), newer[1]]

    def _best(self, state: dict[str, list[Any]]) -> dict[str, list[Any]]:
        kept = set(nlargest(AFFINITY_KEYS, state, key=lambda key: (self._rank(state[key]), key)))
        return {key: entry for key, entry in state.items() if key in kept}

    def _rank(self, entry: list[Any]) -> float:
        return log2(entry[0]) + entry[1] / self.half_life if entry[0] > 0 else float("-inf")
