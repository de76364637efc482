"""slots/NAME.yaml: the ordered tree of branches that decides what a slot shows."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from befit.model import Branch, Cap, Slot
from befit.site.expressions import UNCHECKED, condition
from befit.site.item import Fields, Item
from befit.site.parts.props import overlay
from befit.site.references import Names

KEYS: Final = ("when", "show", "rules", "variant", "props", "cap", "priority")
CAP: Final = ("session", "day", "ever", "cooldown")


class _Placed(NamedTuple):
    branch: Branch
    item: Item


def read_slot(name: str, root: Item, names: Names) -> Slot:
    """One slot. Its last branch must always hold, so that there is something to show whatever is known."""
    placed = _branches(root, name, names)
    if not placed:
        root.error(
            f"the slot `{name}` has no branches", "write a list; the last branch has no `when`: - {show: welcome}"
        )
    elif not is_sure(placed[-1].branch):
        placed[-1].item.error(
            f"the slot `{name}` has no default",
            "end it with a branch that has neither `when` nor `cap`: - {show: welcome}",
        )
    return Slot(name=name, rules=tuple(branch for branch, _ in placed), position=root.position)


def is_sure(branch: Branch) -> bool:
    """Whether a branch always ends in something to show."""
    return branch.when is None and _ends_here(branch)


def _branches(root: Item, path: str, names: Names) -> list[_Placed]:
    """In order of evaluation: higher priority first. An id keeps the place that its branch has in the file."""
    placed = [_Placed(_branch(item, f"{path}.{i}", names), item) for i, item in enumerate(root.elements())]
    placed.sort(key=lambda each: -each.branch.priority)  # stable
    _check_reached(placed)
    return placed


def _check_reached(placed: list[_Placed]) -> None:
    """Reports branches that come after one that always holds, or that holds whenever they do."""
    first: dict[str, int] = {}
    for branch, item in placed:
        when = branch.when.source if branch.when is not None else ""
        if "" in first:
            item.error("this branch is never reached", f"the one in line {first['']} always holds: give it a `when`")
            return
        if when in first:
            hint = f"the one in line {first[when]} has the same condition: change one of them"
            item.error("this branch is never reached", hint)
        elif _ends_here(branch):
            first[when] = item.node.start_mark.line + 1


def _ends_here(branch: Branch) -> bool:
    """Whether nothing after this branch is looked at once its condition holds."""
    if branch.when is UNCHECKED or branch.cap is not None:
        return False
    return bool(branch.show) or (bool(branch.rules) and is_sure(branch.rules[-1]))


def _branch(item: Item, path: str, names: Names) -> Branch:
    fields = Fields(item, KEYS, "a branch")
    show, rules = fields.get("show"), fields.get("rules")
    if (show is None) == (rules is None):
        item.error("a branch has either `show` or `rules`" + (", not both" if show else ""))
    for key in ("variant", "props", "cap"):
        if rules and key in fields:
            fields.item.error(f"`{key}` belongs to a branch with `show`", "move it to the branches under `rules`")
    if rules and rules.is_list and not rules.elements():
        rules.error("`rules` must hold at least one branch")
    names.check_tags(fields.get("when"))
    module = names.module(show)
    return Branch(
        id=path,
        when=condition(fields.get("when"), names.scopes.branch()),
        show=module,
        variant=_variant(fields.get("variant"), module, names),
        props=_props(fields, module, names),
        rules=tuple(branch for branch, _ in _branches(rules, path, names)) if rules else (),
        cap=_cap(fields.get("cap")),
        priority=fields.whole("priority", least=None),
        position=item.position,
    )


def _variant(item: Item | None, module: str, names: Names) -> str:
    variant = item.text() if item else ""
    known = names.modules[module].variants if module in names.modules else {}
    if item and variant and module in names.modules and variant not in known:
        item.error(f"the module `{module}` has no variant `{variant}`", f"it has {', '.join(known) or 'none'}")
    return variant


def _props(fields: Fields, module: str, names: Names) -> dict[str, Any]:
    item = fields.get("props")
    if item is None or module not in names.modules:
        return {}
    used = names.modules[module]
    return overlay(item, used, {**used.props, **used.variants.get(fields.text("variant"), {})})


def _cap(item: Item | None) -> Cap | None:
    if item is None:
        return None
    fields = Fields(item, CAP, "a cap")
    if not any(key in fields for key in CAP):
        item.error("the cap limits nothing", f"give it one of {', '.join(CAP)}")
    return Cap(
        session=fields.whole("session", least=1),
        day=fields.whole("day", least=1),
        ever=fields.whole("ever", least=1),
        cooldown_ms=fields.duration("cooldown"),
    )
