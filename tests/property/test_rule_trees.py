"""Random rule trees, with audiences, schedules, decision tables and rule sets, decide as a naive reading of their YAML does.

The naive reader below walks the YAML as data: it knows nothing of CEL, of compiled conditions or of traces.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest import mock
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from befit.engine import Program, decide
from befit.model import DecideRequest, Profile
from befit.site import load_site, loader
from tests.sites import write_site

Data = dict[str, Any]
SLOTS: Final = ("hero", "side")
START: Final = datetime(2026, 11, 26, tzinfo=UTC)


class Facts(NamedTuple):
    """What is known of a visitor: `plan` is missing for some."""

    a: int
    b: int
    plan: str | None
    zone: str
    now: datetime

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.zone or "UTC"))


Test = Callable[[Facts], bool | None]
"""Whether a condition holds; None while a value that it needs is missing."""

CONDITIONS: Final[dict[str, Test]] = {
    "signals.a > 1": lambda facts: facts.a > 1,
    "signals.b >= 3 || signals.a == 0": lambda facts: facts.b >= 3 or facts.a == 0,
    "signals.a < signals.b": lambda facts: facts.a < facts.b,
    'profile.traits.plan == "gold"': lambda facts: None if facts.plan is None else facts.plan == "gold",
    '!(profile.traits.plan == "gold")': lambda facts: None if facts.plan is None else facts.plan != "gold",
    "has(profile.traits.plan)": lambda facts: facts.plan is not None,
}
AUDIENCES: Final[dict[str, Test]] = {
    'profile.traits.plan == "gold"': CONDITIONS['profile.traits.plan == "gold"'],
    "signals.a > 1": CONDITIONS["signals.a > 1"],
    'profile.traits.plan == "silver" || signals.b > 2': lambda facts: (
        True if facts.b > 2 else None if facts.plan is None else facts.plan == "silver"
    ),
}
SCHEDULES: Final[list[tuple[Data, Test]]] = [
    ({"from": "2026-11-27T09:00"}, lambda facts: facts.local.replace(tzinfo=None) >= datetime(2026, 11, 27, 9)),
    ({"until": "2026-11-28T00:00Z"}, lambda facts: facts.now < datetime(2026, 11, 28, tzinfo=UTC)),
    ({"days": ["fri", "sun"]}, lambda facts: facts.local.isoweekday() in (5, 7)),
    ({"hours": "9:30-17:00"}, lambda facts: 570 <= facts.local.hour * 60 + facts.local.minute < 1020),
    (
        {"days": ["fri"], "hours": "20-4"},
        lambda facts: (facts.local - timedelta(hours=4)).isoweekday() == 5 and not 4 <= facts.local.hour < 20,
    ),
]
COLUMNS: Final[dict[str, tuple[str, Callable[[Facts], Any]]]] = {
    "a": ("signals.a", lambda facts: facts.a),
    "b": ("signals.b", lambda facts: facts.b),
    "plan": ("profile.traits.plan", lambda facts: facts.plan),
}
NUMBERS: Final[list[tuple[Any, Callable[[Any], bool]]]] = [
    (2, lambda value: value == 2),
    ([0, 3], lambda value: value in (0, 3)),
    (">= 2", lambda value: value >= 2),
    ("< 1", lambda value: value < 1),
    ("!= 3", lambda value: value != 3),
    ("1..3", lambda value: 1 <= value < 3),
    ("-", lambda value: True),
]
PLANS: Final[list[tuple[Any, Callable[[Any], bool]]]] = [
    ("gold", lambda value: value == "gold"),
    (["gold", "silver"], lambda value: value in ("gold", "silver")),
    ("not gold", lambda value: value != "gold"),
    ("-", lambda value: True),
]
MODULES: Final = ("red", "green", "blue")


# Trees as YAML data. What a condition, a schedule or a cell means is looked up by how it is written.


@st.composite
def branches(draw: st.DrawFn, depth: int, *, default: bool) -> list[Data]:
    found = [draw(branch(depth)) for _ in range(draw(st.integers(0 if default else 1, 3)))]
    return [*found, {"show": "welcome"}] if default else found


@st.composite
def branch(draw: st.DrawFn, depth: int) -> Data:
    found: Data = draw(guards())
    if draw(st.booleans()):
        found["priority"] = draw(st.integers(0, 2))
    ways = ["show", "first", "unique", "collect", *(["rules"] if depth else [])]
    match draw(st.sampled_from(ways)):
        case "show":
            found["show"] = draw(st.sampled_from(MODULES))
        case "rules":
            found["rules"] = draw(branches(depth - 1, default=False))
        case "collect":
            found["table"] = draw(table("collect")) | {"show": "list", "into": "items"}
        case hit:
            found["table"] = draw(table(hit))
    return found


@st.composite
def guards(draw: st.DrawFn) -> Data:
    """`when` and `schedule`, both or neither."""
    found: Data = {}
    if draw(st.booleans()):
        names = [f"{no}audiences.x{n}" for no in ("", "!") for n in range(len(AUDIENCES))]
        found["when"] = draw(st.sampled_from([*CONDITIONS, *names]))
    if draw(st.integers(0, 2)) == 0:
        found["schedule"] = draw(st.sampled_from(SCHEDULES))[0]
    return found


@st.composite
def table(draw: st.DrawFn, hit: str) -> Data:
    rows = []
    for number in range(draw(st.integers(1, 4))):
        row = {name: draw(st.sampled_from(PLANS if name == "plan" else NUMBERS))[0] for name in draw(columns())}
        if hit == "unique":  # rows that cannot hold together
            row["a"] = number
        row |= {"add": f"{number}"} if hit == "collect" else {"show": draw(st.sampled_from(MODULES))}
        rows.append(row)
    return {"hit": hit, "columns": {name: source for name, (source, _) in COLUMNS.items()}, "rows": rows}


def columns() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(list(COLUMNS)), max_size=3, unique=True)


@st.composite
def rulesets(draw: st.DrawFn) -> dict[str, Data]:
    found = {}
    for name in draw(st.lists(st.sampled_from(("alpha", "beta", "gamma")), max_size=3, unique=True)):
        guard = draw(guards())
        group = draw(st.sampled_from(("", "x"))) if guard else ""
        found[name] = {
            **guard,
            **({"exclusive": group} if group else {}),
            "priority": draw(st.integers(0, 1)),
            "slots": {slot: draw(branches(1, default=False)) for slot in draw(st.sampled_from((SLOTS, SLOTS[:1])))},
        }
    return found


FACTS: Final = st.builds(
    Facts,
    a=st.integers(0, 4),
    b=st.integers(0, 4),
    plan=st.sampled_from((None, "gold", "silver", "basic")),
    zone=st.sampled_from(("", "Europe/Madrid", "America/Lima")),
    now=st.integers(0, 4 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters)),
)


# The naive reader.


def holds(data: Data, facts: Facts) -> bool:
    """Whether `when` and `schedule` hold."""
    schedules = [test for written, test in SCHEDULES if written == data.get("schedule")]
    if schedules and not schedules[0](facts):
        return False
    when = data.get("when")
    if when is None or "audiences" not in when:
        return when is None or CONDITIONS[when](facts) is True
    wanted = not when.startswith("!")
    return (list(AUDIENCES.values())[int(when[-1])](facts) is True) is wanted


def shown(tree: list[Data], facts: Facts) -> Any:
    """What the first branch shows that shows something: a module's name, or a list of what is collected."""
    for data in sorted(tree, key=lambda each: -each.get("priority", 0)):
        found = inside(data, facts) if holds(data, facts) else None
        if found is not None:
            return found
    return None


