"""Effects: what must happen beside the change of the profile that a fold made in place."""

from __future__ import annotations

from dataclasses import dataclass, field

from befit.engine.reacting.calls import Call
from befit.model import Event, Profile


@dataclass(slots=True)
class Effects:
    """What one fold asks of the world around it.

    changed    inputs that may have another value now (`befit.engine.inputs`): slots that read none of them stay as they are
    emit       track events that triggers want appended to the log
    calls      what triggers want told to the outside; only a live worker does so
    completed  names of the sequences that this event completed
    timers_set, timers_unset   name -> due time, and names no longer waited for; the store indexes them by due time
    again      inputs that tags and triggers changed in the round at hand
    late       the event came after the allowed lateness and changed nothing
    spoiled    values that could not be used, in words, for the log and the metrics
    """

    changed: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    emit: list[Event] = field(default_factory=list)
    calls: tuple[Call, ...] = ()
    completed: set[str] = field(default_factory=set)
    timers_set: dict[str, int] = field(default_factory=dict)
    timers_unset: dict[str, int] = field(default_factory=dict)
    late: bool = False
    spoiled: list[str] = field(default_factory=list)

    def set_timer(self, profile: Profile, name: str, due: int) -> None:
        """Wait for `due` under this name, instead of what was waited for before; 0 waits for nothing."""
        before = profile.timers.get(name, 0)
        if before == due:
            return
        if before:
            if self.timers_set.pop(name, 0) != before:
                self.timers_unset[name] = before
            del profile.timers[name]
        if due:
            profile.timers[name] = due
            self.timers_set[name] = due
