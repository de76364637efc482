"""fold(profile, event, program): the profile after one event, and what else must happen. Pure: no clock, no dice, no I/O.

The order within one event: session and page, traits and consent and context, impressions, signals, then tags and
triggers in rounds until nothing changes any more.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from befit.engine.bound import BOUND_EVERY, bound
from befit.engine.coercion import coerce, plain
from befit.engine.consent import allowed, take_consent
from befit.engine.effects import Effects
from befit.engine.impressions import count_impression
from befit.engine.limits import TRAITS
from befit.engine.program import CompiledSignal, Program, scope_of
from befit.engine.reacting.own_events import OWN
from befit.engine.reacting.reactions import apply_event_rules, react
from befit.engine.reacting.tagging import tag_by_hand
from befit.engine.reacting.timers import elapse
from befit.engine.sessions import follow
from befit.engine.view import of_event, variables
from befit.errors import EvaluationError
from befit.model import IMPRESSION, Event, Profile, Session


def fold(profile: Profile, event: Event, program: Program, merged: bool = False) -> Effects:
    """Change `profile` in place by one event and say what else must happen.

    `merged` says that the event has just joined another profile to this one, so that anything may have another value.
    An event that comes later than the site's allowed lateness changes nothing (`Effects.late`). A value that errs
    spoils only the signal that wanted it (`Effects.spoiled`).
    """
    effects = Effects()
    if event.type == "timer":
        elapse(profile, event, program, effects)
        finish(profile, event, effects)
        return effects
    if event.type == "tag":
        tag_by_hand(profile, event, program, effects)
        react(profile, event, program, max(event.timestamp, profile.last_seen), effects)
        finish(profile, event, effects)
        return effects
    if event.received_at - event.timestamp > program.release.site.lateness_ms and not event.historical:
        effects.late = True
        return effects
    changed = effects.changed
    if merged:
        changed.update(program.reactive)
    take_declared(event, program, effects)
    session = follow(profile, event, program, changed)
    take_traits(profile, event, program, effects)
    take_consent(profile, event, program, changed)
    take_context(profile, event, changed)
    if event.name == IMPRESSION:
        count_impression(profile, event, session, changed)
    now = max(event.timestamp, profile.last_seen)
    args = variables(profile, program, now, event=of_event(event), uses=program.event_uses)
    feed_signals(profile, event, program, session, args, effects)
    apply_event_rules(profile, event, program, args, now, effects)
    react(profile, event, program, now, effects)
    finish(profile, event, effects)
    return effects


def finish(profile: Profile, event: Event, effects: Effects) -> None:
    """What every folded event does to a profile."""
    profile.version += 1
    if not profile.first_seen or event.timestamp < profile.first_seen:
        profile.first_seen = event.timestamp
    if event.timestamp > profile.last_seen and event.type not in OWN:
        profile.last_seen = event.timestamp
        effects.changed.add("profile")
    if not profile.version % BOUND_EVERY:
        effects.spoiled += [f"{name} was dropped: the profile is too large" for name in bound(profile)]


def take_declared(event: Event, program: Program, effects: Effects) -> None:
    """Bring the properties to the types that the site declares for this event."""
    fields = program.coercions.get(event.name)
    dropped = coerce(event.properties, fields) if fields else None
    if dropped:
        effects.spoiled += [f"{event.name}.{name}" for name in dropped]


def take_traits(profile: Profile, event: Event, program: Program, effects: Effects) -> None:
    """Last writer wins by event time, trait by trait; null removes a trait. A group's traits are not the visitor's."""
    if not event.traits or event.type == "group":
        return
    traits = {name: value for name, value in event.traits.items() if value is not None}
    effects.spoiled += [f"traits.{name}" for name in coerce(traits, program.trait_coercions)]
    times = profile.trait_times
    for name in event.traits:
        if event.timestamp < times.get(name, 0):
            continue
        times[name] = event.timestamp
        if name in traits:
            profile.traits[name] = plain(traits[name])
        else:
            profile.traits.pop(name, None)
    while len(times) > TRAITS:
        oldest = min(times, key=lambda name: (times[name], name))
        del times[oldest]
        profile.traits.pop(oldest, None)
    effects.changed.add("profile")


CONTEXT_FIELDS = ("device", "locale", "timezone", "country", "city", "campaign", "referrer", "user_agent")
CONTEXT_NAMES = {"userAgent": "user_agent"}


def take_context(profile: Profile, event: Event, changed: set[str]) -> None:
    """Keep the visitor's context of the newest event."""
    context = event.context
    if not context or event.timestamp < profile.last_seen:
        return
    kept = profile.context
    for name, value in context.items():
        name = CONTEXT_NAMES.get(name, name)
        if name in CONTEXT_FIELDS and kept.get(name) != value:
            kept[name] = value
            changed.add("context")


def feed_signals(
    profile: Profile, event: Event, program: Program, session: Session, args: tuple[Any, ...], effects: Effects
) -> None:
    """Update the signals that this event feeds."""
    index = program.on_signals.get(event.name)
    if index is not None:
        for signal in index.candidates(args):
            test = signal.test
            if (test is None or test(*args)) and allowed(signal.signal.purpose, profile):
                feed(profile, event, signal, session, args, effects)
    for signal in program.sequences.get(event.name, ()):
        if allowed(signal.signal.purpose, profile):
            advance(profile, event, signal, session, args, effects)
    for source, leader in program.leaders.items():
        if source in effects.changed:
            effects.changed.add(leader)


def feed(
    profile: Profile, event: Event, signal: CompiledSignal, session: Session, args: tuple[Any, ...], effects: Effects
) -> None:
    """One signal takes its value from the event."""
    kind = signal.kind
    if kind is None:
        return
    value: Any = None
    if signal.value is not None:
        try:
            value = signal.value(*args)
        except EvaluationError as error:
            effects.spoiled.append(f"signals.{signal.name}: {error}")
            return
        class_ = value.__class__
        if class_ not in signal.takes or (signal.numeric and not isfinite(value)):
            what = "number" if signal.numeric else "single value"
            effects.spoiled.append(f"signals.{signal.name}: {value!r:.100} is not a {what}")
            return
        if signal.weighed:
            value = (value, signal.weights.get(event.name, 1.0))
    if signal.scope:
        scope, began = scope_of(session, signal.scope)
        if event.timestamp < began:
            return
        value = (scope, began, value)
    states = profile.signals
    states[signal.name] = kind.update(states.get(signal.name), event.timestamp, value)
    effects.changed.add(signal.changes)


def advance(
    profile: Profile, event: Event, signal: CompiledSignal, session: Session, args: tuple[Any, ...], effects: Effects
) -> None:
    """A sequence or funnel takes its step, and a sequence its timer with it."""
    kind, steps, sequence = signal.kind, signal.steps, signal.sequence
    if kind is None or steps is None:
        return
    value: Any = steps.mask(event.name, args)
    if not value:
        return
    time = event.timestamp
    if signal.scope:
        scope, began = scope_of(session, signal.scope)
        if time < began:
            return
        value = (scope, began, value)
    before = profile.signals.get(signal.name)
    was = kind.empty if before is None else kind.read(before, time)
    completed = sequence.completed(before) if sequence is not None and before is not None else 0
    state = kind.update(before, time, value)
    profile.signals[signal.name] = state
    if signal.scope or kind.read(state, time) != was:
        effects.changed.add(signal.changes)
    if sequence is not None:
        effects.set_timer(profile, f"signal:{signal.name}", sequence.due(state))
        if sequence.completed(state) > completed:
            effects.completed.add(signal.name)
            effects.changed.add(signal.changes)