def inside(data: Data, facts: Facts) -> Any:
    if "show" in data:
        return data["show"]
    if "rules" in data:
        return shown(data["rules"], facts)
    rows = [row for row in data["table"]["rows"] if row_holds(row, facts)]
    if data["table"]["hit"] == "collect":
        return [row["add"] for row in rows] or None
    return rows[0]["show"] if rows else None


def row_holds(row: Data, facts: Facts) -> bool:
    for name, (_, read) in COLUMNS.items():
        if name in row and row[name] != "-":
            value = read(facts)
            if value is None or not cell(name, row[name])(value):
                return False
    return True


def cell(column: str, written: Any) -> Callable[[Any], bool]:
    known = [test for each, test in (PLANS if column == "plan" else NUMBERS) if each == written]
    return known[0] if known else lambda value: bool(value == written)


def naive(slot: str, tree: list[Data], sets: dict[str, Data], facts: Facts) -> Any:
    """What a slot shows: the rule sets in their order, each unless one of its group went before; then the slot's own."""
    taken = set()
    for _, data in sorted(sets.items(), key=lambda item: (-item[1]["priority"], item[0])):
        if not holds(data, facts):
            continue
        if data.get("exclusive") in taken:
            continue
        if "exclusive" in data:
            taken.add(data["exclusive"])
        found = shown(data["slots"].get(slot, []), facts)
        if found is not None:
            return found
    return shown(tree, facts)


@settings(deadline=None, max_examples=150)
@given(branches(2, default=True), branches(1, default=True), rulesets(), st.lists(FACTS, min_size=12, max_size=12))
def test_every_slot_shows_what_its_yaml_says(
    hero: list[Data], side: list[Data], sets: dict[str, Data], visitors: list[Facts]
) -> None:
    trees = {"hero": hero, "side": side}
    program = program_of(trees, sets)
    for facts in visitors:
        signals = {name: value for name, value in (("a", facts.a), ("b", facts.b)) if value}
        traits = {} if facts.plan is None else {"plan": facts.plan}
        context = {"timezone": facts.zone} if facts.zone else {}
        profile = Profile(id="a:x", ids=["a:x"], signals=signals, traits=traits, context=context)
        for trace in (False, True):
            for decision in decide(profile, DecideRequest(trace=trace), program, round(facts.now.timestamp() * 1000)):
                props = msgspec.json.decode(msgspec.json.encode(decision.props))
                actual = props["items"] if decision.module == "list" else decision.module
                assert actual == naive(decision.slot, trees[decision.slot], sets, facts)
                if trace:
                    chosen = [step.rule for step in decision.trace or [] if step.outcome == "chosen"]
                    assert len(chosen) == 1
                    assert decision.reason.startswith(f"{chosen[0]}:")


def program_of(trees: dict[str, list[Data]], sets: dict[str, Data]) -> Program:
    """The program of a site of these rules. JSON is YAML. Branches that never matter are allowed here."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(loader, "check_release", return_value=[]):
        write_site(
            Path(folder),
            site="name: test\nwrite_keys: [key]\nschema: {traits: {plan: string}}\n",
            signals="a: {count: A}\nb: {count: B}\n",
            audiences=json.dumps({f"x{number}": source for number, source in enumerate(AUDIENCES)}),
            slots={name: json.dumps(tree) for name, tree in trees.items()},
            rules={name: json.dumps(data) for name, data in sets.items()},
            modules=dict.fromkeys(MODULES, "type: banner\n") | {"list": "type: list\nprops: {items: []}\n"},
        )
        return Program(load_site(Path(folder)))
