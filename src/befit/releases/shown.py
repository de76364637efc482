"""What a program shows a visitor, with the probability of everything that it could have shown, and whether two see the same."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from befit.engine import Program
from befit.engine.deciding.content import Content
from befit.engine.deciding.decide import choose
from befit.engine.deciding.explore import leaves
from befit.engine.deciding.rules import CompiledBranch, CompiledSlot
from befit.engine.view import variables
from befit.model import Collect, Module, Profile
from befit.releases.slice import meaning
from befit.stats import Policy

NOTHING = "nothing"
"""What a slot shows that has no branch left, or that the release does not have."""


class Shown(NamedTuple):
    """What one slot shows. `args` are the condition variables that its props are rendered with."""

    content: Content | None
    policy: Policy
    args: tuple[Any, ...]

    @property
    def action(self) -> str:
        """The module, and its variant: `loyalty-discount/generous`."""
        return NOTHING if self.content is None else action(self.content.module, self.content.variant)


def action(module: str, variant: str) -> str:
    """How a module and its variant are named in a backtest."""
    return f"{module}/{variant}" if variant else module or NOTHING


class Shop:
    """Shows slots of one program."""

    def __init__(self, program: Program, uses: Container[str]) -> None:
        """`uses` are the condition variables that are computed."""
        self.program = program
        self.uses = uses
        self._policies: dict[int, Policy] = {}

    def show(
        self, profile: Profile, slots: Iterable[str], now: int, args: tuple[Any, ...] | None = None
    ) -> list[Shown]:
        """What these slots show at `now` (ms); nothing where the release has no such slot. `args` are given when the
        condition variables are known already."""
        program = self.program
        if args is None:
            args = variables(profile, program, now, uses=self.uses)
        return [
            Shown(None, NONE, args) if slot is None else self._show(slot, profile, args, now)
            for slot in (program.slots.get(name) for name in slots)
        ]

    def _show(self, slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> Shown:
        content, reason, _ = choose(slot, profile, args, now)
        if slot.explore and not reason.startswith("trigger "):
            return Shown(content, exploring(slot, profile, args, now), args)
        policy = self._policies.get(id(content))
        if policy is None:
            policy = self._policies[id(content)] = ((action(content.module, content.variant), 1.0),)
        return Shown(content, policy, args)


NONE: Policy = ((NOTHING, 1.0),)


def exploring(slot: CompiledSlot, profile: Profile, args: tuple[Any, ...], now: int) -> Policy:
    """The probability of everything that a slot with `explore` may show now."""
    found = [action(leaf.branch.show, leaf.branch.variant) for leaf in leaves(slot.rules, profile, args, now)]
    if not found:
        return NONE
    policy = {name: slot.explore * found.count(name) / len(found) for name in found}
    policy[found[0]] += 1.0 - slot.explore
    return tuple(sorted(policy.items()))


class Sameness:
    """Tells whether two programs show the same: module, variant and rendered props."""

    def __init__(self, base: Program, draft: Program) -> None:
        self._made_of: dict[int, bytes] = {}
        if base.release.collections == draft.release.collections:
            self._made_of = {**dict(_meanings(base)), **dict(_meanings(draft))}

    def holds(self, one: Shown, other: Shown, *, one_profile: bool) -> bool:
        """Whether the visitor sees the same; `one_profile` says that both were decided from the same profile."""
        a, b = one.content, other.content
        if a is None or b is None or (a.module, a.variant) != (b.module, b.variant):
            return one.action == other.action
        if one_profile and (made_of := self._made_of.get(id(a))) is not None and made_of == self._made_of.get(id(b)):
            return True
        return bool(_props(a, one.args) == _props(b, other.args))


def _props(content: Content, args: tuple[Any, ...]) -> Any:
    return content.props if content.raw is not None else content.render(args)


def _meanings(program: Program) -> Iterator[tuple[int, bytes]]:
    """Each content of a program by its id, with what it is made of."""
    for slot in program.slots.values():
        for trigger, content in slot.shows:
            yield id(content), _text(program.modules[trigger.show[slot.name]], "", {}, None)
        for branch in _walk(slot.rules.branches):
            if branch.content is not None:
                part = branch.branch
                yield id(branch.content), _text(program.modules[part.show], part.variant, part.props, part.collect)


def _text(module: Module, variant: str, props: dict[str, Any], collect: Collect | None) -> bytes:
    return msgspec.json.encode([meaning(module), variant, props, meaning(collect)], order="sorted")


def _walk(branches: Iterable[CompiledBranch]) -> Iterator[CompiledBranch]:
    for branch in branches:
        yield branch
        if branch.children is not None:
            yield from _walk(branch.children.branches)
