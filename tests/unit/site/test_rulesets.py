"""rules/NAME.yaml: rules for several slots at once, in order of priority, excluding each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.model import Release

Files = dict[str, str]
SLOTS = {"slots/side.yaml": "- {show: welcome}\n", "signals.yaml": "clicks: {count: Click}\n"}
SALE = """priority: 10
when: signals.clicks > 3
schedule: {from: 2026-11-27}
exclusive: campaign
slots:
  hero:
  - {when: profile.known, show: welcome}
  - {show: welcome}
  side: [{when: profile.known, show: welcome}]
"""


def test_a_rule_set_is_one_branch_before_the_slots_own(release_of: Callable[[Files], Release]) -> None:
    release = release_of({**SLOTS, "rules/sale.yaml": SALE})
    hero, side = release.slots
    assert [branch.id for branch in hero.rules] == ["hero.sale", "hero.0"]
    assert [branch.id for branch in hero.rules[0].rules] == ["hero.sale.0", "hero.sale.1"]
    assert [branch.id for branch in side.rules] == ["side.sale", "side.0"]
    (described,) = release.rulesets
    assert (described.name, described.priority, described.exclusive) == ("sale", 10, "campaign")
    assert described.slots == ("hero", "side")
    assert described.when is not None
    assert described.when.source == 'context.local >= "2026-11-27T00:00:00" && signals.clicks > 3'
    assert hero.rules[0].when == side.rules[0].when == described.when
    assert hero.rules[0].position == "rules/sale.yaml:7:3"


def test_they_go_by_priority_then_by_name(release_of: Callable[[Files], Release]) -> None:
    text = "when: signals.clicks == {n}\npriority: {p}\nslots: {{hero: [{{show: welcome}}]}}\n"
    files = {f"rules/{name}.yaml": text.format(n=n, p=p) for n, (name, p) in enumerate([("b", 0), ("c", 5), ("a", 0)])}
    release = release_of({**SLOTS, **files})
    assert [ruleset.name for ruleset in release.rulesets] == ["c", "a", "b"]
    assert [branch.id for branch in release.slots[0].rules] == ["hero.c", "hero.a", "hero.b", "hero.0"]


def test_of_an_exclusive_group_a_visitor_gets_the_first_that_holds(release_of: Callable[[Files], Release]) -> None:
    text = (
        "when: signals.clicks == {n}\nexclusive: {group}\nslots: {{hero: [{{when: profile.known, show: welcome}}]}}\n"
    )
    files = {
        f"rules/{name}.yaml": text.format(n=n, group=group)
        for n, (name, group) in enumerate([("a", "x"), ("b", "y"), ("c", "x"), ("d", "x")])
    }
    hero = release_of({**SLOTS, **files}).slots[0]
    assert [branch.when and branch.when.source for branch in hero.rules[:-1]] == [
        "signals.clicks == 0",
        "signals.clicks == 1",
        "signals.clicks == 2 && !rules/a",
        "signals.clicks == 3 && !rules/a && !rules/c",
    ]
    first, third = hero.rules[0].when, hero.rules[2].when
    assert first is not None
    assert third is not None
    assert third.ast == ["&&", ["==", first.ast[1], 2], ["!", ["holds", first.ast, "rules/a of the group x"]]]


PROBLEMS = [
    ("rules/2x.yaml", SALE, "rules/2x.yaml:1:1: error: `2x` cannot be the name of a rule set"),
    ("rules/s.yaml", "when: 'true'\n", "rules/s.yaml:1:1: error: a rule set needs `slots`"),
    ("rules/s.yaml", "slots: {}\n", "rules/s.yaml:1:8: error: a rule set has rules for at least one slot"),
    ("rules/s.yaml", "slots: {hero: []}\n", "rules/s.yaml:1:15: error: there are no branches for the slot `hero`"),
    (
        "rules/s.yaml",
        "slots: {heroo: [{show: welcome}]}\n",
        "rules/s.yaml:1:9: error: there is no slot `heroo` (did you mean `hero`?)",
    ),
    (
        "rules/s.yaml",
        "when: 'true'\nslots: {hero: [{show: welcom}]}\n",
        "rules/s.yaml:2:23: error: there is no module `welcom` (did you mean `welcome`?)",
    ),
    (
        "rules/s.yaml",
        "when: signals.clikcs > 1\nslots: {hero: [{show: welcome}]}\n",
        "rules/s.yaml:1:15: error: unknown name: signals.clikcs",
    ),
    ("rules/s.yaml", SALE.replace("10", "-1"), "rules/s.yaml:1:11: error: must be a whole number of 0 or more"),
    ("rules/s.yaml", f"prority: 1\n{SALE}", "rules/s.yaml:1:1: error: unknown key `prority` in a rule set"),
    (
        "rules/s.yaml",
        "slots: {hero: [{show: welcome}, {show: welcome}]}\n",
        "rules/s.yaml:1:33: error: this branch is never reached (the one in line 1 holds whenever it does)",
    ),
    (
        "rules/s.yaml",
        "slots: {hero: [{show: welcome}]}\n",
        "slots/hero.yaml:1:3: error: this branch is never reached (the one in rules/s.yaml:1 holds whenever it does)",
    ),
]


@pytest.mark.parametrize(("file", "text", "problem"), PROBLEMS)
def test_what_is_wrong_is_said_where_it_is(
    problems_of: Callable[[Files], list[str]], file: str, text: str, problem: str
) -> None:
    found = problems_of({**SLOTS, file: text})
    assert any(line.startswith(problem) for line in found), found


def test_one_that_always_holds_leaves_nothing_to_its_group(problems_of: Callable[[Files], list[str]]) -> None:
    text = "exclusive: x\nslots: {hero: [{when: profile.known, show: welcome}]}\n"
    found = problems_of({**SLOTS, "rules/a.yaml": text, "rules/b.yaml": f"when: signals.clicks > 1\n{text}"})
    (line,) = found
    assert line.startswith("rules/b.yaml:1:1: error: this rule set is never used: rules/a of the group `x` goes first")
