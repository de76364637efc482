"""Quiet events: those that change nothing of a profile but when the visitor was last here. Most of a log is quiet to a slice.

What `befit.engine.fold` does to a profile for such an event is little enough to be done here at a tenth of its cost; a
property test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from befit.engine import Program
from befit.engine.program import release_conditions
from befit.model import PAGE_PING, Profile
from befit.releases.slice import conditions_of, events_of

NOTICED: Final = frozenset({"page", "screen", "identify", "group", "alias"})
"""Kinds of events that are never quiet: they begin page views, bring traits or join profiles."""


DWELLS: Final = frozenset({"page", "page.dwell", "page.scroll", "session", "session.dwell"})
"""What a ping changes while its page view stays the current one."""


class Quiet:
    """Knows the quiet events of some programs that have the same settings. An impression in a `capped` slot is not quiet."""

    __slots__ = ("_loud", "_never", "_timeout", "capped")

    def __init__(self, programs: Iterable[Program]) -> None:
        self._loud = set(NOTICED)
        self._never = False
        self.capped: set[str] = set()
        for program in programs:
            self._add(program)
            self._timeout = program.release.site.session_timeout_ms

    def knows(self, name: str) -> bool:
        """Whether events of this name may be quiet."""
        return not self._never and name not in self._loud

    def take(self, profile: Profile, timestamp: int, view_id: Any = None) -> bool:
        """Note an event that is not late; False, and nothing done, when it must be folded: it begins a session, or is a
        ping of another page view than the current one."""
        session = profile.session
        if session is None or timestamp - session.last_seen > self._timeout:
            return False
        if view_id is not None and session.pages and session.pages[-1].view_id != view_id:
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

        follows = not program.reactive.isdisjoint(("session", "profile", "context"))
        self._never |= follows or reads_context(program)
        self._loud |= events_of(release.signals, release.tags, release.triggers)
        self.capped |= {name for name, slot in program.slots.items() if f"shown.{name}" in slot.inputs}
        dwells = any(signal.kind == "dwell" for signal in release.signals)
        if dwells or "page" in program.reactive or not reads(program).isdisjoint(DWELLS):
            self._loud.add(PAGE_PING)


def reads(program: Program) -> set[str]:
    """Every path that a condition of the program reads."""
    release = program.release
    conditions = [each for each in release_conditions(release) if each is not None]
    conditions += conditions_of(*release.signals, *release.tags, *release.triggers)
    return {path for condition in conditions for path in condition.reads}


def reads_context(program: Program) -> bool:
    """Whether it matters what the context of events says, beside the page."""
    context = any(path == "event" or path.startswith(("context", "event.context")) for path in reads(program))
    return context or bool(program.release.site.purposes)
