"""A slice of a release: some slots, and of everything else only what they depend on, directly or through other things.

A backtest replays slices of two releases. Slots that are the same in both, with all that they depend on, are not in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec

from befit.cel.ast import Node
from befit.engine.deciding.content import computed
from befit.engine.deciding.rules import conditions, walk
from befit.model import Condition, Module, Release, Signal, SiteSettings, Slot, TagRule, Trigger

WORDS: Final = frozenset({"id", "position", "public"})
"""Fields of a release's parts that make no difference to what they do."""

EVERY: Final = "*"
"""Stands for all signals or all tags, where a condition does not say which by name."""


def cut(release: Release, slots: Collection[str]) -> Release:
    """The release with only these of its slots, and the signals, tags and triggers that they depend on.

    Its slots decide as those of the whole release do, for profiles within their limits (`befit.engine.limits`). What
    triggers emit is kept, because it counts as an event of the session, whoever reads it. Webhooks are left out.
    """
    kept = [slot for slot in release.slots if slot.name in slots]
    need = _Need(release, kept)
    signals = tuple(signal for signal in release.signals if need.signal(signal))
    tags = tuple(rule for rule in release.tags if need.tag(rule.tag))
    triggers = tuple(_quiet(trigger, slots) for trigger in release.triggers if need.trigger(trigger))
    purposes = any([*(s.purpose for s in signals), *(t.purpose for t in tags), *(t.purpose for t in triggers)])
    shown = {show for slot in kept for branch in walk(slot.rules) if (show := branch.show)}
    shown |= {module for trigger in triggers for module in trigger.show.values()}
    modules = tuple(module for module in release.modules if module.name in shown)
    picked = {pick.collection for module in modules for pick in module.picks.values()}
    return Release(
        id=release.id,
        site=_settings(release.site, events_of(signals, tags, triggers), purposes=purposes),
        signals=signals,
        tags=tags,
        triggers=triggers,
        slots=tuple(kept),
        modules=modules,
        collections={name: items for name, items in release.collections.items() if name in picked},
    )


def changed_slots(base: Release, draft: Release) -> list[str]:
    """The slots of `base` that may decide otherwise in `draft`: they, or something that they depend on, are not the same."""
    kept = {slot.name for slot in draft.slots}
    names = [slot.name for slot in base.slots]
    return [n for n in names if n not in kept or meaning(cut(base, [n])) != meaning(cut(draft, [n]))]


def meaning(value: Any) -> Any:
    """A part of a release as plain data, without what makes no difference to what it does; equal parts are `==`."""
    if isinstance(value, Condition):
        return value.ast
    if isinstance(value, msgspec.Struct):
        return {name: meaning(getattr(value, name)) for name in value.__struct_fields__ if name not in WORDS}
    if isinstance(value, tuple):
        return [meaning(part) for part in value]
    return {name: meaning(part) for name, part in value.items()} if isinstance(value, dict) else value


def events_of(signals: Iterable[Signal], tags: Iterable[TagRule], triggers: Iterable[Trigger]) -> set[str]:
    """The names of the events that feed these."""
    names = {name for signal in signals for name in (*signal.on, *(step.on for step in signal.steps))}
    names |= {name for tag in tags for name in (*tag.on, *tag.unset_on)}
    return names | {name for trigger in triggers for name in (*trigger.on, *trigger.cancel_on)}


def tags_read(node: Node) -> set[str]:
    """The tags that an expression in portable form asks for by name, or by how their names begin: `interested-in-*`.

    `EVERY`, any beginning, when it does anything else with them.
    """
    if not isinstance(node, list):
        return set()
    match node:
        case ["in", str(name), ["var", "tags", *_]]:
            return {name}
        case ["in", ["+", str(beginning), rest], ["var", "tags", *_]]:
            return {beginning + EVERY, *tags_read(rest)}
        case ["var", "tags", *_]:
            return {EVERY}
    return {name for part in node for name in tags_read(part)}


def conditions_of(*parts: Signal | TagRule | Trigger) -> list[Condition]:
    """The conditions of signals, tagging rules and triggers."""
    found: list[Condition | None] = []
    for part in parts:
        match part:
            case Signal():
                found += (part.where, part.value, *(step.where for step in part.steps))
            case TagRule():
                found += (part.when, part.unset_when)
            case Trigger():
                found.append(part.when)
    return [condition for condition in found if condition is not None]


class _Need:
    """What some slots depend on, followed until nothing new turns up."""

    def __init__(self, release: Release, slots: Iterable[Slot]) -> None:
        self.signals: set[str] = set()
        self.tags: set[str] = set()
        self.slots = {slot.name for slot in slots}
        self._read(condition for slot in slots for condition in conditions(slot.rules))
        modules = {module.name: module for module in release.modules}
        shown = {branch.show for slot in slots for branch in walk(slot.rules) if branch.show}
        shown |= {module for trigger in release.triggers for slot, module in trigger.show.items() if slot in self.slots}
        for name in shown:
            self._module(modules[name])
        before = (-1, -1)
        while before != (before := (len(self.signals), len(self.tags))):
            self._follow(release)

    def signal(self, signal: Signal) -> bool:
        return EVERY in self.signals or signal.name in self.signals

    def tag(self, tag: str) -> bool:
        return tag in self.tags or any(name.endswith(EVERY) and tag.startswith(name[:-1]) for name in self.tags)

    def trigger(self, trigger: Trigger) -> bool:
        shows = not self.slots.isdisjoint(trigger.show)
        tags = (trigger.tag and self.tag(trigger.tag)) or (trigger.untag and self.tag(trigger.untag))
        return bool(shows or tags or trigger.emit)

    def _follow(self, release: Release) -> None:
        for signal in filter(self.signal, release.signals):
            self.signals.add(signal.name)
            if signal.of not in ("", "page", "session"):
                self.signals.add(signal.of)
            self._read(conditions_of(signal))
        for rule in release.tags:
            if self.tag(rule.tag):
                self.tags.add(rule.tag)
                self._read(conditions_of(rule))
        for trigger in filter(self.trigger, release.triggers):
            self._read(conditions_of(trigger))
            if trigger.sequence:
                self.signals.add(trigger.sequence)

    def _module(self, module: Module) -> None:
        self._read(computed(module))
        self.signals |= {pick.affinity for pick in module.picks.values() if pick.affinity}

    def _read(self, read: Iterable[Condition]) -> None:
        for condition in read:
            self.tags |= tags_read(condition.ast)
            for path in condition.reads:
                variable, _, name = path.partition(".")
                if variable == "signals":
                    self.signals.add(name.partition(".")[0] or EVERY)


def _quiet(trigger: Trigger, slots: Collection[str]) -> Trigger:
    """A trigger that acts on nothing outside the slice."""
    show = {slot: module for slot, module in trigger.show.items() if slot in slots}
    return msgspec.structs.replace(trigger, show=show, webhook="")


def _settings(site: SiteSettings, events: Collection[str], *, purposes: bool) -> SiteSettings:
    """What of site.yaml a fold depends on."""
    schema = {name: fields for name, fields in site.schema.items() if name in ("page", "traits")}
    declared = site.schema.get("events", {})
    schema["events"] = {name: fields for name, fields in declared.items() if name in events}
    return SiteSettings(
        name="",
        session_timeout_ms=site.session_timeout_ms,
        lateness_ms=site.lateness_ms,
        purposes=site.purposes if purposes else (),
        schema=schema,
    )
