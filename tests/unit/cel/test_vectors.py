"""The vectors that other evaluators are held to: how they are written, and that those kept in Git are true."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import pytest

from befit.cel import Duration, Timestamp, Type, UInt
from befit.cel.values import Optional, TypeName
from tests.pages import ROOT
from tests.vectors import Vector, read, vector, written
from tests.vectors.corpus import ENVIRONMENT, hard, still_true

COMMITTED: Final[list[Vector]] = json.loads((ROOT / "web/sdk/tests/conditions/vectors.json").read_text("utf-8"))
REMAKE: Final = "make it anew: python -m tests.vectors --own > web/sdk/tests/conditions/vectors.json"


def test_the_kept_vectors_hold_everything_written_by_hand() -> None:
    by_hand = json.loads(json.dumps(list(hard())))
    assert COMMITTED[: len(by_hand)] == by_hand, REMAKE
    assert len(COMMITTED) > len(by_hand), REMAKE


def test_the_kept_vectors_are_still_true() -> None:
    assert [made["source"] for made in COMMITTED if not still_true(made)] == [], REMAKE


def test_the_kept_vectors_are_what_the_checker_makes_of_their_sources() -> None:
    for made in COMMITTED:
        if "audience: " not in made["source"]:
            assert json.loads(json.dumps(ENVIRONMENT.check(made["source"]).ast)) == made["ast"], REMAKE


@pytest.mark.parametrize(
    "value",
    [None, True, 42, -(2**63), UInt(2**64 - 1), 1.5, -0.0, math.inf, "é", b"\xff", Timestamp(1), Duration(-1), TypeName("int"),
     [1, [2.0]], {"a": {1: None}}, Optional(1), Optional()],
)  # fmt: skip
def test_a_written_value_survives_json(value: Any) -> None:
    back = read(json.loads(json.dumps(written(value))))
    assert (type(back), repr(back)) == (type(value), repr(value))


def test_plain_json_is_given_where_the_declared_types_lose_nothing() -> None:
    types: dict[str, Type] = {"t": "timestamp", "d": "double", "x": "dyn", "l": "list(double)", "s": {"n": "int"}}

    def plain(**variables: Any) -> Any:
        return vector("", True, variables, types).get("json")

    assert plain(t=Timestamp(0), d=20.0, l=[1.0], s={"n": 5}) == {
        "t": "1970-01-01T00:00:00Z",
        "d": 20.0,
        "l": [1.0],
        "s": {"n": 5},
    }
    for lossy in (20.0, Timestamp(0), UInt(5), 2**53 + 1, [1.0], {"a": 2.0}, b""):
        assert plain(x=lossy) is None
    assert plain(x=[1, 2.5, "a", None, {"b": True}]) is not None
