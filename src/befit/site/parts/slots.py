"""slots/NAME.yaml: what decides what a slot shows. A list of branches, or a mapping with `rules` and `explore`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from befit.model import Branch, Slot
from befit.site.item import Fields, Item
from befit.site.parts.branches import is_sure, read_branches
from befit.site.references import Names

KEYS: Final = ("rules", "explore")


def read_slot(name: str, root: Item, names: Names, before: Sequence[Branch] = ()) -> Slot:
    """One slot, with the branches of rule sets before its own.

    One of its own must always hold, so that there is something to show whatever is known.
    """
    fields = Fields(root, KEYS, "a slot") if root.is_mapping else None
    rules = fields.need("rules") if fields else root
    branches = read_branches(rules, name, names) if rules else ()
    if rules and not branches:
        rules.error(
            f"the slot `{name}` has no branches", "write a list; the last branch has no `when`: - {show: welcome}"
        )
    elif rules and not any(map(is_sure, branches)):
        last = next(item for item in rules.elements() if item.position == branches[-1].position)
        last.error(
            f"the slot `{name}` has no default",
            "end it with a branch that has neither `when` nor `cap`: - {show: welcome}",
        )
    explore = fields.get("explore") if fields else None
    return Slot(
        name=name,
        rules=(*before, *branches),
        explore=explore.share() if explore else 0.0,
        position=root.position,
    )
