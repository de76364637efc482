"""rules/NAME.yaml: rules for several slots that begin, end and exclude others together, such as those of a campaign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from befit.model import Branch, Condition, RuleSet
from befit.site.expressions import both, condition
from befit.site.item import Fields, Item
from befit.site.parts.branches import read_branches
from befit.site.parts.names import check_slug
from befit.site.parts.schedule import schedule_condition
from befit.site.references import Names

KEYS: Final = ("priority", "when", "schedule", "exclusive", "slots")


class RuleSets(NamedTuple):
    """The rule sets of a site in the order in which they go, and the branches that they put into each slot."""

    sets: tuple[RuleSet, ...]
    branches: dict[str, list[Branch]]


def read_rulesets(files: Iterable[tuple[str, Item]], names: Names) -> RuleSets:
    """All rule sets: those of higher priority first, then by name. Of an exclusive group only the first that holds counts."""
    read = [_Read(name, root, names) for name, root in files]
    read.sort(key=lambda each: (-each.priority, each.name))
    groups: dict[str, list[_Read]] = {}
    branches: dict[str, list[Branch]] = {}
    for each in read:
        group = groups.setdefault(each.exclusive, []) if each.exclusive else []
        when = both(each.when, *(_unless(other, each) for other in group))
        group.append(each)
        for slot, branch in each.branches(when, names):
            branches.setdefault(slot, []).append(branch)
    return RuleSets(tuple(each.described() for each in read), branches)


class _Read:
    """One file."""

    def __init__(self, name: str, root: Item, names: Names) -> None:
        fields = Fields(root, KEYS, "a rule set")
        if not name[0].isalpha():
            root.error(f"`{name}` cannot be the name of a rule set", "let it begin with a letter")
        names.check_tags(fields.get("when"))
        exclusive = fields.get("exclusive")
        self.name, self.root = name, root
        self.priority = fields.whole("priority")
        self.exclusive = check_slug(exclusive, "group") if exclusive and exclusive.text() else ""
        self.when = both(
            schedule_condition(fields.get("schedule"), names), condition(fields.get("when"), names.scopes.branch())
        )
        slots = fields.need("slots")
        self.slots = {names.slot(key): value for key, value in slots.entries()} if slots else {}
        if slots and not self.slots:
            slots.error("a rule set has rules for at least one slot", "such as {hero: [{show: sale}]}")

    def branches(self, when: Condition | None, names: Names) -> Iterator[tuple[str, Branch]]:
        """For each slot the one branch that holds all of this rule set's."""
        for slot, item in self.slots.items():
            path = f"{slot}.{self.name}"
            rules = read_branches(item, path, names)
            if item.is_list and not rules:
                item.error(f"there are no branches for the slot `{slot}`")
            yield slot, Branch(id=path, when=when, rules=rules, priority=self.priority, position=item.position)

    def described(self) -> RuleSet:
        """For the release."""
        return RuleSet(
            name=self.name,
            when=self.when,
            priority=self.priority,
            exclusive=self.exclusive,
            slots=tuple(self.slots),
            position=self.root.position,
        )


def _unless(first: _Read, then: _Read) -> Condition | None:
    """That a rule set of the same group, which goes first, does not hold."""
    label = f"rules/{first.name}"
    if first.when is None:
        then.root.error(
            f"this rule set is never used: {label} of the group `{first.exclusive}` goes first and always holds",
            f"give {label} a `when` or a `schedule`, or this one a higher priority",
        )
        return None
    return Condition(
        source=f"!{label}",
        ast=["!", ["holds", first.when.ast, f"{label} of the group {first.exclusive}"]],
        type="bool",
        where=first.when.where,
        reads=first.when.reads,
    )
