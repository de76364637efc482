"""Which branches no scenario reaches: rows of decision tables and branches of rule sets count like any other."""

from __future__ import annotations

from pathlib import Path

from befit.releases.scenarios import run_scenarios
from tests.sites import write_site

SLOT = """
explore: 100%
rules:
- table:
    columns: {clicks: signals.clicks}
    rows: [{clicks: 7, show: seven}, {clicks: 8, show: eight}]
- table:
    hit: collect
    show: list
    into: items
    columns: {clicks: signals.clicks}
    rows: [{clicks: '>= 9', add: nine}, {clicks: '>= 10', add: ten}]
- {show: welcome}
"""
RULES = "when: signals.clicks > 0\nslots: {hero: [{when: signals.clicks == 1, show: seven}, {when: signals.clicks == 2, show: eight}]}\n"
TEST = """
name: all
events: [{events}]
expect:
- {{at: 1s, slots: {{hero: seven}}}}
- {{at: 7s, slots: {{hero: seven}}}}
- {{at: 9s, slots: {{hero: list}}, props: {{hero: {{items: [nine]}}}}}}
"""


def test_rows_and_rule_sets_are_reached_like_branches_and_tests_do_not_explore(tmp_path: Path) -> None:
    folder = write_site(
        tmp_path,
        signals="clicks: {count: Click}\n",
        slots={"hero": SLOT},
        modules={"seven": "type: banner\n", "eight": "type: banner\n", "list": "type: list\nprops: {items: []}\n"},
        rules={"early": RULES},
    )
    events = ", ".join(f"{{at: {second}s, track: Click}}" for second in range(1, 10))
    (folder / "tests").mkdir()
    (folder / "tests/all.yaml").write_text(TEST.format(events=events))
    report = run_scenarios(folder)
    assert [str(failure) for result in report.results for failure in result.failures] == []
    assert [(each.name, each.show, each.when) for each in report.unreached] == [
        ("hero.early.1", "eight", "signals.clicks == 2"),
        ("hero.0.1", "eight", "signals.clicks == 8"),
        ("hero.1.1", "list", "signals.clicks >= 10"),
        ("hero.2", "welcome", ""),
    ]
