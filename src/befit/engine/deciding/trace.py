"""The trace of a decision: every branch that was looked at, how it turned out, and the values it turned on.

Made only when asked for: it walks the tree once more, exactly, with `Compiled.explain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from befit.cel import Compiled
from befit.engine.deciding.caps import held_back, is_showing
from befit.engine.deciding.content import Collected
from befit.engine.deciding.explore import explore
from befit.model import Branch, Profile, Row, Step

if TYPE_CHECKING:
    from befit.engine.deciding.rules import CompiledBranch, CompiledSlot, Siblings

HELD: Final = {
    "capped": "shown as often as its cap allows",
    "cooling": "shown too short a while ago",
}


def trace_slot(slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> list[Step]:
    """The steps in the order of evaluation, up to and including the one that was chosen."""
    steps: list[Step] = []
    for trigger, content in slot.shows:
        showing = is_showing(trigger, profile, now)
        why = f"the trigger fired and shows {content.module}" if showing else "the trigger is not showing now"
        when = trigger.when.source if trigger.when is not None else ""
        steps.append(
            Step(
                rule=f"trigger {trigger.name}",
                when=when,
                outcome="chosen" if showing else "false",
                where=trigger.position,
                why=why,
            )
        )
        if showing:
            return steps
    walk = _Walk(slot, profile, args, now)
    walk.through(slot.rules)
    return [*steps, *walk.steps]


class _Walk:
    """Goes through branches in order until one is chosen, and takes down a step for each."""

    def __init__(self, slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> None:
        self.steps: list[Step] = []
        self._profile, self._args, self._now = profile, args, now
        self._share = slot.explore
        self._exploration = explore(slot, profile, args, now) if slot.explore else None

    def through(self, siblings: Siblings) -> bool:
        """Whether one of these branches, or of those below them, is chosen. Of unique ones all are looked at."""
        if not siblings.unique:
            return any(self._look(branch) for branch in siblings.branches)
        steps = [self._step(branch.branch, branch.when) for branch in siblings.branches]
        holding = [step for step in steps if step.outcome == "true"]
        if len(holding) < 2:
            return True in [self._look(branch) for branch in siblings.branches]
        for step in holding:
            others = " and ".join(other.rule for other in holding if other is not step)
            step.outcome, step.why = "ambiguous", f"{step.why}; but {others} holds, too, and only one may"
        self.steps += steps
        return False

    def _look(self, branch: CompiledBranch) -> bool:
        step = self._step(branch.branch, branch.when)
        self.steps.append(step)
        if step.outcome != "true":
            return False
        if branch.children is not None:
            return self.through(branch.children)
        rows = self._rows(branch.content, step) if isinstance(branch.content, Collected) else []
        held = "" if branch.cap is None else held_back(branch.cap, branch.key, self._profile, self._now)
        if step.outcome == "true" and held:
            step.outcome, step.why = held, HELD[held]
        if step.outcome != "true" or not self._choose(branch, step):
            return False
        for row in rows:
            row.outcome = "collected" if row.outcome == "true" else row.outcome
        return True

    def _rows(self, content: Collected, step: Step) -> list[Step]:
        """Steps for the rows that a branch collects; without one that holds, the branch does not hold."""
        rows = [self._step(row, when) for row, when in content.rows]
        self.steps += rows
        if not any(row.outcome == "true" for row in rows):
            step.outcome, step.why = "false", "no row of its table holds"
        return rows

    def _choose(self, branch: CompiledBranch, step: Step) -> bool:
        """Whether a leaf that holds is shown: the first one, unless this visitor explores."""
        found = self._exploration
        if found is not None and branch is not found.leaf:
            step.why += f"; passed over, because this visitor explores: any of the {found.among} that hold is shown"
            return False
        step.outcome = "chosen"
        if found is not None:
            step.why += (
                f"; {'explored: ' if found.explored else ''}{self._share * 100:.4g}% of visitors see any of the {found.among} that"
                f" hold, the others the first; the probability of what is shown is {found.propensity:.4f}"
            )
        return True

    def _step(self, rule: Branch | Row, when: Compiled | None) -> Step:
        step = Step(rule=rule.id, when="", where=rule.position, outcome="true", why="always")
        if rule.when is not None and when is not None:
            explanation = when.explain(*self._args)
            step.when = rule.when.source
            step.outcome, step.values, step.why = explanation.outcome, explanation.values, explanation.why
        return step
