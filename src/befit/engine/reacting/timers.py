"""Timers are events: what happens when one that a profile waits for comes back from the log (DESIGN §6.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from befit.engine.effects import Effects
from befit.engine.reacting.delays import come_due
from befit.engine.reacting.reactions import react
from befit.model import Event, Profile

if TYPE_CHECKING:
    from befit.engine.program import Program


def elapse(profile: Profile, event: Event, program: Program, effects: Effects) -> None:
    """Fold a timer event. One that the profile no longer waits for does nothing."""
    name, due = event.name, event.timestamp
    if profile.timers.get(name) != due:
        return
    del profile.timers[name]
    effects.timers_unset[name] = due
    kind, _, owner = name.partition(":")
    if kind == "tag":
        tag = profile.tags.get(owner)
        if tag is not None and tag.expires == due:
            del profile.tags[owner]
            effects.changed.add("tags")
    elif kind == "signal":
        signal = program.signals.get(owner)
        if signal is not None and signal.sequence is not None and owner in profile.signals:
            sequence, state = signal.sequence, profile.signals[owner]
            completed = sequence.completed(state)
            state = profile.signals[owner] = sequence.elapse(state, due)
            effects.set_timer(profile, name, sequence.due(state))
            effects.changed.add(signal.changes)
            if sequence.completed(state) > completed:
                effects.completed.add(owner)
    elif kind == "trigger":
        trigger = program.triggers.get(owner)
        if trigger is not None:
            effects.changed.update(f"triggers.{slot}" for slot in trigger.trigger.show)
    elif kind == "delay":
        trigger = program.triggers.get(owner)
        if trigger is not None and trigger.trigger.delay_ms:
            come_due(profile, due, trigger, program, effects)
    react(profile, event, program, max(due, profile.last_seen), effects)
