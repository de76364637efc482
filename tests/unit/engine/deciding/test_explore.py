"""Exploring: a share of visitors sees any leaf that holds, and every decision says how probable it was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from befit.engine import Program, decide
from befit.engine.deciding.explore import decision_id, propensity_of
from befit.model import DecideRequest, Decision, Profile
from tests.events import Visitor, impression, ms, track
from tests.sites import program_of

SLOT = """
explore: 20%
rules:
- {when: signals.clicks > 0, show: a}
- when: profile.sessions >= 0
  rules:
  - {when: signals.clicks > 5, show: a}
  - {when: signals.clicks >= 0, show: b, cap: {ever: 1}}
- {when: signals.clicks > 0, show: a, variant: red, props: {n: 1}}
- {show: welcome}
"""
MODULES = {"a": "type: banner\nvariants: {red: {title: Red}}\n", "b": "type: banner\n"}
MANY = 3_000


def site(folder: Path, slot: str = SLOT) -> Program:
    return program_of(folder, signals="clicks: {count: Click}\n", slots={"hero": slot}, modules=MODULES)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return site(tmp_path)


def decision(profile: Profile, program: Program, at: float = 0, *, trace: bool = False) -> Decision:
    return decide(profile, DecideRequest(slots=["hero"], trace=trace), program, ms(at))[0]


def visitors(program: Program, *, clicks: int) -> list[Profile]:
    """Many visitors with the same history."""
    ada = Visitor(program)
    ada.does(*(track("Click") for _ in range(clicks)))
    signals = ada.profile.signals
    return [Profile(id=f"a:{n}", ids=[f"a:{n}"], signals=signals) for n in range(MANY)]


def test_the_share_is_as_said_and_whoever_explores_sees_every_leaf_that_holds_alike(program: Program) -> None:
    found = Counter(
        (one.module, one.variant, one.propensity)
        for one in (decision(profile, program) for profile in visitors(program, clicks=1))
    )
    # Four leaves hold: a first, b, a in red, and the default; each has a quarter of a fifth.
    assert found.keys() == {("a", "", 0.85), ("b", "", 0.05), ("a", "red", 0.05), ("welcome", "", 0.05)}
    for (_, _, propensity), count in found.items():
        assert abs(count / MANY - propensity) < 0.02


def test_leaves_that_show_the_same_share_their_probability(program: Program) -> None:
    found = {
        (one.module, one.variant): one.propensity for one in (decision(p, program) for p in visitors(program, clicks=6))
    }
    assert found == {
        ("a", ""): pytest.approx(0.8 + 0.2 * 2 / 5),
        ("b", ""): pytest.approx(0.04),
        ("a", "red"): pytest.approx(0.04),
        ("welcome", ""): pytest.approx(0.04),
    }


def test_what_all_leaves_show_is_certain(tmp_path: Path) -> None:
    slot = (
        "explore: 50%\nrules: [{when: signals.clicks > 0, show: a}, {when: signals.clicks > 1, show: a}, {show: a}]\n"
    )
    for profile in visitors(program := site(tmp_path, slot), clicks=3)[:50]:
        one = decision(profile, program)
        assert (one.propensity, propensity_of(one.decision_id)) == (1.0, 1.0)
        assert one.decision_id.count(".") == 1


def test_a_leaf_that_its_cap_holds_back_is_not_explored(program: Program) -> None:
    ada = Visitor(program)
    ada.does(track("Click"), impression("hero", "b"))
    shown = ada.profile.shown
    found: Counter[tuple[str, str]] = Counter()
    for profile in visitors(program, clicks=1):
        profile.shown = shown
        one = decision(profile, program)
        found[one.module, one.variant] += 1
        if one.module == "welcome":
            assert one.propensity == pytest.approx(0.2 / 3)
    assert ("b", "") not in found


def test_a_visitor_sees_the_same_all_day_and_may_see_another_the_next(program: Program) -> None:
    changed = 0
    midnight = 86_400 - (ms(0) // 1000) % 86_400
    for profile in visitors(program, clicks=1)[:500]:
        today = {decision(profile, program, midnight + at).module for at in (0, 1, 40_000, 86_399.999)}
        assert len(today) == 1
        changed += today != {decision(profile, program, midnight + 86_400).module}
    assert changed


def test_the_reason_the_trace_and_the_id_say_it(program: Program) -> None:
    for profile in visitors(program, clicks=1):
        one = decision(profile, program, trace=True)
        (chosen,) = (step for step in one.trace or [] if step.outcome == "chosen")
        assert propensity_of(one.decision_id) == one.propensity
        assert chosen.why.endswith(f"the probability of what is shown is {one.propensity:.4f}")
        if one.module == "welcome":
            assert one.reason == "explored: hero.3: otherwise"
            assert one.decision_id.endswith(".hero.p0500")
            assert "explored: 20% of visitors see any of the 4 that hold" in chosen.why
            passed = [(step.rule, step.outcome) for step in one.trace or []]
            assert passed == [
                ("hero.0", "true"), ("hero.1", "true"), ("hero.1.0", "false"), ("hero.1.1", "true"), ("hero.2", "true"),
                ("hero.3", "chosen"),
            ]  # fmt: skip
            assert (one.trace or [])[0].why.endswith(
                "passed over, because this visitor explores: any of the 4 that hold is shown"
            )
            return
    pytest.fail("nobody explored")


def test_of_unique_rows_that_hold_together_none_is_explored(tmp_path: Path) -> None:
    slot = """
explore: 100%
rules:
- table:
    hit: unique
    columns: {clicks: signals.clicks}
    rows: [{clicks: 1, show: a}, {clicks: '>= 2', show: b}]
- {show: welcome}
"""
    program = site(tmp_path, slot)
    assert {decision(profile, program).module for profile in visitors(program, clicks=1)[:200]} == {"a", "welcome"}
    assert {decision(profile, program).module for profile in visitors(program, clicks=2)[:200]} == {"b", "welcome"}


def test_without_exploring_nothing_of_it_is_there(tmp_path: Path) -> None:
    program = site(tmp_path, "explore: 0%\nrules: [{when: signals.clicks > 0, show: a}, {show: welcome}]\n")
    one = decision(visitors(program, clicks=1)[0], program)
    assert (one.module, one.propensity, one.decision_id.count(".")) == ("a", 1.0, 1)


@pytest.mark.parametrize(
    ("propensity", "ending", "read"),
    [
        (1.0, "t.hero", 1.0),
        (0.0525, "t.hero.p0525", 0.0525),
        (0.00001, "t.hero.p0001", 0.0001),
        (0.99999, "t.hero.p9999", 0.9999),
    ],
)
def test_an_id_carries_the_propensity_in_ten_thousandths(propensity: float, ending: str, read: float) -> None:
    assert decision_id("t", "hero", propensity) == ending
    assert propensity_of(ending) == read


@pytest.mark.parametrize("other", ["", "x", "t.p0525", "t.hero.p052", "t.hero.p05250", "a.b.c.p0525"])
def test_an_id_that_says_nothing_is_of_a_certain_decision(other: str) -> None:
    assert propensity_of(other) == 1.0
