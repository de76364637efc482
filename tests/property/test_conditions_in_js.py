"""Conditions in the browser's interpreter against befit's own: random expressions, values, patterns, times and numbers.

One long-lived Node process runs the built `@befit/browser/conditions`. An error is equal to an error of the same kind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from befit.cel import CelError, Duration, Environment, Timestamp, Type
from befit.cel.ast import Node
from befit.cel.values import DURATION_MAX
from tests.cel_expressions import ROOTS, TYPES, activations, expressions
from tests.pages import ROOT
from tests.unit.cel.test_cel_pattern import TOKENS
from tests.vectors import read, vector, written

SDK: Final = ROOT / "web" / "sdk"
ENVIRONMENT: Final = Environment(TYPES)
ZONES: Final = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "-09:30",
    "Mars/Base",
    "",
)


class Interpreter:
    """The built module, in Node."""

    def __init__(self) -> None:
        assert (SDK / "dist" / "conditions.js").exists(), "the SDK is not built: run npm run build"
        command = [shutil.which("node") or "node", str(SDK / "tests" / "conditions" / "answer.mjs")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answers(self, made: dict[str, Any]) -> list[dict[str, Any]]:
        """What it says to a vector: with typed variables, and with plain JSON if there is any."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(made) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, made
        return [{**said, **_rewritten(said)} for said in json.loads(line)]


def _rewritten(said: dict[str, Any]) -> dict[str, Any]:
    """The value as Python writes it: 1e18 is written in another way in JavaScript."""
    return {"value": written(read(said["value"]))} if "value" in said else {}


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Interpreter]:
    running = Interpreter()
    yield running
    assert running.process.stdin is not None
    running.process.stdin.close()
    assert running.process.wait(10) == 0


def agree(
    interpreter: Interpreter, source: str, ast: Node, variables: Mapping[str, Any], types: Mapping[str, Type] = TYPES
) -> None:
    made = vector(source, ast, variables, types)
    wanted: dict[str, Any] = {part: made[part] for part in ("value", "error") if part in made}
    wanted["test"] = made.get("value") is True
    for said in interpreter.answers(made):
        assert said == wanted, made


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.sampled_from(ROOTS).flatmap(lambda root: expressions(root, 4)),
    st.lists(activations(), min_size=3, max_size=3),
    st.booleans(),
)
def test_every_answer_is_the_servers(
    interpreter: Interpreter, source: str, cases: list[dict[str, Any]], in_audience: bool
) -> None:
    try:
        ast = ENVIRONMENT.check(source).ast
    except CelError:
        assume(False)
    for values in cases:
        agree(interpreter, source, ["!", ["holds", ast]] if in_audience else ast, values)


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(
    st.lists(st.sampled_from(["(?i)", "(?s)", "(?m)", r"[^\W]", r"[\D_]", *TOKENS]), min_size=1, max_size=6).map(
        "".join
    ),
    st.text("abcéKKk1_ \n.-ß{}*sS🌍", max_size=5),
)
def test_every_pattern_means_what_it_means_on_the_server(interpreter: Interpreter, pattern: str, text: str) -> None:
    variables = {"text": text, "pattern": pattern}
    agree(
        interpreter,
        pattern,
        ["matches", ["var", "text"], ["var", "pattern"]],
        variables,
        dict.fromkeys(variables, "string"),
    )


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.integers(0, 2 * 10**18) | st.integers(-62_135_510_400, 253_402_214_400).map(lambda s: s * 10**9 + 999_999_999),
    st.integers(-DURATION_MAX, DURATION_MAX),
    st.sampled_from(ZONES),
)
def test_every_clock_shows_what_it_shows_on_the_server(
    interpreter: Interpreter, moment: int, length: int, zone: str
) -> None:
    if not 0 <= moment <= 2 * 10**18 and "/" in zone:
        zone = ""  # of other centuries, time zone databases know different things
    fields = (
        "FullYear",
        "Month",
        "Date",
        "DayOfMonth",
        "DayOfYear",
        "DayOfWeek",
        "Hours",
        "Minutes",
        "Seconds",
        "Milliseconds",
    )
    t, r = ["var", "t", "timestamp"], ["var", "r", "duration"]
    parts: list[Node] = [[f"get{field}", t, ["var", "zone"]] for field in fields]
    parts += [[f"get{field}", r] for field in fields[-4:]] + [["string", t], ["string", r], ["int", t]]
    variables = {"t": Timestamp(moment), "r": Duration(length), "zone": zone}
    types: dict[str, Type] = {"t": "timestamp", "r": "duration", "zone": "string"}
    for node in (["list", *parts], ["+", t, r], ["-", t, r]):
        agree(interpreter, "clocks", node, variables, types)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.floats(), st.integers(0, 30), st.text("+-.0123456789abcdefx pinfINF\t", max_size=8))
def test_every_number_is_written_and_read_as_on_the_server(
    interpreter: Interpreter, number: float, digits: int, text: str
) -> None:
    d = ["var", "d", "double"]
    form = f"%s %d %.{digits}f %.{digits}e"
    parts: list[Node] = [["string", d], ["format", form, ["list", d, d, d, d]], ["math.round", d], ["math.sign", d]]
    agree(interpreter, "numbers", ["list", *parts], {"d": number}, {"d": "double"})
    for function in ("int", "uint"):
        agree(interpreter, function, [function, d], {"d": number}, {"d": "double"})
    for function in ("int", "uint", "double", "duration", "bool", "base64.decode"):
        agree(interpreter, function, [function, ["var", "s", "string"]], {"s": text}, {"s": "string"})
