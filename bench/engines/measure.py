"""How an engine is asked and timed: its answers first, then the best of several short rounds of CPU time."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any, NamedTuple, Protocol

from bench.engines.rules import Profile, Test

ROUNDS = 5
ROUND_SECONDS = 0.2
ANSWERS = 100_000
"""So many answers of an engine are compared with the others': those about the first profiles."""


class MissingPeerError(Exception):
    """An engine is not there, or not in its version; the message says how to get it."""


class Engine(Protocol):
    """An engine that was given its rules, used as its documentation says is fastest."""

    def prepared(self, profile: Profile) -> Any:
        """The profile as a program that uses the engine would hold it; not timed."""

    def holding(self, prepared: Any) -> Sequence[int]:
        """The numbers of the rules that hold for it, in ascending order."""


class Outcome(NamedTuple):
    """The rules that hold for each of the first profiles, and how many rules were answered in a second of CPU time.

    `warm_up` says how many rounds a just-in-time compiler was given before, and how many it could have had at most.
    """

    answers: list[list[int]]
    per_second: float
    warm_up: tuple[int, int] | None = None


def measure(make: Callable[[Sequence[Test]], Engine], rules: Sequence[Test], profiles: Sequence[Profile]) -> Outcome:
    """Ask and time an engine in this process. Raises MissingPeerError."""
    engine = make(rules)
    given = [engine.prepared(profile) for profile in profiles]
    started = time.process_time()
    answers = [list(engine.holding(prepared)) for prepared in given[: ANSWERS // len(rules)]]
    once = (time.process_time() - started) / len(answers)
    batch = list(islice(cycle(given), max(1, int(ROUND_SECONDS / once))))
    best = min(seconds(engine.holding, batch) for _ in range(ROUNDS))
    return Outcome(answers, len(rules) * len(batch) / best)


def seconds(holding: Callable[[Any], object], batch: Sequence[Any]) -> float:
    """CPU time that the whole process, all its threads included, takes for a batch of profiles."""
    started = time.process_time()
    for prepared in batch:
        holding(prepared)
    return time.process_time() - started


def peer(module: str) -> Any:
    """A package that only this benchmark uses. Raises MissingPeerError."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingPeerError(f"{error}; scripts/install-bench installs it") from None
