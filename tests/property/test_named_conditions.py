"""holds over random conditions and values: true when its condition is, false when that is false or errs; in every place."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from befit.cel import CelError, compile_condition
from befit.cel.ast import Node
from befit.cel.evaluate import walk
from tests.cel_expressions import activations, expressions
from tests.property.test_cel_differential import BEFIT, PARAMS

PLACES = ("holds", "not", "and", "or", "value", "choice", "inside")


def placed(place: str, holds: Node, other: Node) -> Node:
    """An expression with `holds` somewhere in it."""
    match place:
        case "not":
            return ["!", holds]
        case "and":
            return ["&&", ["!", holds], other]
        case "or":
            return ["||", other, ["!", holds]]
        case "value":
            return ["==", holds, False]
        case "choice":
            return ["?:", holds, other, ["!", holds]]
        case "inside":
            return ["!", ["holds", ["&&", holds, other]]]
    return holds


def certain(node: Node, values: dict[str, Any]) -> bool:
    try:
        return walk(node, values) is True
    except CelError:
        return False


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.sampled_from(("bool", "bool", "dyn")).flatmap(lambda root: expressions(root, 3)),
    expressions("bool", 2),
    st.lists(activations(), min_size=3, max_size=3),
)
def test_compiled_and_walked_it_is_the_bare_truth_of_its_condition(
    source: str, other_source: str, cases: list[dict[str, Any]]
) -> None:
    try:
        inner, other = BEFIT.check(source).ast, BEFIT.check(other_source).ast
    except CelError:
        assume(False)
    for place in PLACES:
        node = placed(place, ["holds", inner, "audiences.x"], other)
        condition = compile_condition(node, PARAMS)
        for values in cases:
            truth = certain(inner, values)
            wanted = certain(placed(place, truth, other), values)
            if place == "inside":
                wanted = not (truth and certain(other, values))
            arguments = [values[name] for name in PARAMS]
            assert certain(node, values) is wanted
            assert condition.test(*arguments) is wanted, condition.source
            assert (condition.explain(*arguments).outcome == "true") is wanted
