"""The trace of a decision: every branch that was looked at, how it turned out, and the values it turned on.

Made only when asked for: it walks the tree once more, exactly, with `Compiled.explain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from befit.engine.caps import held_back, is_showing
from befit.model import Profile, Step

if TYPE_CHECKING:
    from befit.engine.rules import CompiledBranch, CompiledSlot


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
    _trace(slot.rules.branches, profile, args, now, steps)
    return steps


def _trace(
    branches: tuple[CompiledBranch, ...], profile: Profile, args: tuple[Any, ...], now: int, steps: list[Step]
) -> bool:
    for branch in branches:
        step = _step(branch, profile, args, now)
        steps.append(step)
        if step.outcome == "true":
            if branch.children is not None and _trace(branch.children.branches, profile, args, now, steps):
                return True
        elif step.outcome == "chosen":
            return True
    return False


def _step(branch: CompiledBranch, profile: Profile, args: tuple[Any, ...], now: int) -> Step:
    when = branch.branch.when
    step = Step(
        rule=branch.branch.id,
        when=when.source if when is not None else "",
        where=branch.branch.position,
        outcome="true",
        why="always" if when is None else "",
    )
    if branch.condition is not None:
        explanation = branch.condition.explain(*args)
        step.outcome, step.values, step.why = explanation.outcome, explanation.values, explanation.why
    if step.outcome != "true" or branch.children is not None:
        return step
    step.outcome = "chosen"
    if branch.cap is not None:
        held = held_back(branch.cap, branch.key, profile, now)
        if held:
            step.outcome = held
            step.why = "shown as often as its cap allows" if held == "capped" else "shown too short a while ago"
    return step
