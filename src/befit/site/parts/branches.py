"""The tree of branches of a slot or a rule set: if, else-if and else, to any depth, with decision tables in it."""

from __future__ import annotations

from typing import Final

from befit.model import Branch
from befit.site.expressions import both, condition
from befit.site.item import Fields, Item
from befit.site.parts import content
from befit.site.parts.schedule import schedule_condition
from befit.site.parts.tables import read_table
from befit.site.references import Names

KEYS: Final = ("when", "schedule", "show", "rules", "table", "variant", "props", "cap", "priority")
WAYS: Final = ("show", "rules", "table")


def read_branches(root: Item, path: str, names: Names) -> tuple[Branch, ...]:
    """In order of evaluation: higher priority first. An id keeps the place that its branch has in the file."""
    branches = [_branch(item, f"{path}.{i}", names) for i, item in enumerate(root.elements())]
    return tuple(sorted(branches, key=lambda branch: -branch.priority))  # stable


def is_sure(branch: Branch) -> bool:
    """Whether a branch always ends in something to show."""
    if branch.when is not None or branch.cap is not None:
        return False
    if branch.collect is not None:
        return any(row.when is None for row in branch.collect.rows)
    return bool(branch.show) or any(map(is_sure, branch.rules))


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
        inside = {"rules": read_branches(rules, path, names)}
        if rules.is_list and not inside["rules"]:
            rules.error("`rules` must hold at least one branch")
    return Branch(
        id=path,
        when=both(
            schedule_condition(fields.get("schedule"), names), condition(fields.get("when"), names.scopes.branch())
        ),
        priority=fields.whole("priority", least=None),
        position=item.position,
        **inside,
    )
