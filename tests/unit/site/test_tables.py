"""Decision tables: cells become typed conditions, rows branches; what cannot be meant is an error at the cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.model import Branch, Release

Files = dict[str, str]
SITE = """name: test
write_keys: [key]
schema: {traits: {tier: string, age: int, score: double, vip: bool, since: timestamp}}
"""
SIGNALS = "clicks: {count: Click}\ntime: {dwell: session}\nany: {last: event.properties.x, of: Click}\n"
COLUMNS = (
    "{tier: profile.traits.tier, age: profile.traits.age, score: profile.traits.score, vip: profile.traits.vip,"
    " since: profile.traits.since, time: signals.time, any: signals.any}"
)
OFFERS = """type: list
schema:
  additionalProperties: false
  required: [items]
  properties:
    title: {type: string}
    items: {type: array, items: {$ref: "#/$defs/offer"}}
  $defs: {offer: {type: object, required: [title]}}
props: {items: []}
"""


def slot(
    rows: str, hit: str = "first", more: str = "", columns: str = COLUMNS, after: str = "- {show: welcome}\n"
) -> Files:
    """A slot with one table, whose rows begin in line 5, and what comes after it."""
    table = f"- table:\n    hit: {hit}{more}\n    columns: {columns}\n    rows:\n"
    lines = "".join(f"    - {row}\n" for row in rows.splitlines())
    return {
        "site.yaml": SITE,
        "signals.yaml": SIGNALS,
        "modules/offers.yaml": OFFERS,
        "slots/hero.yaml": f"{table}{lines}{after}",
    }


@pytest.fixture
def table_of(release_of: Callable[[Files], Release]) -> Callable[[Files], Branch]:
    """The branch that holds the table."""
    return lambda files: release_of(files).slots[0].rules[0]


CELLS = [
    ("tier: gold", 'profile.traits.tier == "gold"'),
    ('tier: "5"', 'profile.traits.tier == "5"'),
    ("tier: [gold, silver]", 'profile.traits.tier in ["gold", "silver"]'),
    ("tier: not gold", 'profile.traits.tier != "gold"'),
    ("tier: '!= gold'", 'profile.traits.tier != "gold"'),
    ("tier: '== >= 5'", 'profile.traits.tier == ">= 5"'),
    ("tier: a..b", 'profile.traits.tier == "a..b"'),
    ("age: 5", "profile.traits.age == 5"),
    ("age: -5", "profile.traits.age == -5"),
    ("age: [1, 2]", "profile.traits.age in [1, 2]"),
    ("age: '>= 18'", "profile.traits.age >= 18"),
    ("age: '<65'", "profile.traits.age < 65"),
    ("age: 18..65", "profile.traits.age >= 18 && profile.traits.age < 65"),
    ("age: '18 .. 65'", "profile.traits.age >= 18 && profile.traits.age < 65"),
    ("age: 18..", "profile.traits.age >= 18"),
    ("age: ..18", "profile.traits.age < 18"),
    ("score: 5", "profile.traits.score == 5.0"),
    ("score: '> 0.5'", "profile.traits.score > 0.5"),
    ("score: 0.5..1", "profile.traits.score >= 0.5 && profile.traits.score < 1.0"),
    ("vip: true", "profile.traits.vip == true"),
    ("vip: not true", "profile.traits.vip != true"),
    ("since: '< 2026-01-01T00:00:00Z'", 'profile.traits.since < timestamp("2026-01-01T00:00:00Z")'),
    ("time: '>= 1h30m'", 'signals.time >= duration("5400s")'),
    ("time: 0s..10m", 'signals.time >= duration("0s") && signals.time < duration("600s")'),
    ("any: 5", "signals.any == 5"),
    ("any: '5'", 'signals.any == "5"'),
    ("any: '> 5'", "signals.any > 5"),
    ("any: 1..5", "signals.any >= 1 && signals.any < 5"),
    ("any: a..b", 'signals.any == "a..b"'),
    ("any: [a, 1, true]", 'signals.any in ["a", 1, true]'),
]


@pytest.mark.parametrize(("cell", "source"), CELLS)
def test_a_cell_is_a_condition_of_its_columns_type(table_of: Callable[[Files], Branch], cell: str, source: str) -> None:
    (row,) = table_of(slot(f"{{{cell}, show: welcome}}")).rules
    assert row.when is not None
    assert row.when.source == source


@pytest.mark.parametrize("cell", [cell for cell, _ in CELLS])
def test_a_cells_ast_is_what_the_checker_makes_of_its_source(release_of: Callable[[Files], Release], cell: str) -> None:
    files = slot(f"{{{cell}, show: welcome}}")
    row = release_of(files).slots[0].rules[0].rules[0].when
    assert row is not None
    written = f"- when: |-\n    {row.source}\n  show: welcome\n- {{show: welcome}}\n"
    checked = release_of({**files, "slots/hero.yaml": written}).slots[0].rules[0].when
    assert checked is not None
    assert (row.ast, row.type, row.reads) == (checked.ast, checked.type, checked.reads)


def test_a_row_holds_when_all_its_cells_do_and_one_without_cells_always(table_of: Callable[[Files], Branch]) -> None:
    rows = "{tier: gold, age: '>= 18', vip: '-', show: welcome, props: {title: Hi}, cap: {day: 1}}\n{vip: '-', show: welcome}"
    first, second = table_of(slot(rows, after="")).rules
    assert first.when is not None
    assert first.when.source == 'profile.traits.tier == "gold" && profile.traits.age >= 18'
    assert first.when.reads == ("profile.traits.age", "profile.traits.tier")
    assert (first.id, first.when.where, first.position) == ("hero.0.0", "slots/hero.yaml:5:7", "slots/hero.yaml:5:7")
    assert first.props == {"title": "Hi"}
    assert first.cap is not None
    assert second.when is None


def test_a_column_may_be_any_expression(table_of: Callable[[Files], Branch]) -> None:
    columns = "{hour: 'context.hour + 1', tagged: '\"vip\" in tags || profile.known'}"
    files = slot("{hour: 5, tagged: true, show: welcome}", columns=columns) | {"tags.yaml": "vip: {on: Click}\n"}
    (row,) = table_of(files).rules
    assert row.when is not None
    assert row.when.source == '(context.hour + 1) == 5 && ("vip" in tags || profile.known) == true'


def test_the_branch_around_a_table_may_have_conditions(release_of: Callable[[Files], Release]) -> None:
    files = slot("{tier: gold, show: welcome}")
    text = files["slots/hero.yaml"].replace("- table:", "- when: profile.known\n  priority: 3\n  table:")
    branch = release_of({**files, "slots/hero.yaml": text}).slots[0].rules[0]
    assert branch.when is not None
    assert (branch.when.source, branch.priority, len(branch.rules)) == ("profile.known", 3, 1)


def test_unique_and_collect_are_said_in_the_release(table_of: Callable[[Files], Branch]) -> None:
    unique = table_of(slot("{age: '< 18', show: welcome}\n{age: '>= 18', show: welcome}", "unique"))
    assert unique.unique
    assert [row.show for row in unique.rules] == ["welcome", "welcome"]
    more = "\n    show: offers\n    into: items\n    props: {title: For you}"
    collect = table_of(slot("{age: '< 18', add: {title: a}}\n{add: {title: b}}", "collect", more, after=""))
    assert (collect.show, collect.props, collect.rules) == ("offers", {"title": "For you"}, ())
    assert collect.collect is not None
    assert collect.collect.into == "items"
    assert [(row.id, row.value, row.when is None) for row in collect.collect.rows] == [
        ("hero.0.0", {"title": "a"}, False),
        ("hero.0.1", {"title": "b"}, True),
    ]


CELL_PROBLEMS = [
    ("{age: young, show: welcome}", '5:13: error: `age` is a int, and this is "young" (such as 5)'),
    ("{age: 5.0, show: welcome}", "5:13: error: `age` is a int, and this is 5.0"),
    ("{age: '> x', show: welcome}", '5:13: error: `age` is a int, and this is "x"'),
    ("{age: [1, x], show: welcome}", '5:17: error: `age` is a int, and this is "x"'),
    ("{age: 9223372036854775808, show: welcome}", "5:13: error: `age` is a int"),
    ("{age: 20..10, show: welcome}", "5:13: error: nothing lies between these"),
    ("{age: {a: 1}, show: welcome}", "5:13: error: must be a single value"),
    ("{tier: 5, show: welcome}", "5:14: error: `tier` is a string, and this is 5 (put it in quotes)"),
    ("{tier: '>= a', show: welcome}", "5:14: error: `tier` is a string, which >= does not compare here"),
    ("{vip: '> false', show: welcome}", "5:13: error: `vip` is a bool, which > does not compare here"),
    ("{vip: 1, show: welcome}", "5:13: error: `vip` is a bool, and this is 1"),
    ("{time: 5, show: welcome}", "5:14: error: `time` is a duration, and this is 5 (such as 10m)"),
    ("{since: '< 2026', show: welcome}", "5:15: error: `since` is a timestamp, and this is 2026"),
    ("{teir: gold, show: welcome}", "5:8: error: unknown key `teir` in a row (did you mean `tier`?)"),
    ("{tier: gold}", "5:7: error: a row needs `show`"),
    ("{tier: gold, show: welcom}", "5:26: error: there is no module `welcom` (did you mean `welcome`?)"),
    ("{tier: gold, show: welcome, variant: x}", "5:44: error: the module `welcome` has no variant `x`"),
    ("{tier: gold, show: welcome, cap: {}}", "5:40: error: the cap limits nothing"),
]


@pytest.mark.parametrize(("row", "problem"), CELL_PROBLEMS)
def test_what_is_wrong_in_a_row_is_said_at_its_cell(
    problems_of: Callable[[Files], list[str]], row: str, problem: str
) -> None:
    found = problems_of(slot(row))
    assert any(line.startswith(f"slots/hero.yaml:{problem}") for line in found), found


TABLE_PROBLEMS = [
    ("{}", "1:10: error: a table needs `columns`"),
    ("{hit: best, columns: {a: 'true'}, rows: [{show: welcome}]}", "1:16: error: there is no hit policy `best`"),
    ("{columns: {}, rows: [{show: welcome}]}", "1:20: error: a table has at least one column"),
    ("{columns: {a: 'true'}, rows: []}", "1:39: error: a table has at least one row"),
    ("{columns: {a: tags}, rows: [{show: welcome}]}", "1:24: error: a column is a single value, and this is a list("),
    ("{columns: {a: nope}, rows: [{show: welcome}]}", "1:24: error: "),
    ("{columns: {show: 'true'}, rows: [{show: welcome}]}", "1:21: error: a column cannot be called `show`"),
    ("{columns: {a: 'true'}, into: x, rows: [{show: welcome}]}", "1:33: error: unknown key `into` in a table"),
    ("{hit: collect, columns: {a: 'true'}, rows: [{add: 1}]}", "1:10: error: a table needs `show`"),
    ("{hit: collect, show: offers, columns: {a: 'true'}, rows: [{add: 1}]}", "1:10: error: a table needs `into`"),
    (
        "{hit: collect, show: offers, into: itms, columns: {a: 'true'}, rows: [{add: 1}]}",
        "1:45: error: the module's schema has no prop `itms` (did you mean `items`?)",
    ),
    (
        "{hit: collect, show: offers, into: title, columns: {a: 'true'}, rows: [{add: 1}]}",
        "1:45: error: `title` will be a list, and the module's schema wants string",
    ),
    (
        "{hit: collect, show: offers, into: items, columns: {a: 'true'}, rows: [{add: {name: x}}]}",
        "1:87: error: the module's schema forbids this: 'title' is a required property",
    ),
    (
        "{hit: collect, show: offers, into: items, columns: {a: 'true'}, rows: [{add: {title: '${1}'}}]}",
        "1:87: error: only a module's own props can be computed",
    ),
    (
        "{hit: collect, show: offers, into: items, columns: {a: 'true'}, rows: [{a: true}]}",
        "1:81: error: a row needs `add`",
    ),
]


@pytest.mark.parametrize(("table", "problem"), TABLE_PROBLEMS)
def test_what_is_wrong_with_a_table_is_said_where_it_is(
    problems_of: Callable[[Files], list[str]], table: str, problem: str
) -> None:
    files = slot("") | {"slots/hero.yaml": f"- table: {table}\n- {{show: welcome}}\n"}
    found = problems_of(files)
    assert any(line.startswith(f"slots/hero.yaml:{problem}") for line in found), found


OVERLAPS = [
    ("{age: '< 18'}", "{age: '>= 18'}", False),
    ("{age: '<= 18'}", "{age: '>= 18'}", True),
    ("{age: '> 5'}", "{age: '< 6'}", False),
    ("{score: '> 5'}", "{score: '< 6'}", True),
    ("{age: 10..20}", "{age: 20..30}", False),
    ("{age: 10..20}", "{age: [5, 19]}", True),
    ("{tier: gold}", "{tier: not gold}", False),
    ("{tier: not silver}", "{tier: not gold}", True),
    ("{vip: not true}", "{vip: not false}", False),
    ("{vip: true}", "{vip: not false}", True),
    ("{tier: gold}", "{age: 5}", True),
    ("{tier: gold, age: 5}", "{tier: gold, age: 6}", False),
    ("{tier: [gold, silver]}", "{tier: [silver, bronze]}", True),
    ("{any: 5}", "{any: '> 4'}", True),
    ("{any: five}", "{any: '> 4'}", False),
    ("{any: true}", "{any: 1}", False),
    ("{time: '< 10m'}", "{time: 600s..20m}", False),
]


@pytest.mark.parametrize(("first", "second", "both"), OVERLAPS)
def test_rows_of_a_unique_table_must_not_hold_together(
    problems_of: Callable[[Files], list[str]], first: str, second: str, both: bool
) -> None:
    rows = "\n".join(row.replace("}", ", show: welcome}") for row in (first, second))
    found = problems_of(slot(rows, "unique"))
    errors = [line.partition(" (")[0] for line in found if " error: " in line]
    said = "slots/hero.yaml:6:7: error: this row and the one in line 5 can hold at the same time"
    assert errors == ([said] if both else [])


COVERED = [
    ("{age: '>= 18'}", "{age: '> 20'}", True),
    ("{age: '> 20'}", "{age: '>= 18'}", False),
    ("{tier: [gold, silver]}", "{tier: silver, age: 5}", True),
    ("{tier: gold}", "{tier: gold}", True),
    ("{tier: not gold}", "{tier: silver}", True),
    ("{tier: gold, age: 5}", "{tier: gold}", False),
    ("{vip: '-'}", "{tier: gold}", True),
    ("{age: '> 4'}", "{age: [5, 6]}", True),
    ("{cap: {day: 1}}", "{tier: gold}", False),
]


@pytest.mark.parametrize(("first", "second", "covered"), COVERED)
def test_a_row_that_an_earlier_one_covers_is_never_reached(
    problems_of: Callable[[Files], list[str]], first: str, second: str, covered: bool
) -> None:
    rows = f"{first[:-1]}, show: welcome}}\n{second[:-1]}, show: welcome}}"
    found = problems_of(slot(rows))
    never = [
        line
        for line in found
        if line.startswith("slots/hero.yaml:6:7: error: this branch is never reached (the one in line 5 holds")
    ]
    assert len(never) == covered, found


def test_a_table_whose_last_row_always_holds_is_a_default(release_of: Callable[[Files], Release]) -> None:
    files = slot("{tier: gold, show: welcome}\n{show: offers}", after="")
    assert len(release_of(files).slots[0].rules) == 1


def test_a_collecting_table_is_a_default_only_with_a_row_that_always_holds(
    problems_of: Callable[[Files], list[str]],
) -> None:
    more = "\n    show: offers\n    into: items"
    for rows, problems in (("{age: 5, add: {title: a}}\n{add: {title: b}}", 0), ("{age: 5, add: {title: a}}", 1)):
        files = slot(rows, "collect", more, after="")
        assert sum("has no default" in line for line in problems_of(files)) == problems
