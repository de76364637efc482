"""befit's conditions against Google's C++ evaluator: random typed expressions over random values, errors included.

Structs are declared as such to befit, and as maps to Google's evaluator: then a missing field is an error for both. An
error is equal to an error. Timestamps stay within 292 years of each other: further apart, the specification wants an
overflow (the conformance suite tests it) that Google's evaluator does not report.
"""

from __future__ import annotations

import math
from typing import Any, Final

from cel_expr_python import cel  # type: ignore[import-untyped]
from google.protobuf.duration_pb2 import Duration as ProtoDuration
from google.protobuf.timestamp_pb2 import Timestamp as ProtoTimestamp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from befit.cel import CelError, Duration, Environment, EvaluationError, Timestamp, UInt, compile_condition
from befit.cel.environment import _EXTENSIONS
from befit.cel.evaluate import walk
from befit.cel.operators import equal
from befit.cel.values import kind
from tests.cel_expressions import ROOTS, TYPES, activations, expressions

BEFIT: Final = Environment(TYPES)
T = cel.Type
GOOGLE: Final = cel.NewEnv(
    variables={
        "signals": T.Map(T.STRING, T.DYN), "open": T.Map(T.STRING, T.DYN), "x": T.DYN, "y": T.DYN, "b": T.BOOL, "i": T.INT,
        "u": T.UINT, "d": T.DOUBLE, "s": T.STRING, "t": T.TIMESTAMP, "r": T.DURATION, "ints": T.List(T.INT),
        "texts": T.List(T.STRING), "m": T.Map(T.STRING, T.INT),
    },
    extensions=_EXTENSIONS,
)  # fmt: skip
PARAMS: Final = tuple(TYPES)
ERROR: Final = ("error", None)
Answer = tuple[str, Any]


def googles(expression: Any, values: dict[str, Any]) -> Answer:
    """(kind, value), or ERROR."""
    try:
        result = expression.eval(data=to_google(values))
    except RuntimeError:  # how the binding reports a literal map with a key twice
        return ERROR
    name = str(result.type()).lower().split("<")[0]
    if name == "error":
        return ERROR
    value = result.plain_value()
    return (name, UInt(value % 2**64)) if name == "uint" else (name, value)


def to_google(value: Any) -> Any:
    match value:
        case Timestamp():
            return ProtoTimestamp(seconds=value // 10**9, nanos=value % 10**9)
        case Duration():
            sign = -1 if value < 0 else 1
            return ProtoDuration(seconds=sign * (abs(value) // 10**9), nanos=sign * (abs(value) % 10**9))
        case dict():
            return {key: to_google(item) for key, item in value.items()}
        case UInt():
            return int(value)
    return value


def answer(compute: Any) -> Answer:
    try:
        value = compute()
    except EvaluationError:
        return ERROR
    return kind(value), value


def same(one: Answer, other: Answer) -> bool:
    """Google's Python values of times have microseconds only: for those the kind has to do (their text is tested too)."""
    if one[0] != other[0] or one[0] in ("error", "timestamp", "duration"):
        return one[0] == other[0]
    both_nan = one[0] == "double" and math.isnan(one[1]) and math.isnan(other[1])
    return both_nan or equal(one[1], other[1])


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.sampled_from(ROOTS).flatmap(lambda root: expressions(root, 4)), st.lists(activations(), min_size=3, max_size=3)
)
def test_every_answer_is_googles(source: str, cases: list[dict[str, Any]]) -> None:
    try:
        expression = GOOGLE.compile(source)
        checked = BEFIT.check(source)
    except (RuntimeError, CelError):
        assume(False)  # such as a literal duration that is none: befit refuses it at the check already
    condition = compile_condition(checked.ast, PARAMS)
    for values in cases:
        arguments = [values[name] for name in PARAMS]
        wanted = googles(expression, values)
        exact = answer(lambda values=values: walk(checked.ast, values))
        compiled = answer(lambda arguments=arguments: condition.value(*arguments))
        assert same(exact, wanted), (exact, wanted)
        assert same(compiled, exact), condition.source
        assert condition.test(*arguments) is (exact == ("bool", True)), condition.source
        assert condition.explain(*arguments).outcome in outcomes(exact)


def outcomes(exact: Answer) -> tuple[str, ...]:
    """What an explanation may say of an answer."""
    if exact[0] == "bool":
        return ("true",) if exact[1] else ("false",)
    return ("missing", "error")
