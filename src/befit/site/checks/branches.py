"""Branches of a slot that can never matter, whatever a visitor does. What is reported here is certain.

The tree is walked in order of evaluation. A branch is looked at under what its parents demand; the branches before it at
every level have taken away what they end (`Cover`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from befit.model import Branch, Condition, Slot
from befit.site.checks.cover import Cover
from befit.site.checks.logic import MOST, Facts, TooManyWays, all_of, both, clash, ways
from befit.site.checks.report import Report, near

ALWAYS: Final[list[Facts]] = [{}]

Ends = list[tuple[Facts, str]]
"""What stops the search for something to show, and where it stands."""


class _Path(NamedTuple):
    """How the walk got somewhere: the ways in which the parents hold, their conditions, what earlier branches took away."""

    ways: list[Facts]
    parents: tuple[Condition, ...] = ()
    covers: tuple[Cover, ...] = ()


def check_branches(slot: Slot, report: Report) -> None:
    """Reports branches whose condition contradicts itself or its parents, and those that are never reached.

    Warns of conditions that always hold, and of branches that show what the next one shows.
    """
    _Tree(slot.explore > 0, report).walk(slot.rules, _Path(ALWAYS), alone=False)


class _Tree:
    def __init__(self, explores: bool, report: Report) -> None:
        # Whoever explores is shown any of the leaves that hold, so no branch stands in another's way.
        self.explores = explores
        self.report = report

    def walk(self, branches: Sequence[Branch], path: _Path, *, alone: bool) -> Ends:
        """Looks at siblings, and gives what ends among them. With `alone` none of them ends anything for the others."""
        cover = Cover()
        inside = path._replace(covers=(*path.covers, cover))
        ended: Ends = []
        for branch in branches:
            for facts, where in self._branch(branch, inside):
                ended.append((facts, where))
                if not alone:
                    cover.add(facts, where)
        if not self.explores:
            self._check_neighbours(branches)
        return ended

    def _branch(self, branch: Branch, path: _Path) -> Ends:
        own = known_ways(branch.when)
        reached = _joined(path.ways, own)
        if self._is_dead(branch, own, reached, path):
            return []
        if branch.when is not None and not _joined(path.ways, known_ways(branch.when, exactly=False)):
            reason = "the branches around it demand as much" if path.parents else ""
            self.report.warning(branch.when.where, "this condition always holds", reason or "leave it out")
        parents = (*path.parents, branch.when) if branch.when is not None else path.parents
        ends = self._ends(branch, path._replace(ways=reached, parents=parents))
        if own is None:
            return []
        joined = ((both(one, facts), where) for one in own for facts, where in ends)
        return [(facts, where) for facts, where in joined if facts is not None][:MOST]

    def _is_dead(self, branch: Branch, own: list[Facts] | None, reached: list[Facts], path: _Path) -> bool:
        """Whether nothing ever gets into this branch; reported if so."""
        if branch.when is not None and not reached:
            where = branch.when.where
            if own == []:
                self.report.error(where, "this condition can never hold", _why(branch.when))
            else:
                around = f"the branch around it, in {near(path.parents[-1].where, where)}, rules it out"
                self.report.error(
                    where, "this condition can never hold here", _why(*path.parents, branch.when) or around
                )
            return True
        before = None if self.explores else _covered(reached, path.covers)
        if before is None:
            return False
        hint = (
            f"the one in {near(before, branch.position)} holds whenever it does"
            if before
            else "those before it leave nothing"
        )
        self.report.error(branch.position, "this branch is never reached", hint)
        return True

    def _ends(self, branch: Branch, path: _Path) -> Ends:
        """What ends within a branch once its own condition holds."""
        if branch.rules:
            ends = self.walk(branch.rules, path, alone=branch.unique)
            return [] if branch.unique else ends
        rows = branch.collect.rows if branch.collect else ()
        for row in rows:
            if row.when is not None and not _joined(path.ways, known_ways(row.when)):
                self.report.error(row.position, "this row can never hold", _why(*path.parents, row.when))
        if branch.cap is not None:
            return []
        if branch.collect is None:
            return [({}, branch.position)]
        return [(facts, branch.position) for row in rows for facts in known_ways(row.when) or ()]

    def _check_neighbours(self, branches: Sequence[Branch]) -> None:
        for branch, after in pairwise(branches):
            if branch.when is None or not branch.show or branch.collect or branch.cap or after.cap or after.collect:
                continue
            if (branch.show, branch.variant, branch.props) != (after.show, after.variant, after.props):
                continue
            line = near(after.position, branch.position)
            if after.when is None:
                self.report.warning(
                    branch.position, "this branch makes no difference", f"the one in {line} shows the same to everybody"
                )
            elif branch.when.where != branch.position:  # rows of a table have no other way to say it
                self.report.warning(
                    branch.position, f"the next branch, in {line}, shows the same", "join their conditions with ||"
                )


def known_ways(when: Condition | None, *, exactly: bool = True) -> list[Facts] | None:
    """The ways in which a condition holds (or does not, with `exactly=False`); None when they are too many to tell."""
    if when is None:
        return ALWAYS if exactly else []
    try:
        return ways(when.ast, exactly=exactly)
    except TooManyWays:
        return None


def _joined(path: list[Facts], own: list[Facts] | None) -> list[Facts]:
    """The ways in which both hold; when they are too many only the first is kept in view."""
    try:
        return path if own is None else all_of((path, own))
    except TooManyWays:
        return path


def _covered(reached: list[Facts], covers: Sequence[Cover]) -> str | None:
    """Where what ends before any of these ways stands; empty when it is several, None when something gets through."""
    found = set()
    for facts in reached:
        before = next((where for cover in covers if (where := cover.covering(facts)) is not None), None)
        if before is None:
            return None
        found.add(before)
    return found.pop() if len(found) == 1 else ""


def _why(*conditions: Condition) -> str:
    found = clash(condition.ast for condition in conditions)
    return str(found) if found else ""
