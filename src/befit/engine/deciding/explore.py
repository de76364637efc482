"""Exploring: a share of visitors is shown any leaf that holds, not the first, so that backtests can estimate other rules.

Who explores, and what they are shown, follows from the visitor, the slot, the release and the UTC day: it stays the same
for that day. What is shown has a known probability, its propensity, which the id of the decision carries into the log.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from befit.engine.assignment import bucket, unit_of
from befit.engine.deciding.caps import DAY_MS, held_back
from befit.engine.deciding.rules import CompiledBranch, CompiledSlot, Siblings
from befit.model import Profile

_PARTS: Final = 10_000
"""A propensity is written in ten-thousandths."""

_EXPLORED: Final = re.compile(r"[^.]*\.[^.]*\.p(\d{4})", re.ASCII)


class Exploration(NamedTuple):
    """What a visitor is shown: the `leaf`, out of how many that hold, whether it was `explored`, and how probable it was."""

    leaf: CompiledBranch
    among: int
    explored: bool
    propensity: float


def explore(slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> Exploration | None:
    """The leaf for this visitor: for the share `slot.explore` any that holds, for the others the first. None: none holds."""
    found = leaves(slot.rules, profile, args, now)
    if not found:
        return None
    unit, salt = unit_of(profile), f"{slot.unit}\n{now // DAY_MS}"
    explored = bucket(unit, salt) < slot.explore
    leaf = max(found, key=lambda each: bucket(unit, f"{salt}\n{each.branch.id}")) if explored else found[0]
    same = sum(_same(each, leaf) for each in found)
    propensity = 1.0
    if same < len(found):
        propensity = slot.explore * same / len(found) + (1.0 - slot.explore) * _same(found[0], leaf)
        propensity = round(propensity, 12)  # 0.85, not 0.8500000000000001
    return Exploration(leaf, len(found), explored, propensity)


def leaves(siblings: Siblings, profile: Profile, args: tuple[Any, ...], now: int) -> list[CompiledBranch]:
    """All leaves on whose path every condition holds and whose cap is not reached, in order."""
    holding = [branch for branch in siblings.branches if branch.test is None or branch.test(*args)]
    if siblings.unique and len(holding) > 1:
        siblings.first(*args)  # counts it
        return []
    found: list[CompiledBranch] = []
    for branch in holding:
        if branch.children is not None:
            found += leaves(branch.children, profile, args, now)
        elif branch.cap is None or not held_back(branch.cap, branch.key, profile, now):
            found.append(branch)
    return found


def _same(one: CompiledBranch, other: CompiledBranch) -> bool:
    """Whether two leaves show the same content: module and variant."""
    return (one.branch.show, one.branch.variant) == (other.branch.show, other.branch.variant)


def decision_id(ticket: str, slot: str, propensity: float = 1.0) -> str:
    """The id of a decision: `TICKET.SLOT`, and `.p0525` when it was shown with a probability of 0.0525."""
    if propensity == 1.0:
        return f"{ticket}.{slot}"
    return f"{ticket}.{slot}.p{min(max(round(propensity * _PARTS), 1), _PARTS - 1):04}"


def propensity_of(decision_id: str) -> float:
    """The probability with which a decision was made, from its id; 1 for one that says nothing of it."""
    found = _EXPLORED.fullmatch(decision_id)
    return int(found[1]) / _PARTS if found else 1.0
