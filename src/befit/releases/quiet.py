"""Quiet events: those that change nothing of a profile but when the visitor was last here. Most of a log is quiet to a slice.

What `befit.engine.fold` does to a profile for such an event is little enough to be done here at a tenth of its cost; a
property test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from befit.engine import Program
from befit.model import IMPRESSION, PAGE_PING, Profile
from befit.releases.slice import events_of

NOTICED: Final = frozenset({"page", "screen", "identify", "group", "alias"})
"""Kinds of events that are never quiet: they begin page views, bring traits or join profiles."""


class Quiet:
    """Knows the quiet events of some programs that have the same settings."""

    __slots__ = ("_lateness", "_loud", "_never", "_timeout")

    def __init__(self, programs: Iterable[Program]) -> None:
        self._loud = set(NOTICED)
        self._never = False
        for program in programs:
            self._add(program)
            self._timeout = program.release.site.session_timeout_ms

    def knows(self, name: str) -> bool:
        """Whether events of this name may be quiet."""
        return not self._never and name not in self._loud

    def take(self, profile: Profile, timestamp: int) -> bool:
        """Note an event that is not late; False, and nothing done, when it must be folded: it begins a session."""
        session = profile.session
        if session is None or timestamp - session.last_seen > self._timeout:
            return False
        if timestamp >= session.started:
            session.events += 1
            if timestamp > session.last_seen:
                session.last_seen = timestamp
        profile.version += 1
        if timestamp > profile.last_seen:
            profile.last_seen = timestamp
        if timestamp < profile.first_seen:
            profile.first_seen = timestamp
        return True

    def _add(self, program: Program) -> None:
        release = program.release
        uses = program.event_uses | program.reactive_uses | program.slot_uses
        follows = not program.reactive.isdisjoint(("session", "profile", "context"))
        self._never |= follows or "context" in uses or bool(release.site.purposes)
        self._loud |= events_of(release.signals, release.tags, release.triggers)
        if any(f"shown.{slot.name}" in slot.inputs for slot in program.slots.values()):
            self._loud.add(IMPRESSION)
        dwells = any(signal.kind == "dwell" or signal.window == "page" for signal in release.signals)
        lasts = any(trigger.lasting == "page" for trigger in release.triggers)
        if dwells or lasts or not uses.isdisjoint(("page", "session")) or "page" in program.reactive:
            self._loud.add(PAGE_PING)
