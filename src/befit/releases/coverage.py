"""Coverage of a site's scenario tests: which branches, tags and triggers some test reaches, and which none does."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from befit.engine.deciding.rules import walk
from befit.model import Branch, Profile, Release, Row


class Unreached(msgspec.Struct, frozen=True, kw_only=True):
    """A branch (or a row of a table) that no scenario expects to see chosen, a tag that none sets, a trigger that none fires.

    `kind` is `branch`, `tag` or `trigger`; `show` is the module of a branch.
    """

    kind: str
    name: str
    where: str
    show: str = ""
    when: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"

    @property
    def message(self) -> str:
        """What no test does."""
        verb = {"branch": "reaches the branch", "tag": "sets the tag", "trigger": "fires the trigger"}[self.kind]
        return f"no test {verb} {self.name}" + (f" (shows {self.show})" if self.show else "")


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many of something are reached, out of how many."""

    reached: int
    total: int

    def __str__(self) -> str:
        return f"{self.reached}/{self.total}"


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What all scenarios of a site reach together."""

    branches: Share
    tags: Share
    triggers: Share

    @property
    def percent(self) -> float:
        """The share of all of them that is reached, 0 to 100; 100 when there are none."""
        shares = (self.branches, self.tags, self.triggers)
        total = sum(share.total for share in shares)
        return 100 * sum(share.reached for share in shares) / total if total else 100.0

    def __str__(self) -> str:
        return f"branches {self.branches}, tags {self.tags}, triggers {self.triggers}"


class Reached:
    """What was reached so far: ids of branches and rows, names of tag rules and of triggers."""

    def __init__(self) -> None:
        self.branches: set[str] = set()
        self.tags: set[str] = set()
        self.triggers: set[str] = set()

    def note(self, profile: Profile) -> None:
        """Take in the tags that a profile has and the triggers that fired for it."""
        self.tags.update(tag.source for tag in profile.tags.values())
        self.triggers.update(name for name, activation in profile.triggers.items() if activation.fired)


def measure(release: Release, reached: Reached) -> tuple[Coverage, tuple[Unreached, ...]]:
    """The coverage of a release's rules, and each that is not reached, in the order of the release."""
    rules = list(_rules(release))
    hit = {"branch": reached.branches, "tag": reached.tags, "trigger": reached.triggers}
    missed = tuple(rule for rule in rules if rule.name not in hit[rule.kind])

    def share(kind: str) -> Share:
        total = sum(rule.kind == kind for rule in rules)
        return Share(reached=total - sum(rule.kind == kind for rule in missed), total=total)

    return Coverage(branches=share("branch"), tags=share("tag"), triggers=share("trigger")), missed


def _rules(release: Release) -> Iterator[Unreached]:
    for slot in release.slots:
        for branch in walk(slot.rules):
            leaves: list[Branch | Row] = [branch] if branch.show else []
            leaves += branch.collect.rows if branch.collect is not None else ()
            for leaf in leaves:
                when = "" if leaf.when is None else leaf.when.source
                yield Unreached(kind="branch", name=leaf.id, where=leaf.position, show=branch.show, when=when)
    for tag in release.tags:
        when = "" if tag.when is None else tag.when.source
        yield Unreached(kind="tag", name=tag.name, where=tag.position, when=when)
    for trigger in release.triggers:
        when = "" if trigger.when is None else trigger.when.source
        yield Unreached(kind="trigger", name=trigger.name, where=trigger.position, when=when)
