"""What a trigger does when its moment has come, and whether it may."""

from __future__ import annotations

from befit.engine.consent import allowed
from befit.engine.deciding.caps import DAY_MS
from befit.engine.effects import Effects
from befit.engine.program import Program
from befit.engine.reacting.calls import call_of
from befit.engine.reacting.own_events import emitted
from befit.engine.reacting.tagging import remove_tag, set_tag
from befit.model import Activation, Event, Profile, Trigger


def fire(profile: Profile, event: Event, trigger: Trigger, program: Program, now: int, effects: Effects) -> None:
    """Act because of `event`, unless consent is missing, or the trigger acted too recently or often enough."""
    if not allowed(trigger.purpose, profile):
        return
    activation = profile.triggers.setdefault(trigger.name, Activation())
    session = profile.session
    session_id = session.id if session is not None else ""
    if is_spent(trigger, activation, session_id, now):
        return
    _count(activation, session_id, now)
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
    if trigger.webhook and not event.historical:
        effects.calls += (call_of(profile, event, trigger, program, now),)


def is_spent(trigger: Trigger, activation: Activation, session: str, now: int) -> bool:
    """Whether it acted as often as it may in this session, this UTC day or ever, or too short a while ago."""
    return bool(
        (trigger.ever and activation.total >= trigger.ever)
        or (trigger.per_session and activation.session == session and activation.in_session >= trigger.per_session)
        or (trigger.per_day and activation.day == now // DAY_MS and activation.in_day >= trigger.per_day)
        or (trigger.cooldown_ms and activation.fired and now - activation.fired < trigger.cooldown_ms)
    )


def _count(activation: Activation, session: str, now: int) -> None:
    day = now // DAY_MS
    activation.in_session = activation.in_session + 1 if activation.session == session else 1
    activation.in_day = activation.in_day + 1 if activation.day == day else 1
    activation.total += 1
    activation.fired, activation.session, activation.day = now, session, day
