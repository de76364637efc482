"""Timers are events: what happens when one that a profile waits for comes back from the log (DESIGN §6.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from befit.engine.effects import Effects
from befit.engine.reactions import react
from befit.model import Event, Profile

if TYPE_CHECKING:
    from befit.engine.program import Program


def timer_event(profile_id: str, name: str, due: int) -> Event:
    """The event of a due timer. Its message id is the same however often it is made, so that it counts once."""
    return Event(
        type="timer",
        name=name,
        message_id=f"timer:{profile_id}:{name}:{due}",
        anonymous_id=profile_id[2:] if profile_id.startswith("a:") else "",
        user_id=profile_id[2:] if profile_id.startswith("u:") else "",
        timestamp=due,
        received_at=due,
    )


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
            state = signal.sequence.elapse(profile.signals[owner], due)
            profile.signals[owner] = state
            effects.set_timer(profile, name, signal.sequence.due(state))
            effects.changed.add(signal.changes)
    elif kind == "trigger":
        trigger = program.triggers.get(owner)
        if trigger is not None:
            effects.changed.update(f"triggers.{slot}" for slot in trigger.trigger.show)
    react(profile, event, program, max(due, profile.last_seen), effects)
