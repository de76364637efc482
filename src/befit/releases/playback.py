"""Playback: events folded in memory by the pure engine, with timers that fire as events when their time comes.

No log, no store, no clock: what a scenario says happens, in order of time, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from befit.engine import Program, Traffic, Visitors, timer_event
from befit.model import Event, Profile


class Playback:
    """Visitors that live in memory. Times must not go back from call to call.

    `note`, when given, is called with each profile after each event that was folded into it.
    """

    def __init__(self, program: Program, note: Callable[[Profile], None] | None = None) -> None:
        self.note = note
        self.traffic = Traffic(program)
        self.visitors = Visitors({}, {})
        self._seen: set[str] = set()

    def profile(self, anonymous_id: str, user_id: str = "") -> Profile:
        """The profile that these ids lead to; an empty one for a visitor who was never here."""
        name = f"u:{user_id}" if user_id else f"a:{anonymous_id}"
        name = self.visitors.lead(name)
        return self.visitors.profiles.get(name) or Profile(id=name, ids=[name])

    def play(self, event: Event) -> None:
        """Let the time come to this event, and fold it and what triggers emit because of it."""
        self.advance(event.timestamp)
        waiting = [event]
        while waiting:
            next_event = waiting.pop(0)
            if next_event.message_id not in self._seen:
                self._seen.add(next_event.message_id)
                waiting += self._fold(next_event)

    def advance(self, now: int) -> None:
        """Let the time come to `now`: timers due until then fire, earliest first."""
        while due := self._next_timer(now):
            at, profile_id, name = due
            waiting = [timer_event(profile_id, name, at)]
            while waiting:
                waiting += self._fold(waiting.pop(0))

    def _next_timer(self, now: int) -> tuple[int, str, str] | None:
        profiles = self.visitors.profiles.values()
        timers = ((due, each.id, name) for each in profiles for name, due in each.timers.items())
        return min((timer for timer in timers if timer[0] <= now), default=None)

    def _fold(self, event: Event) -> list[Event]:
        taken = self.visitors.take(event, self.traffic)
        if taken is None:
            return []
        if self.note is not None:
            self.note(taken.profile)
        return taken.effects.emit
