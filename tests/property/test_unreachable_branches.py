"""What `befit check` says can never happen never happens: random trees of branches against every visitor of a small world."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from befit.cel import Duration, Environment
from befit.cel.evaluate import attempt
from befit.errors import EvaluationError
from befit.model import Branch, Cap, Condition, Slot
from befit.site.checks.branches import check_branches
from befit.site.checks.domain import ABSENT, NOTHING, Domain, contains, of_values
from befit.site.checks.logic import Subject, ways
from befit.site.checks.report import Report

ENVIRONMENT = Environment(
    {"signals": "map(string, dyn)", "page": "map(string, dyn)", "tags": "list(string)", "flag": "bool"}
)
MISSING = object()
NUMBERS = (MISSING, None, 2, 3, 3.5, 4, 5, 6, float("nan"), "a", True)
TEXTS = (MISSING, "a", "b", "c", "d", 3)
OTHERS = (MISSING, 3, 5, Duration(5_000_000_000))
TAGS = ((), ("vip",), ("vip", "new"))

ATOMS = (
    *(f"signals.x {sign} {bound}" for sign in ("<", "<=", ">", ">=", "==", "!=") for bound in (3, 4, 5.0)),
    "signals.x in [3, 5]",
    "signals.x in [4, 'a']",
    "3 < signals.x",
    "signals.x == null",
    "signals.x == signals.y",
    "signals.x + 1 > 4",
    "has(signals.x)",
    "has(signals.y)",
    *(f'page.type {sign} "{text}"' for sign in ("==", "!=", "<", ">=") for text in "abc"),
    'page.type in ["a", "b"]',
    'page["type"] in []',
    "has(page.type)",
    "signals.y > 4",
    'signals.y > duration("4s")',
    "signals.?y.orValue(4) > 4",
    '"vip" in tags',
    '"new" in tags',
    "tags.exists(t, t == 'vip')",
    "flag",
    "signals.x",
    "true",
    "false",
)
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} && {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} || {pair[1]})"),
        inner.map(lambda one: f"!({one})"),
        inner.map(lambda one: f"holds({one})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} ? {three[1]} : {three[2]})"),
    ),
    max_leaves=4,
)


@cache
def ast_of(text: str) -> Any:
    """The portable form; `holds(…)`, which only audiences make, is written as a list's only element is taken."""
    return _with_holds(ENVIRONMENT.check(text.replace("holds(", "dyn(")).ast)


def _with_holds(node: Any) -> Any:
    if not isinstance(node, list) or node[0] == "=":
        return node
    return ["holds" if node[0] == "dyn" else node[0], *map(_with_holds, node[1:])]


class Tree:
    """Makes branches, numbering their lines."""

    def __init__(self) -> None:
        self.line = 0

    def branch(self, when: str | None, inside: Any, cap: bool) -> Branch:
        self.line += 1
        place = f"slots/s.yaml:{self.line}"
        condition = None if when is None else Condition(when, ast_of(when), "bool", f"{place}:9")
        rules = tuple(self.branch(*each) for each in inside) if isinstance(inside, list) else ()
        return Branch(
            id=place,
            when=condition,
            show="" if rules else "m",
            props={} if rules else {"n": self.line},
            rules=rules,
            cap=Cap(ever=1) if cap and not rules else None,
            position=f"{place}:3",
        )


LEAVES = st.tuples(st.none() | CONDITIONS, st.just("leaf"), st.booleans() | st.just(False))
NODES = st.recursive(
    LEAVES, lambda inner: st.tuples(CONDITIONS, st.lists(inner, min_size=1, max_size=3), st.just(False)), max_leaves=5
)
TREES = st.lists(NODES, min_size=1, max_size=5)


def visitors() -> Iterator[dict[str, Any]]:
    for x, y, type_, tags, flag in product(NUMBERS, OTHERS, TEXTS, TAGS, (True, False)):
        signals = {name: value for name, value in (("x", x), ("y", y)) if value is not MISSING}
        page = {} if type_ is MISSING else {"type": type_}
        yield {"signals": signals, "page": page, "tags": list(tags), "flag": flag}


VISITORS = list(visitors())


def walked(branches: tuple[Branch, ...], visitor: dict[str, Any], got_into: set[str], failed: set[str]) -> bool:
    """Whether something is shown for sure; notes the branches that are got into, and those that are tried in vain."""
    for branch in branches:
        if branch.when is not None and attempt(branch.when.ast, visitor) is not True:
            failed.add(branch.id)
            continue
        got_into.add(branch.id)
        if walked(branch.rules, visitor, got_into, failed) if branch.rules else branch.cap is None:
            return True
    return False


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_a_branch_that_is_reported_is_never_got_into(tree: Any) -> None:
    maker = Tree()
    branches = tuple(maker.branch(*each) for each in tree)
    report = Report()
    check_branches(Slot(name="s", rules=branches), report)
    got_into: set[str] = set()
    failed: set[str] = set()
    for visitor in VISITORS:
        walked(branches, visitor, got_into, failed)
    for problem in report.problems:
        place = f"{problem.file}:{problem.line}"
        if problem.severity == "error":
            assert place not in got_into, problem
        elif "always holds" in problem.message:
            assert place not in failed, problem


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, st.booleans(), st.booleans())
def test_the_ways_of_an_outcome_are_exactly_the_visitors_with_that_outcome(
    text: str, outcome: bool, exactly: bool
) -> None:
    ast = ast_of(text)
    alternatives = ways(ast, outcome, exactly=exactly)
    for visitor in VISITORS[::37]:
        happens = (attempt(ast, visitor) is outcome) is exactly
        found = any(
            all(contains(domain, domain_at(subject, visitor)) for subject, domain in facts.items())
            for facts in alternatives
        )
        assert found is happens, (text, visitor)


def domain_at(subject: Subject, visitor: dict[str, Any]) -> Domain:
    """The one value that a subject has for a visitor, as a set."""
    if isinstance(subject, str):
        value = attempt(json.loads(subject), visitor)
    else:
        value = visitor
        for key in subject:
            value = value.get(key, MISSING)
    if value is MISSING:
        return ABSENT
    if isinstance(value, EvaluationError):
        return single("broken")
    if isinstance(value, float) and math.isnan(value):
        return single("nan")
    return of_values([value]) or single("other")


def single(name: str) -> Domain:
    return Domain(NOTHING.ranges, frozenset((name,)))
