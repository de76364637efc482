"""befit's own vectors: what was written by hand to be hard, and random expressions of `tests.cel_expressions`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from befit.cel import CelError, Checked, Duration, Environment, Timestamp, UInt
from befit.cel.evaluate import walk
from tests.cel_expressions import ROOTS, TYPES, activations, expressions
from tests.vectors.hard import HARD
from tests.vectors.vector import Vector, vector

ENVIRONMENT: Final = Environment(TYPES)
KNOWN: Final[dict[str, Any]] = {
    "signals": {"i": 7, "d": 20.0, "s": "lamps", "t": Timestamp.parse("2026-01-31T12:30:15.250Z"), "flag": True},
    "open": {"a": 1, "price": 19.5, "deep": {"a": None, "name": "é"}, "items": [{"n": 1}, {"n": "two"}, {}]},
    "x": [1, 2.5, "3", None, True],
    "y": None,
    "b": True,
    "i": 42,
    "u": UInt(5),
    "d": -0.5,
    "s": "Grüße, 🌍!",
    "t": Timestamp.parse("2024-02-29T23:59:59.999999999Z"),
    "r": Duration.parse("-1h30m0.5s"),
    "ints": [3, 1, 2],
    "texts": ["b", "a", "ab"],
    "m": {"a": 1, "b": -2},
}
"""The variables of the hand-written expressions; `signals.none` and `signals.none_int` are missing."""


def hard() -> Iterator[Vector]:
    """The hand-written ones."""
    for source in HARD:
        checked = ENVIRONMENT.check(source)
        yield vector(source, checked.ast, _read(checked, KNOWN), TYPES)
    for source in ("signals.i > 5", "signals.none", "b", "i", "y || signals.flag"):
        checked = ENVIRONMENT.check(source)
        known = _read(checked, KNOWN)
        yield vector(f"audience: {source}", ["holds", checked.ast, "audience"], known, TYPES)
        yield vector(f"not in audience: {source}", ["!", ["holds", checked.ast]], known, TYPES)


def random(count: int) -> Iterator[Vector]:
    """`count` random ones, the same at each call."""
    found: dict[str, Vector] = {}

    @settings(
        derandomize=True, database=None, max_examples=count * 4, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.sampled_from(ROOTS).flatmap(lambda root: expressions(root, 4)), activations())
    def collect(source: str, variables: dict[str, Any]) -> None:
        if len(source) < 20 or source in found:
            return
        try:
            checked = ENVIRONMENT.check(source)
        except CelError:
            return
        found[source] = vector(source, checked.ast, _read(checked, variables), TYPES)

    collect()
    yield from list(found.values())[:count]


def _read(checked: Checked, variables: dict[str, Any]) -> dict[str, Any]:
    """Those variables that the expression reads."""
    names = {path.partition(".")[0] for path in checked.reads}
    return {name: value for name, value in variables.items() if name in names}


def still_true(made: Vector) -> bool:
    """Whether a vector says what Python says today."""
    again = vector(made["source"], made["ast"], {name: walk(node, {}) for name, node in made["variables"].items()})
    return all(made.get(part) == again.get(part) for part in ("value", "error"))
