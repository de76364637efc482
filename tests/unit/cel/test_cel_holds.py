"""holds: a condition with a name, which is true or false whatever it errs on."""

from __future__ import annotations

from typing import Any

import pytest

from befit.cel import CelError, Environment, Type, compile_condition, requirements
from befit.cel.ast import Node, paths
from befit.cel.evaluate import walk
from befit.cel.inline import inline

TYPES: dict[str, Type] = {
    "signals": {"x": "int", "y": "int"},
    "tags": "list(string)",
    "any": "dyn",
    "audiences": {"loyal": "bool", "new": "bool"},
}
ENVIRONMENT = Environment(TYPES)
PARAMS = ("signals", "tags", "any")
LOYAL = "signals.x > 5"


def ast(source: str, loyal: str = LOYAL, new: str = '"new" in tags') -> Node:
    named = {"loyal": ENVIRONMENT.check(loyal).ast, "new": ENVIRONMENT.check(new).ast}
    return inline(ENVIRONMENT.check(source).ast, "audiences", named)


def test_an_audience_is_put_in_the_place_of_its_name() -> None:
    node = ast("audiences.loyal && signals.y > 1")
    assert node[1] == ["holds", ENVIRONMENT.check(LOYAL).ast, "audiences.loyal"]
    assert set(paths(node)) == {("signals", "x"), ("signals", "y")}
    assert ast("has(audiences.loyal)") is True


@pytest.mark.parametrize("source", ["[audiences] == []", "audiences == audiences", "audiences.?loyal.hasValue()"])
def test_audiences_are_no_value_by_themselves(source: str) -> None:
    with pytest.raises(CelError, match="no value by itself"):
        ast(source)


INNER = (
    LOYAL,
    'signals.x > 5 || "a" in tags',
    '"a" in tags',
    "any",
    "signals.x / 0 > 1",
    "any.exists(i, i > 3)",
    "!any",
)
SHAPES = (
    "audiences.loyal",
    "!audiences.loyal",
    "!audiences.loyal && signals.y > 0",
    "audiences.loyal || !audiences.new",
    "signals.y > 0 || !audiences.loyal",
    "audiences.loyal == audiences.new",
    'audiences.loyal ? "a" in tags : !audiences.new',
    "!(audiences.loyal && !audiences.new)",
    "tags.all(t, !audiences.loyal)",
    "!tags.exists(t, audiences.loyal && t == 'a')",
)
VALUES: tuple[tuple[Any, ...], ...] = (
    ({"x": 6, "y": 1}, [], True),
    ({}, ["a", "new"], 1),
    ({"x": 1}, ["a"], [1, "b", 5]),
    ({"y": 0}, ["new"], [{}]),
)


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_true_when_its_condition_is_and_false_otherwise(shape: str, inner: str) -> None:
    node = ast(shape, inner)
    condition = compile_condition(node, PARAMS)
    for values in VALUES:
        scope = dict(zip(PARAMS, values, strict=True))
        truths = {
            name: certain(ENVIRONMENT.check(text).ast, scope)
            for name, text in (("loyal", inner), ("new", '"new" in tags'))
        }
        wanted = certain(ENVIRONMENT.check(shape).ast, {**scope, "audiences": truths})
        assert condition.test(*values) is wanted, condition.source
        assert (condition.explain(*values).outcome == "true") is wanted


def certain(node: Node, scope: dict[str, Any]) -> bool:
    try:
        return walk(node, scope) is True
    except CelError:
        return False


def test_an_error_inside_it_is_counted_and_a_missing_value_is_not() -> None:
    broken = compile_condition(ast("!audiences.loyal", "signals.x / 0 == 1"), PARAMS)
    assert broken.test({"x": 1}, [], None) is True
    assert (broken.errors, broken.last_error) == (1, "EvaluationError: division by zero")
    unknown = compile_condition(ast("!audiences.loyal"), PARAMS)
    assert unknown.test({}, [], None) is True
    assert unknown.errors == 0


def test_it_costs_nothing_where_it_stands_for_its_condition() -> None:
    assert (
        "return ((signals['x'] > 5) and ('new' in tags))"
        in compile_condition(ast("audiences.loyal && audiences.new"), PARAMS).source
    )
    assert "return (not ('new' in tags))" in compile_condition(ast("!audiences.new"), PARAMS).source


def test_what_it_requires_the_whole_requires() -> None:
    assert [one.path for one in requirements(ast("audiences.loyal && tags == []"))] == [("signals", "x")]
    assert list(requirements(ast("!audiences.loyal"))) == []


def test_the_reason_names_it() -> None:
    loyal = compile_condition(ast("audiences.loyal"), PARAMS)
    assert loyal.explain({"x": 7}, [], None).why == "audiences.loyal holds (signals.x is 7, > 5)"
    not_loyal = compile_condition(ast("!audiences.loyal"), PARAMS).explain({}, [], None)
    assert (not_loyal.outcome, not_loyal.why) == ("true", "audiences.loyal does not hold (signals.x is not known yet)")


def test_without_a_name_it_shows_its_condition() -> None:
    condition = compile_condition(["==", ["holds", ENVIRONMENT.check(LOYAL).ast], True], PARAMS)
    assert condition.explain({"x": 1}, [], None).why == "(signals.x > 5) is false, not true"
