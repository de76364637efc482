"""Traces of decision tables and rule sets: each row and each set says how it turned out, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from befit.engine import Program, decide
from befit.model import DecideRequest, Decision, Step
from tests.events import Visitor, event, impression, ms, track
from tests.sites import program_of

SIGNALS = "clicks: {count: Click}\nviews: {count: View}\n"
SLOTS = {
    "first": """
- table:
    columns: {plan: profile.traits.plan, clicks: signals.clicks}
    rows:
    - {plan: gold, show: gold, cap: {ever: 1}}
    - {clicks: 1..3, show: some}
- {show: welcome}
""",
    "unique": """
- table:
    hit: unique
    columns: {plan: profile.traits.plan, clicks: signals.clicks}
    rows:
    - {plan: gold, clicks: '>= 1', show: gold}
    - {plan: silver, clicks: '>= 1', show: some}
- {show: welcome}
""",
    "collect": """
- table:
    hit: collect
    show: offers
    into: items
    cap: {ever: 1}
    columns: {plan: profile.traits.plan, clicks: signals.clicks}
    rows:
    - {plan: gold, add: {title: For gold}}
    - {clicks: '>= 1', add: {title: For one}}
    - {clicks: '>= 2', add: {title: For two}}
- {show: welcome}
""",
}
MODULES = {
    "gold": "type: banner\n",
    "some": "type: banner\n",
    "offers": "type: list\nprops: {items: [], title: 'Seen ${signals.views}'}\n",
}


@pytest.fixture
def ada(tmp_path: Path) -> Visitor:
    return Visitor(program_of(tmp_path, signals=SIGNALS, slots=SLOTS, modules=MODULES))


def decision(visitor: Visitor, slot: str, at: float = 10) -> Decision:
    return decide(visitor.profile, DecideRequest(slots=[slot], trace=True), visitor.program, ms(at))[0]


def outcomes(found: Decision) -> list[tuple[str, str]]:
    return [(step.rule, step.outcome) for step in found.trace or []]


def step_of(found: Decision, rule: str) -> Step:
    (step,) = (step for step in found.trace or [] if step.rule == rule)
    return step


def props(found: Decision) -> Any:
    return msgspec.json.decode(msgspec.json.encode(found.props))


def plan(name: str) -> Any:
    return event("identify", "identify", traits={"plan": name})


def test_of_a_first_hit_table_the_first_row_that_holds_is_taken(ada: Visitor) -> None:
    ada.does(track("Click"))
    found = decision(ada, "first")
    assert found.module == "some"
    assert outcomes(found) == [("first.0", "true"), ("first.0.0", "missing"), ("first.0.1", "chosen")]
    ada.does(plan("gold"))
    assert decision(ada, "first").module == "gold"


def test_a_row_that_its_cap_holds_back_gives_way(ada: Visitor) -> None:
    ada.does(plan("gold"), track("Click"), impression("first", "gold"))
    found = decision(ada, "first")
    assert found.module == "some"
    assert outcomes(found) == [("first.0", "true"), ("first.0.0", "capped"), ("first.0.1", "chosen")]


def test_of_a_unique_table_the_only_row_that_holds_is_taken_and_all_are_traced(ada: Visitor) -> None:
    ada.does(track("Click"), plan("silver"))
    found = decision(ada, "unique")
    assert found.module == "some"
    assert outcomes(found) == [("unique.0", "true"), ("unique.0.0", "false"), ("unique.0.1", "chosen")]


def test_several_rows_that_hold_are_ambiguous_none_is_taken_and_it_is_counted(ada: Visitor) -> None:
    release = ada.program.release
    slots = [
        msgspec.structs.replace(slot, rules=(msgspec.structs.replace(slot.rules[0], unique=True), *slot.rules[1:]))
        for slot in release.slots  # the checker would not let such rows pass
    ]
    visitor = Visitor(Program(msgspec.structs.replace(release, slots=tuple(slots))))
    visitor.does(plan("gold"), track("Click"))
    found = decision(visitor, "first")
    assert found.module == "welcome"
    assert outcomes(found) == [
        ("first.0", "true"),
        ("first.0.0", "ambiguous"),
        ("first.0.1", "ambiguous"),
        ("first.1", "chosen"),
    ]
    assert step_of(found, "first.0.1").why == (
        "signals.clicks is 1, >= 1 and signals.clicks is 1, < 3; but first.0.0 holds, too, and only one may"
    )
    counted = {place: condition for place, condition in visitor.program.conditions if condition.errors}
    assert list(counted) == ["slots/first.yaml:6:7"]
    assert counted["slots/first.yaml:6:7"].last_error == "EvaluationError: first.0.0 holds, too"


def test_collected_values_become_the_prop_in_the_order_of_their_rows(ada: Visitor) -> None:
    assert decision(ada, "collect").module == "welcome"
    ada.does(track("Click"), track("Click"), track("View"))
    found = decision(ada, "collect")
    assert (found.module, found.reason) == ("offers", "collect.0: otherwise")
    assert props(found) == {"items": [{"title": "For one"}, {"title": "For two"}], "title": "Seen 1"}
    assert outcomes(found) == [
        ("collect.0", "chosen"),
        ("collect.0.0", "missing"),
        ("collect.0.1", "collected"),
        ("collect.0.2", "collected"),
    ]
    assert step_of(found, "collect.0.1").why == "signals.clicks is 2, >= 1"


def test_a_table_that_collects_nothing_does_not_hold(ada: Visitor) -> None:
    found = decision(ada, "collect")
    assert outcomes(found)[0] == ("collect.0", "false")
    assert step_of(found, "collect.0").why == "no row of its table holds"
    ada.does(track("Click"), impression("collect", "offers"))
    capped = decision(ada, "collect")
    assert outcomes(capped)[0] == ("collect.0", "capped")
    assert step_of(capped, "collect.0.1").outcome == "true"
    assert capped.module == "welcome"


RULES = {
    "black-friday": "priority: 5\nwhen: audiences.busy\nexclusive: campaign\nslots: {hero: [{when: signals.views > 0, show: gold}]}\n",
    "summer": "when: signals.clicks > 1 && signals.views >= 0\nexclusive: campaign\nslots: {hero: [{show: some}], side: [{show: some}]}\n",
}


@pytest.fixture
def bob(tmp_path: Path) -> Visitor:
    slots = {"hero": "- {show: welcome}\n", "side": "- {show: welcome}\n"}
    audiences = "busy: signals.clicks > 2\n"
    return Visitor(
        program_of(tmp_path, signals=SIGNALS, slots=slots, modules=MODULES, rules=RULES, audiences=audiences)
    )


def test_of_a_group_the_first_set_that_holds_excludes_the_others_in_every_slot(bob: Visitor) -> None:
    shown = [(decision(bob, "hero").module, decision(bob, "side").module)]
    for name in ("Click", "Click", "Click", "View"):
        bob.does(track(name))
        shown.append((decision(bob, "hero").module, decision(bob, "side").module))
    assert shown == [
        ("welcome", "welcome"),
        ("welcome", "welcome"),
        ("some", "some"),
        ("welcome", "welcome"),  # black-friday has the visitor, though it has nothing to show yet
        ("gold", "welcome"),
    ]


def test_the_trace_says_which_set_excluded_another(bob: Visitor) -> None:
    bob.does(*(track("Click") for _ in range(3)))
    step = step_of(decision(bob, "side"), "side.summer")
    assert step.outcome == "false"
    assert step.when == "signals.clicks > 1 && signals.views >= 0 && !rules/black-friday"
    assert step.why == (
        "rules/black-friday of the group campaign holds (audiences.busy holds (signals.clicks is 3, > 2))"
    )
