"""The tree of branches of a slot or a rule set: if, else-if and else, to any depth, with decision tables in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from befit.model import Branch
from befit.site.expressions import UNCHECKED, both, condition
from befit.site.item import Fields, Item
from befit.site.parts import content
from befit.site.parts.schedule import schedule_condition
from befit.site.parts.tables import read_table
from befit.site.references import Names

KEYS: Final = ("when", "schedule", "show", "rules", "table", "variant", "props", "cap", "priority")
WAYS: Final = ("show", "rules", "table")


class Placed(NamedTuple):
    """A branch, and where it stands."""

    branch: Branch
    item: Item


def read_branches(root: Item, path: str, names: Names) -> list[Placed]:
    """In order of evaluation: higher priority first. An id keeps the place that its branch has in the file."""
    placed = [Placed(_branch(item, f"{path}.{i}", names), item) for i, item in enumerate(root.elements())]
    placed.sort(key=lambda each: -each.branch.priority)  # stable
    return placed


def check_reached(placed: Sequence[Placed]) -> None:
    """Reports branches that come after one that always holds, or that holds whenever they do."""
    first: dict[str, Item] = {}
    for branch, item in placed:
        when = branch.when.source if branch.when is not None else ""
        if "" in first:
            hint = f"the one in {_place(first[''], item)} always holds: give it a `when`"
            item.error("this branch is never reached", hint)
            return
        if when in first:
            hint = f"the one in {_place(first[when], item)} has the same condition: change one of them"
            item.error("this branch is never reached", hint)
        elif _ends_here(branch):
            first[when] = item


def is_sure(branch: Branch) -> bool:
    """Whether a branch always ends in something to show."""
    return branch.when is None and _ends_here(branch)


def _ends_here(branch: Branch) -> bool:
    """Whether nothing after this branch is looked at once its condition holds."""
    if branch.when is UNCHECKED or branch.cap is not None:
        return False
    if branch.collect is not None:
        return any(row.when is None for row in branch.collect.rows)
    return bool(branch.show) or (bool(branch.rules) and is_sure(branch.rules[-1]))


def _place(item: Item, seen_from: Item) -> str:
    here = item.document.file == seen_from.document.file
    return f"line {item.node.start_mark.line + 1}" if here else item.position


def _branch(item: Item, path: str, names: Names) -> Branch:
    fields = Fields(item, KEYS, "a branch")
    given = [key for key in WAYS if key in fields]
    if len(given) != 1:
        both_given = f", not both `{given[0]}` and `{given[1]}`" if given else ""
        item.error(f"a branch has one of `show`, `rules` and `table`{both_given}")
    for key in ("variant", "props", "cap"):
        if key in fields and "show" not in fields:
            fields.item.error(f"`{key}` belongs to a branch with `show`", "move it to where `show` is")
    names.check_tags(fields.get("when"))
    rules, table = fields.get("rules"), fields.get("table")
    inside = read_table(table, path, names) if table else content.read_content(fields, names)
    if rules:
        inside = {"rules": _nested(rules, path, names)}
    return Branch(
        id=path,
        when=both(
            schedule_condition(fields.get("schedule"), names), condition(fields.get("when"), names.scopes.branch())
        ),
        priority=fields.whole("priority", least=None),
        position=item.position,
        **inside,
    )


def _nested(rules: Item, path: str, names: Names) -> tuple[Branch, ...]:
    placed = read_branches(rules, path, names)
    if rules.is_list and not placed:
        rules.error("`rules` must hold at least one branch")
    check_reached(placed)
    return tuple(branch for branch, _ in placed)
