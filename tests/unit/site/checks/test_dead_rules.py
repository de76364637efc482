"""Rules that can never matter, each reported where its condition stands, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.model import Branch, Condition, Slot
from befit.site.checks import cover
from befit.site.checks.branches import check_branches
from befit.site.checks.logic import Facts
from befit.site.checks.report import Report

ProblemsOf = Callable[[dict[str, str]], list[str]]

SITE = {
    "site.yaml": "name: s\nwrite_keys: [k]\nschema: {page: {type: string}}\n",
    "signals.yaml": "clicks: {count: Click}\nviews: {count: View}\nlast: {last: event.properties.x, of: Click}\nlate: {last: timestamp, of: Click}\n",
    "tags.yaml": "vip: {on: Order}\nnew: {on: Sign Up}\n",
    **{f"modules/{name}.yaml": "type: banner\n" for name in ("one", "two", "three", "welcome")},
}
NEVER = "this condition can never hold"
HERE = "this condition can never hold here"
UNREACHED = "this branch is never reached"

SLOTS = [
    (
        "- {when: signals.clicks > 5 && signals.clicks < 3, show: one}",
        [f"1:10: error: {NEVER} (`signals.clicks` cannot be more than 5 and less than 3 at once)"],
    ),
    (
        "- {when: 'page.type == \"a\" && page.type == \"b\"', show: one}",
        [f'1:11: error: {NEVER} (`page.type` cannot be "a" and "b" at once)'],
    ),
    (
        "- {when: '\"vip\" in tags && !(\"vip\" in tags)', show: one}",
        [f'1:11: error: {NEVER} (`"vip" in tags` cannot be true and false at once)'],
    ),
    (
        "- {when: '!has(signals.last) && signals.last == 1', show: one}",
        [f"1:11: error: {NEVER} (`signals.last` cannot be missing and 1 at once)"],
    ),
    (
        "- {when: 'now - signals.late < duration(\"1h\") && now - signals.late > duration(\"2h\")', show: one}",
        [f"1:11: error: {NEVER} (`now - signals.late` cannot be less than 1h0m0s and more than 2h0m0s at once)"],
    ),
    ("- {when: 'false', show: one}", [f"1:11: error: {NEVER}"]),
    (
        "- when: page.type == \"b\"\n  rules:\n  - {when: 'page.type == \"a\"', show: one}\n  - {show: two}",
        [f'3:13: error: {HERE} (`page.type` cannot be "b" and "a" at once)'],
    ),
    (
        "- {when: signals.clicks > 3, show: one}\n- {when: signals.clicks > 5, show: two}",
        [f"2:3: error: {UNREACHED} (the one in line 1 holds whenever it does)"],
    ),
    (
        "- {when: 'page.type in [\"a\", \"b\"]', show: one}\n- {when: 'page.type == \"a\"', show: two}",
        [f"2:3: error: {UNREACHED} (the one in line 1 holds whenever it does)"],
    ),
    (
        "- {when: signals.clicks < 3, show: one}\n- {when: signals.clicks >= 3, show: two}\n- {when: signals.clicks == 7, show: three}",
        [f"3:3: error: {UNREACHED} (the one in line 2 holds whenever it does)"],
    ),
    (
        "- {when: signals.clicks < 3, show: one}\n- {when: signals.clicks >= 3, show: two}\n- {when: signals.clicks > 1, show: three}",
        [f"3:3: error: {UNREACHED} (those before it leave nothing)"],
    ),
    (
        "- when: signals.views > 1\n  rules:\n  - {when: signals.clicks > 3, show: one}\n- {when: signals.clicks > 4 && signals.views > 2, show: two}",
        [f"4:3: error: {UNREACHED} (the one in line 3 holds whenever it does)"],
    ),
    (
        "- when: signals.clicks > 5\n  rules:\n  - {when: signals.clicks > 3, show: one}\n  - {show: two}",
        ["3:12: warning: this condition always holds (the branches around it demand as much)", f"4:5: error: {UNREACHED} (the one in line 3 holds whenever it does)"],
    ),
    ("- {when: 'true || signals.clicks > 1', show: one, cap: {day: 1}}", ["1:11: warning: this condition always holds (leave it out)"]),
    (
        "- {when: signals.clicks > 1, show: one}\n- {when: signals.views > 1, show: one}",
        ["1:3: warning: the next branch, in line 2, shows the same (join their conditions with ||)"],
    ),
    (
        "- {when: signals.clicks > 1, show: welcome}",
        ["1:3: warning: this branch makes no difference (the one in line 2 shows the same to everybody)"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "said"), SLOTS)
def test_branches_that_never_matter_are_reported(problems_of: ProblemsOf, rules: str, said: list[str]) -> None:
    found = problems_of({**SITE, "slots/hero.yaml": f"{rules}\n- {{show: welcome}}\n"})
    assert found == [f"slots/hero.yaml:{line}" for line in said]


@pytest.mark.parametrize(
    "rules",
    [
        # A missing value makes both of them false.
        "- {when: signals.last > 5 || signals.last <= 5, show: one}",
        # A branch with a cap lets visitors through.
        "- {when: signals.clicks > 3, show: one, cap: {day: 1}}\n- {when: signals.clicks > 5, show: two}",
        # Nested rules without a default let visitors through.
        "- when: signals.clicks > 3\n  rules:\n  - {when: signals.views > 1, show: one}\n- {when: signals.clicks > 5, show: two}",
        # Between 4 and 5 there is 4.5, when nobody says that it is a whole number.
        "- {when: signals.last > 4 && signals.last < 5, show: one}",
        '- {when: \'"vip" in tags && !("new" in tags)\', show: one}\n- {when: \'"vip" in tags\', show: two}',
        "- {when: signals.clicks > signals.views, show: one}\n- {when: signals.clicks < signals.views, show: two}",
    ],
)
def test_branches_that_may_matter_are_not(problems_of: ProblemsOf, rules: str) -> None:
    assert problems_of({**SITE, "slots/hero.yaml": f"{rules}\n- {{show: welcome}}\n"}) == []


def test_a_slot_that_explores_shows_later_branches_too(problems_of: ProblemsOf) -> None:
    rules = (
        "  - {when: signals.clicks > 3, show: one}\n  - {when: signals.clicks > 5, show: two}\n  - {show: welcome}\n"
    )
    assert problems_of({**SITE, "slots/hero.yaml": f"explore: 10%\nrules:\n{rules}"}) == []


def test_an_audience_that_never_holds_is_reported_where_it_is_defined_and_used(problems_of: ProblemsOf) -> None:
    files = {
        "audiences.yaml": "few: signals.clicks < 3\nmany: signals.clicks > 3 && audiences.few\n",
        "slots/hero.yaml": "- {when: audiences.many, show: one}\n- {show: welcome}\n",
    }
    clash = "(`signals.clicks` cannot be more than 3 and less than 3 at once)"
    assert problems_of({**SITE, **files}) == [
        f"audiences.yaml:2:7: error: {NEVER} {clash}",
        f"slots/hero.yaml:1:10: error: {NEVER} {clash}",
    ]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("tags.yaml", "vip: {when: signals.clicks > 5 && signals.clicks < 3}", "1:13: error: this condition can never hold"),
        ("tags.yaml", "vip: {on: A, when: event.name == \"B\"}", '1:20: error: this condition can never hold (`event.name` cannot be "A" and "B" at once)'),
        ("tags.yaml", "vip: {on: A, when: event.name == \"A\"}", "1:20: warning: this condition always holds"),
        ("triggers.yaml", "t: {on: [A, B], when: 'event.name == \"C\"', emit: X}", "1:24: error: this condition can never hold"),
        ("signals.yaml", "n: {count: Click, where: 'page.type == \"a\" && page.type == \"b\"'}", "1:27: error: this condition can never hold"),
    ],
)  # fmt: skip
def test_conditions_elsewhere_are_looked_at_too(problems_of: ProblemsOf, file: str, text: str, said: str) -> None:
    found = problems_of({"signals.yaml": SITE["signals.yaml"], "site.yaml": SITE["site.yaml"], file: f"{text}\n"})
    assert len(found) == 1
    assert found[0].startswith(f"{file}:{said}")


@pytest.mark.parametrize("bound", [">", "=="])
def test_ten_thousand_rules_are_not_compared_in_pairs(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    compared: list[Facts] = []
    implied = cover._implied

    def counted(earlier: Facts, facts: Facts) -> bool:
        compared.append(earlier)
        return implied(earlier, facts)

    monkeypatch.setattr(cover, "_implied", counted)
    clicks, views = (["get", ["var", "signals"], name] for name in ("clicks", "views"))

    def branch(number: int) -> Branch:
        when = ["&&", [bound, clicks, 10_000 - number], [bound, views, number]]
        place = f"slots/s.yaml:{number + 1}:1"
        return Branch(
            id=str(number), when=Condition("", when, "bool", place), show="m", props={"n": number}, position=place
        )

    report = Report()
    check_branches(Slot(name="s", rules=tuple(map(branch, range(2_000)))), report)
    assert not report.problems
    assert len(compared) <= 2_000 * 2 * cover.LOOKED_AT
