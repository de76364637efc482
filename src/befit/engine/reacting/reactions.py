"""Tags and triggers: what follows from an event, and from what it changed, until nothing changes any more."""

from __future__ import annotations

from typing import Any

from befit.engine.consent import allowed
from befit.engine.effects import Effects
from befit.engine.limits import ROUNDS
from befit.engine.program import CompiledTag, Program
from befit.engine.reacting import delays
from befit.engine.reacting.firing import fire
from befit.engine.reacting.tagging import remove_tag, set_tag
from befit.engine.view import variables
from befit.model import Activation, Event, Profile


def apply_event_rules(
    profile: Profile, event: Event, program: Program, args: tuple[Any, ...], now: int, effects: Effects
) -> None:
    """Rules that name this event: delays first, then removals before settings, so that one event can renew a tag."""
    for trigger in program.delays.get(event.name, ()):
        if event.name in trigger.trigger.cancel_on:
            delays.cancel(profile, event, trigger, program, effects)
        else:
            delays.begin(profile, event, trigger, program, effects)
    unset = program.on_unset.get(event.name)
    if unset is not None:
        for rule in unset.candidates(args):
            if isinstance(rule, CompiledTag) and (rule.unset_test is None or rule.unset_test(*args)):
                remove_tag(profile, rule.rule.tag, effects)
    index = program.on_rules.get(event.name)
    if index is None:
        return
    for rule in index.candidates(args):
        if rule.test is not None and not rule.test(*args):
            continue
        if isinstance(rule, CompiledTag):
            if allowed(rule.rule.purpose, profile):
                set_tag(profile, rule.rule.tag, rule.rule.ttl_ms, rule.rule.name, event.timestamp, effects)
        else:
            fire(profile, event, rule.trigger, program, now, effects)


def react(profile: Profile, event: Event, program: Program, now: int, effects: Effects) -> None:
    """What follows from the changes: triggers on sequences that were completed, then rules without `on`.

    These are looked at when something that their condition reads has changed, in at most `ROUNDS` rounds.
    """
    if effects.completed:
        _complete(profile, event, program, now, effects)
    pending = effects.changed
    for _ in range(ROUNDS):
        # Sorted, because the order of a set differs from process to process and a replay must give the same bytes.
        concerned = sorted(pending & program.reactive)
        if not concerned:
            return
        args = variables(profile, program, now, uses=program.reactive_uses)
        effects.again = set()
        _remove(profile, program, concerned, args, effects)
        _set(profile, event, program, concerned, args, now, effects)
        pending = effects.again
    effects.spoiled.append(f"tags and triggers still set each other off after {ROUNDS} rounds at {event.name!r}")


def _complete(profile: Profile, event: Event, program: Program, now: int, effects: Effects) -> None:
    args = variables(profile, program, now, uses=program.reactive_uses)
    for name in sorted(effects.completed):
        for trigger in program.on_complete.get(name, ()):
            if trigger.test is None or trigger.test(*args):
                fire(profile, event, trigger.trigger, program, now, effects)


def _remove(profile: Profile, program: Program, concerned: list[str], args: tuple[Any, ...], effects: Effects) -> None:
    for name in concerned:
        index = program.unset_readers.get(name)
        if index is None or not profile.tags:
            continue
        for rule in index.candidates(args):
            if not isinstance(rule, CompiledTag) or rule.unset_test is None or rule.rule.tag not in profile.tags:
                continue
            if rule.unset_test(*args):
                remove_tag(profile, rule.rule.tag, effects)


def _set(
    profile: Profile,
    event: Event,
    program: Program,
    concerned: list[str],
    args: tuple[Any, ...],
    now: int,
    effects: Effects,
) -> None:
    """Rules that hold now act; triggers that held before and no longer do are ready to act again."""
    for name in concerned:
        index = program.readers.get(name)
        if index is None:
            continue
        for rule in index.candidates(args):
            if rule.test is None or not rule.test(*args):
                continue
            if isinstance(rule, CompiledTag):
                if allowed(rule.rule.purpose, profile):
                    set_tag(profile, rule.rule.tag, rule.rule.ttl_ms, rule.rule.name, event.timestamp, effects)
            elif not profile.triggers.setdefault(rule.trigger.name, Activation()).held:
                profile.triggers[rule.trigger.name].held = True
                fire(profile, event, rule.trigger, program, now, effects)
    for name, activation in profile.triggers.items():
        trigger = program.triggers.get(name) if activation.held else None
        if trigger is not None and trigger.test is not None and not trigger.inputs.isdisjoint(concerned):
            activation.held = trigger.test(*args)
