"""Quiet events: those that change nothing of a profile but when the visitor was last here. Most of a log is quiet to a slice.

What `befit.engine.fold` does to a profile for such an event is little enough to be done here at a tenth of its cost; a
property test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from befit.engine import Program
from befit.engine.fold import CONTEXT_NAMES
from befit.engine.program import release_conditions
from befit.engine.view import LOCAL
from befit.model import PAGE_PING, Profile
from befit.releases.slice import conditions_of, events_of

NOTICED: Final = frozenset({"page", "screen", "identify", "group", "alias"})
"""Kinds of events that are never quiet: they begin page views, bring traits or join profiles."""


DWELLS: Final = frozenset({"page", "page.dwell", "page.scroll", "session", "session.dwell"})
"""What a ping changes while its page view stays the current one."""


class Quiet:
    """Knows the quiet events of some programs that have the same settings.

    An impression in a `capped` slot is not quiet, nor an event that changes one of these names of the `context`.
    """

    __slots__ = ("_loud", "_never", "_timeout", "capped", "context")

    def __init__(self, programs: Iterable[Program]) -> None:
        self._loud = set(NOTICED)
        self._never = False
        self.capped: set[str] = set()
        self.context: frozenset[str] = frozenset()
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
        context = context_read(program)
        self._never |= follows or context is None
        self.context |= context or frozenset()
        if "context.searches" in reads(program):
            self._loud.add("Products Searched")
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


def context_read(program: Program) -> frozenset[str] | None:
    """The names of an event's context, beside its page, that matter; None when it may be any of them."""
    names: set[str] = set()
    for path in reads(program):
        variable, _, name = path.partition(".")
        if path == "event" or path == "context" or path.startswith("event.context"):
            return None
        if variable == "context":
            field = name.partition(".")[0]
            names.add("timezone" if field in LOCAL else field)
    if program.release.site.purposes:
        return None
    written = {kept: name for name, kept in CONTEXT_NAMES.items()}
    return frozenset(names | {written[name] for name in names if name in written})


def is_news(context: Mapping[str, Any], profile: Profile, names: Iterable[str]) -> bool:
    """Whether an event's context says something else under these names than what the profile knows."""
    known = profile.context
    return any(name in context and known.get(CONTEXT_NAMES.get(name, name)) != context[name] for name in names)
