"""Triggers with a delay: they act so long after the newest of their events, unless another event calls it off.

What counts is event time: an event that comes late is put where it belongs, and what has come due acts before anything that
happened later is looked at, even if its timer is still on the way.
"""

from __future__ import annotations

from befit.engine.consent import allowed
from befit.engine.effects import Effects
from befit.engine.program import CompiledTrigger, Program
from befit.engine.reacting.firing import fire
from befit.engine.reacting.own_events import timer_event
from befit.engine.view import variables
from befit.model import Activation, Event, Profile


def timer_name(trigger: CompiledTrigger) -> str:
    """The timer that a delayed trigger waits for."""
    return f"delay:{trigger.trigger.name}"


def begin(profile: Profile, event: Event, trigger: CompiledTrigger, program: Program, effects: Effects) -> None:
    """One of its `on`: wait from here on, unless something newer is waited for or settled already.

    History that was imported sets off nothing whose time had passed when it was received.
    """
    due = _still_waiting(profile, event, trigger, program, effects)
    new = event.timestamp + trigger.trigger.delay_ms
    activation = profile.triggers.get(trigger.trigger.name)
    settled = activation.settled if activation is not None else 0
    if new <= due or event.timestamp <= settled or not allowed(trigger.trigger.purpose, profile):
        return
    if not event.historical or new > event.received_at:
        effects.set_timer(profile, timer_name(trigger), new)


def cancel(profile: Profile, event: Event, trigger: CompiledTrigger, program: Program, effects: Effects) -> None:
    """One of its `cancel_on`: nothing that happened before it is acted on any more."""
    due = _still_waiting(profile, event, trigger, program, effects)
    activation = profile.triggers.setdefault(trigger.trigger.name, Activation())
    activation.settled = max(activation.settled, event.timestamp)
    if due and due - trigger.trigger.delay_ms <= event.timestamp:
        effects.set_timer(profile, timer_name(trigger), 0)


def come_due(profile: Profile, due: int, trigger: CompiledTrigger, program: Program, effects: Effects) -> None:
    """Its time has come: act, if `when` holds now. Of two profiles that were merged, one may know that it was called off."""
    name = trigger.trigger.name
    activation = profile.triggers.setdefault(name, Activation())
    since = due - trigger.trigger.delay_ms
    if since <= activation.settled:
        return
    activation.settled = since
    now = max(due, profile.last_seen)
    if trigger.test is None or trigger.test(*variables(profile, program, now, uses=program.reactive_uses)):
        fire(profile, timer_event(profile.id, timer_name(trigger), due), trigger.trigger, program, now, effects)


def _still_waiting(profile: Profile, event: Event, trigger: CompiledTrigger, program: Program, effects: Effects) -> int:
    """When it is due, 0 for never, after acting on what came due before this event."""
    name = timer_name(trigger)
    due = profile.timers.get(name, 0)
    if not due or due > event.timestamp:
        return due
    effects.set_timer(profile, name, 0)
    come_due(profile, due, trigger, program, effects)
    return 0
