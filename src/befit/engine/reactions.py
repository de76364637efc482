"""Tags and triggers: what follows from an event, and from what it changed, until nothing changes any more."""

from __future__ import annotations

from typing import Any

from befit.engine.consent import allowed
from befit.engine.effects import Effects
from befit.engine.limits import ROUNDS, TAGS
from befit.engine.program import CompiledTag, Program
from befit.engine.view import variables
from befit.model import Activation, Event, Profile, Tag, Trigger


def apply_event_rules(
    profile: Profile, event: Event, program: Program, args: tuple[Any, ...], now: int, effects: Effects
) -> None:
    """Rules that name this event in `on`: removals first, so that one event can renew a tag."""
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
    """Rules without `on`: looked at when something that their condition reads has changed, in at most `ROUNDS` rounds."""
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


def set_tag(profile: Profile, tag: str, ttl_ms: int, source: str, time: int, effects: Effects) -> None:
    """Set a tag, or renew it. Its expiry is a timer."""
    expires = time + ttl_ms if ttl_ms else 0
    before = profile.tags.get(tag)
    if before is not None and (before.expires == 0 or 0 < expires <= before.expires):
        return
    profile.tags[tag] = Tag(since=time if before is None else before.since, expires=expires, source=source)
    effects.set_timer(profile, f"tag:{tag}", expires)
    if before is None:
        effects.changed.add("tags")
        effects.again.add("tags")
    if len(profile.tags) > TAGS:
        oldest = min(profile.tags, key=lambda name: (profile.tags[name].since, name))
        remove_tag(profile, oldest, effects)


def remove_tag(profile: Profile, tag: str, effects: Effects) -> None:
    """Remove a tag and its timer; one that is not there is fine."""
    if profile.tags.pop(tag, None) is not None:
        effects.set_timer(profile, f"tag:{tag}", 0)
        effects.changed.add("tags")
        effects.again.add("tags")


def fire(profile: Profile, event: Event, trigger: Trigger, program: Program, now: int, effects: Effects) -> None:
    """Act, unless the trigger fired too recently or often enough in this session."""
    if not allowed(trigger.purpose, profile):
        return
    activation = profile.triggers.setdefault(trigger.name, Activation())
    session = profile.session
    session_id = session.id if session is not None else ""
    in_session = activation.in_session if activation.session == session_id else 0
    if trigger.per_session and in_session >= trigger.per_session:
        return
    if trigger.cooldown_ms and activation.fired and now - activation.fired < trigger.cooldown_ms:
        return
    activation.fired, activation.session, activation.in_session = now, session_id, in_session + 1
    if trigger.show:
        page_id = session.pages[-1].view_id if session is not None and session.pages else ""
        activation.scope = session_id if trigger.lasting == "session" else page_id if trigger.lasting else ""
        activation.until = now + trigger.for_ms if trigger.for_ms else 0
        effects.set_timer(profile, f"trigger:{trigger.name}", activation.until)
        effects.changed.update(f"triggers.{slot}" for slot in trigger.show)
    if trigger.tag:
        set_tag(profile, trigger.tag, trigger.tag_ttl_ms, f"trigger {trigger.name}", now, effects)
    if trigger.untag:
        remove_tag(profile, trigger.untag, effects)
    if trigger.emit:
        effects.emit.append(emitted(profile, event, trigger, now))


def emitted(profile: Profile, event: Event, trigger: Trigger, now: int) -> Event:
    """The event that a trigger emits. Its message id follows from what set it off, so that it counts once."""
    known = profile.id.startswith("u:")
    return Event(
        type="track",
        name=trigger.emit,
        message_id=f"{event.message_id}:{trigger.name}",
        anonymous_id="" if known else profile.id[2:],
        user_id=profile.id[2:] if known else "",
        timestamp=now,
        received_at=max(now, event.received_at),
        properties={"trigger": trigger.name},
    )
