"""decide(profile, request, program, now): what each slot shows, and why. Pure: no clock, no dice, no I/O."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from befit.engine.deciding.caps import held_back, is_showing
from befit.engine.deciding.content import Content
from befit.engine.deciding.explore import decision_id, explore
from befit.engine.deciding.rules import CompiledBranch, CompiledSlot, Siblings
from befit.engine.deciding.trace import trace_slot
from befit.engine.program import Program
from befit.engine.view import VARIABLES, variables
from befit.errors import NotFound
from befit.model import DecideRequest, Decision, Profile


def decide(profile: Profile, request: DecideRequest, program: Program, now: int) -> list[Decision]:
    """A decision for each slot asked for, in that order; for all slots of the site when none is named.

    Raises NotFound for a slot that the site does not have.
    """
    trace = request.trace  # a trace explains with every variable at hand
    uses = VARIABLES if trace else program.slot_uses
    args = variables(profile, program, now, page=request.page, context=request.context, uses=uses)
    ticket = decision_ticket(profile, now)
    release = program.release.id
    slots, explores = program.slots, program.explores
    decisions = []
    for name in request.slots or slots:
        try:
            slot = slots[name]
        except KeyError:
            known = ", ".join(sorted(slots))
            raise NotFound(f"the site has no slot {name!r}; it has {known}", field="$.slots") from None
        content, reason, propensity = choose(slot, profile, args, now)
        props = content.raw if content.raw is not None else content.render(args)
        decision = Decision(  # by position, which takes half the time of ten names
            name, content.module, content.type, content.variant, props, f"{ticket}.{name}", reason, release
        )
        if explores and propensity != 1.0:
            decision.propensity, decision.decision_id = propensity, decision_id(ticket, name, propensity)
        if trace:
            decision.trace = trace_slot(slot, profile, args, now)
        decisions.append(decision)
    return decisions


def choose(slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> tuple[Content, str, float]:
    """The content to show, the reason for it and its propensity: of a trigger that is still showing, or else of the first
    branch that holds; in a slot that explores, of any."""
    if slot.preempted:
        for trigger, content in slot.shows if profile.triggers else ():
            if is_showing(trigger, profile, now):
                return content, f"trigger {trigger.name}", 1.0
        if slot.explore:
            return choose_any(slot, profile, args, now)
    leaf = first_leaf(slot.rules, profile, args, now)
    if leaf is None or leaf.content is None:
        return NOTHING, SATED, 1.0
    return leaf.content, leaf.reason, 1.0


def choose_any(slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> tuple[Content, str, float]:
    """The same in a slot that explores."""
    found = explore(slot, profile, args, now)
    if found is None or found.leaf.content is None:
        return NOTHING, SATED, 1.0
    reason = f"explored: {found.leaf.reason}" if found.explored else found.leaf.reason
    return found.leaf.content, reason, found.propensity


def first_leaf(siblings: Siblings, profile: Profile, args: tuple[Any, ...], now: int) -> CompiledBranch | None:
    """The first leaf, depth first, on whose path every condition holds and whose cap is not reached."""
    index = siblings.first(*args)
    if index < 0:
        return None
    first = siblings.branches[index]
    if first.content is not None and first.cap is None:
        return first
    for branch in siblings.branches[index:]:
        if branch.test is not None and not branch.test(*args):
            continue
        if branch.children is not None:
            found = first_leaf(branch.children, profile, args, now)
            if found is not None:
                return found
        elif branch.cap is None or not held_back(branch.cap, branch.key, profile, now):
            return branch
    return None


def decision_ticket(profile: Profile, now: int) -> str:
    """What the decisions of one request share in their ids: a digest of who, after how many events, and when."""
    return blake2b(f"{profile.id}\n{profile.version}\n{now}".encode(), digest_size=8).hexdigest()


class _Nothing(Content):
    def __init__(self) -> None:
        self.module, self.type, self.variant, self.props = "", "none", "", {}
        self.texts, self.picks, self.raw = [], [], None


NOTHING = _Nothing()
SATED = "nothing: every branch that holds has been shown often enough"
