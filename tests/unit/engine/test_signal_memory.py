"""No state grows beyond what the reference states for its kind, whatever comes, and what is stated is not far above it."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from befit.engine.kinds.kind import Kind
from befit.engine.kinds.memory import MEMORY, SCOPED, TUMBLING, Memory
from befit.engine.signals import kind_of
from befit.model import SequenceStep, Signal
from befit.site.parts.signals import KEYS, TOP_MOST
from befit.site.parts.steps import MOST

NOW = 1_790_000_000_000
DAY = 86_400_000
TEXTS = [f"{number:03}{'ü' * 2_000}" for number in range(400)]
TYPES = {"mean": "double", "distinct": "int", "top": "list(string)", "affinity": "map(string, double)"}
OPTIONAL = tuple(SequenceStep(on=f"E{number}", optional=number > 0) for number in range(MOST - 1))
ABSENT = SequenceStep(on="X", absent_ms=DAY * 100)


def signal(kind: str, window: str, **more: Any) -> Signal:
    """A signal of this kind that may become as large as any."""
    steps = (*OPTIONAL, ABSENT) if kind in ("sequence", "absence", "funnel") else ()
    fields: dict[str, Any] = {
        "within_ms": 7 * DAY if window == "sliding" else 0,
        "each_ms": 1 if kind == "streak" else 10 * DAY,
        "half_life_ms": DAY,
        "per_ms": 60_000,
        "limit": TOP_MOST,
        "steps": steps,
        "window": window,
    }
    return Signal(name="s", kind=kind, type=TYPES.get(kind, "double"), **{**fields, **more})


def value(kind: str, number: int) -> Any:
    """What an event brings: large, and different each time."""
    if kind in ("distinct", "top", "last", "first"):
        return f"{number:08}{TEXTS[number % 400]}" if kind != "distinct" else f"value {number:010}"
    if kind == "affinity":
        return f"{number:08}{TEXTS[number % 400]}", 1.5
    if kind in ("sequence", "absence", "funnel"):
        return (1 << MOST - 1) - 1
    return number + 0.5


def largest(kind: Kind, name: str, count: int) -> int:
    """The size of the largest state on the way through many events, every third of them late."""
    dice = random.Random(1)
    state, most = None, 0
    for number in range(count):
        late = dice.randrange(DAY) if number % 3 == 2 else 0
        time = NOW + number * 150_000 - late
        state = kind.update(state, time, value(name, number))
        most = max(most, len(msgspec.msgpack.encode(state)))
    return most


@pytest.mark.parametrize("row", MEMORY, ids=lambda row: f"{'-'.join(row.kinds)}-{row.window}")
def test_a_state_stays_within_what_is_stated(row: Memory) -> None:
    for name in row.kinds:
        kind = kind_of(signal(name, "lifetime" if row.window == "all" else row.window))
        assert kind is not None
        most = largest(kind, name, 700)
        assert most <= row.most, name
        assert most >= row.most / 3, name


@pytest.mark.parametrize("name", ["count", "distinct", "top", "last"])
def test_a_tumbling_window_adds_what_is_stated(name: str) -> None:
    inner, kind = kind_of(signal(name, "lifetime")), kind_of(signal(name, "tumbling"))
    assert inner is not None
    assert kind is not None
    assert largest(kind, name, 300) <= largest(inner, name, 300) + TUMBLING


@pytest.mark.parametrize("name", ["count", "distinct", "funnel", "sequence"])
def test_a_session_adds_what_is_stated(name: str) -> None:
    inner, kind = kind_of(signal(name, "lifetime")), kind_of(signal(name, "session"))
    assert inner is not None
    assert kind is not None
    one, other = None, None
    for number in range(300):
        one = inner.update(one, NOW, value(name, number))
        other = kind.update(other, NOW, ("id", NOW - 1, value(name, number)))
    sizes = [len(msgspec.msgpack.encode(state)) for state in (one, other)]
    assert sizes[1] <= sizes[0] + SCOPED + len(msgspec.msgpack.encode("id"))


def test_every_kind_states_its_memory() -> None:
    assert {kind for row in MEMORY for kind in row.kinds} | {"dwell"} == KEYS.keys()
