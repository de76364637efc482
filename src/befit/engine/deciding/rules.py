"""Rule trees of slots, compiled: branches with their tests, leaves with their content."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from befit.cel import compile_choice, compile_condition
from befit.cel.ast import Node
from befit.engine.deciding.content import Collected, Content, content_inputs
from befit.engine.inputs import inputs
from befit.engine.signals import FADING
from befit.engine.view import VARIABLES
from befit.errors import EvaluationError
from befit.model import Branch, Cap, Condition, Release, Slot

if TYPE_CHECKING:
    from befit.engine.program import Program


class CompiledBranch:
    """A branch with its test. `key` counts its impressions: slot/module.

    `when` is its own condition; `condition` what has to hold altogether, with a row of its table if it collects.
    """

    __slots__ = ("branch", "cap", "children", "condition", "content", "key", "reason", "test", "when")

    def __init__(self, branch: Branch, slot: str, release: Release, program: Program) -> None:
        self.branch = branch
        self.when = None if branch.when is None else compile_condition(branch.when.ast, VARIABLES)
        needed = demands(branch)
        self.condition = self.when
        if branch.collect is not None and needed is not None:
            self.condition = compile_condition(needed, VARIABLES)
        if self.condition is not None:
            where = branch.when.where if branch.when is not None else branch.position
            program.conditions.append((where, self.condition))
        self.test = None if self.condition is None else self.condition.test
        self.children = Siblings(branch.rules, branch.unique, slot, release, program) if branch.rules else None
        self.content: Content | None = None
        if branch.collect is not None:
            self.content = Collected(program.modules[branch.show], branch, branch.collect, release)
        elif branch.show:
            self.content = Content(program.modules[branch.show], branch.variant, branch.props, release)
        self.cap: Cap | None = branch.cap
        self.key = f"{slot}/{branch.show}"
        self.reason = f"{branch.id}: {branch.when.source if branch.when is not None else 'otherwise'}"


class Siblings:
    """Branches side by side. `first` gives the index of the first one whose condition holds, or -1.

    With `unique` only one of them may hold: `first` gives -1 too when several do.
    """

    __slots__ = ("branches", "first", "unique")

    def __init__(
        self, branches: tuple[Branch, ...], unique: bool, slot: str, release: Release, program: Program
    ) -> None:
        self.branches = tuple(CompiledBranch(branch, slot, release, program) for branch in branches)
        self.unique = unique
        self.first = (
            only(self.branches) if unique else compile_choice([branch.condition for branch in self.branches], VARIABLES)
        )


def only(branches: tuple[CompiledBranch, ...]) -> Callable[..., int]:
    """A function that gives the index of the only branch that holds, or -1. Several are counted as an error."""

    def choose(*args: Any) -> int:
        found = -1
        for index, branch in enumerate(branches):
            if branch.test is None or branch.test(*args):
                if found >= 0:
                    if branch.condition is not None:
                        branch.condition.erred(EvaluationError(f"{branches[found].branch.id} holds, too"))
                    return -1
                found = index
        return found

    return choose


class CompiledSlot:
    """A slot's rule tree, and what it depends on.

    explore    the share of visitors who see any leaf that holds; `unit` names the slot and the release
    preempted  whether triggers or exploring can go before the first branch that holds
    inputs     the inputs (in the grain of `Effects.changed`) that can change its decision
    timed      whether its decision can also change by the mere passing of time
    shows      what triggers can show here, highest priority first: (trigger, content)
    """

    __slots__ = ("explore", "inputs", "name", "preempted", "rules", "shows", "timed", "unit")

    def __init__(self, slot: Slot, release: Release, program: Program) -> None:
        self.name = slot.name
        self.explore = slot.explore
        self.unit = f"{slot.name}\n{release.id}"
        self.rules = Siblings(slot.rules, False, slot.name, release, program)
        self.shows = [
            (trigger, Content(program.modules[trigger.show[slot.name]], "", {}, release))
            for trigger in program.shows.get(slot.name, [])
        ]
        self.preempted = bool(self.shows) or slot.explore > 0
        modules = [show for branch in walk(slot.rules) if (show := branch.show)]
        modules += [trigger.show[slot.name] for trigger, _ in self.shows]
        read = inputs(path for condition in conditions(slot.rules) for path in condition.reads)
        for name in modules:
            read |= content_inputs(program.modules[name])
        if self.shows:
            read.add(f"triggers.{slot.name}")
        capped = any(branch.cap is not None for branch in walk(slot.rules))
        if capped:
            read |= {f"shown.{slot.name}", "session"}
        self.inputs = frozenset(read)
        self.timed = capped or self.preempted or any(is_timed(name, program) for name in read)


def compile_slot(slot: Slot, release: Release, program: Program) -> CompiledSlot:
    """A slot with its functions; `program` must already have modules, signals and shows."""
    return CompiledSlot(slot, release, program)


def walk(branches: tuple[Branch, ...]) -> list[Branch]:
    """All branches of a tree, depth first."""
    return [found for branch in branches for found in (branch, *walk(branch.rules))]


def conditions(branches: tuple[Branch, ...]) -> list[Condition]:
    """The conditions of all branches of a tree, and of the rows of its tables."""
    found = [branch.when for branch in walk(branches)]
    found += [row.when for branch in walk(branches) if branch.collect is not None for row in branch.collect.rows]
    return [condition for condition in found if condition is not None]


def demands(branch: Branch) -> Node | None:
    """What must hold for a branch, its own condition and that of one row of a table that collects; None: nothing."""
    own = None if branch.when is None else branch.when.ast
    if branch.collect is None or any(row.when is None for row in branch.collect.rows):
        return own
    rows: Node = ["||", *(row.when.ast for row in branch.collect.rows if row.when is not None)]
    return rows if own is None else ["&&", own, rows]


def is_timed(name: str, program: Program) -> bool:
    """Whether this input changes by the mere passing of time."""
    if name in ("now", "context", "tags", "session"):
        return True
    signal = program.signals.get(name.removeprefix("signals."))
    return signal is not None and (signal.signal.window != "lifetime" or signal.signal.kind in FADING)
