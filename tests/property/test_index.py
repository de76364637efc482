"""The index never loses a rule that holds, gives each once, and in the order in which they were written."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from befit.cel import Environment, compile_condition
from befit.engine.index import Index
from befit.engine.view import VARIABLES
from befit.model import Condition

ENVIRONMENT = Environment({"signals": {"a": "int", "b": "int"}, "page": {"kind": "string"}, "tags": "list(string)"})

LEAVES = (
    *(f"signals.{name} {sign} {number}" for name in "ab" for sign in (">", ">=", "<", "==", "!=") for number in (0, 2)),
    *(f'page.kind == "{kind}"' for kind in ("cart", "home")),
    'page.kind in ["cart", "home"]',
    '"vip" in tags',
    "3 < signals.a",
)
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from((" && ", " || ")), inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda text: f"!({text})"),
    ),
    max_leaves=5,
)
NUMBER = st.one_of(st.none(), st.integers(-1, 4))


def condition(source: str) -> Condition:
    checked = ENVIRONMENT.check(source, expect="bool")
    return Condition(source, checked.ast, "bool", "", tuple(checked.reads))


def arguments(a: int | None, b: int | None, kind: str | None, tags: list[str]) -> tuple[Any, ...]:
    known = {
        "signals": {name: value for name, value in (("a", a), ("b", b)) if value is not None},
        "page": {} if kind is None else {"kind": kind},
        "tags": tags,
    }
    return tuple(known.get(name, {}) for name in VARIABLES)


@given(
    sources=st.lists(CONDITIONS, max_size=12),
    a=NUMBER,
    b=NUMBER,
    kind=st.sampled_from((None, "cart", "home", "other")),
    tags=st.lists(st.sampled_from(("vip", "new")), unique=True),
)
def test_candidates_hold_every_rule_that_holds_once_and_in_order(
    sources: list[str], a: int | None, b: int | None, kind: str | None, tags: list[str]
) -> None:
    conditions = [condition(source) for source in sources]
    index = Index((number, each) for number, each in enumerate(conditions))
    args = arguments(a, b, kind, tags)
    found = index.candidates(args)
    assert found == sorted(set(found))
    holding = [n for n, each in enumerate(conditions) if compile_condition(each.ast, VARIABLES).test(*args)]
    assert set(holding) <= set(found)


def test_an_or_is_a_candidate_only_when_one_of_its_sides_can_hold() -> None:
    index = Index([("rule", condition('signals.a > 2 || page.kind == "cart"'))])
    assert index.candidates(arguments(0, 0, "home", [])) == []
    assert index.candidates(arguments(3, 0, "cart", [])) == ["rule"]
    assert index.candidates(arguments(0, 0, "cart", [])) == ["rule"]
