"""What conditions see of a profile: their variables, as plain dicts, built for one moment.

Conditions take their variables by position, in the order of `VARIABLES`. What is costly is computed only when it is
read: signals when a condition names one, the local hour when one asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from befit.cel import Duration, Timestamp
from befit.engine.coercion import coerce, with_times
from befit.model import Event, Page, Profile, Session, Tag

if TYPE_CHECKING:
    from befit.engine.program import Program

VARIABLES: Final = ("event", "profile", "session", "page", "signals", "tags", "context", "now")
"""The variables of every condition, in the order in which compiled conditions take them."""

MS: Final = 1_000_000  # nanoseconds
EMPTY: Final[dict[str, Any]] = {}


class Signals(dict[str, Any]):
    """Signal values, computed on first read. A signal that is not known yet is not `in` it and raises KeyError."""

    __slots__ = ("now", "profile", "reads", "states")

    def __init__(self, profile: Profile, program: Program, now: int) -> None:
        self.profile = profile
        self.states = profile.signals
        self.reads = program.reads
        self.now = now

    def __missing__(self, name: str) -> Any:
        value = self.states.get(name)
        # A state that is a bare number is the value itself (`signals.Total`); the call saved is a third of the cost.
        if value.__class__ is not int and value.__class__ is not float:
            value = self.reads[name](self.profile, self.now)
        self[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        try:
            self[name]  # type: ignore[index]
        except KeyError:
            return False
        return True


LOCAL: Final[dict[str, Callable[[datetime], int | str]]] = {
    "hour": lambda local: local.hour,
    "weekday": lambda local: local.isoweekday() % 7,
    "local": lambda local: local.isoformat()[:19],
    "time": lambda local: local.isoformat()[11:16],
}
"""What the context knows of the visitor's clock. Texts, because in order of texts they are in order of time."""


class Context(dict[str, Any]):
    """The visitor's context. What is `LOCAL` is computed on first read: `hour` 9, `weekday` 0 for Sunday,
    `local` 2026-11-27T09:30:00, `time` 09:30."""

    __slots__ = ("now",)

    def __init__(self, values: Mapping[str, Any], now: int) -> None:
        super().__init__(values)
        self.now = now

    def __missing__(self, name: str) -> Any:
        if name not in LOCAL:
            raise KeyError(name)
        self[name] = LOCAL[name](datetime.fromtimestamp(self.now // 1000, zone(self.get("timezone", ""))))
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in LOCAL or super().__contains__(name)


@lru_cache(maxsize=512)
def zone(name: object) -> tzinfo:
    """The time zone of that IANA name; UTC for one that does not exist."""
    try:
        return ZoneInfo(str(name)) if name else UTC
    except (OSError, ValueError, LookupError):
        return UTC


def of_event(event: Event) -> dict[str, Any]:
    """The variable `event`."""
    return {
        "type": event.type,
        "name": event.name,
        "message_id": event.message_id,
        "anonymous_id": event.anonymous_id,
        "user_id": event.user_id,
        "timestamp": Timestamp(event.timestamp * MS),
        "properties": event.properties,
        "traits": event.traits,
        "context": event.context,
    }


def of_profile(profile: Profile, program: Program) -> dict[str, Any]:
    """The variable `profile`."""
    return {
        "id": profile.id,
        "known": profile.id.startswith("u:"),
        "traits": with_times(profile.traits, program.trait_times),
        "first_seen": Timestamp(profile.first_seen * MS),
        "last_seen": Timestamp(profile.last_seen * MS),
        "sessions": profile.sessions,
    }


def of_session(session: Session | None) -> dict[str, Any]:
    """The variable `session`; empty between sessions."""
    if session is None:
        return EMPTY
    return {
        "id": session.id,
        "started": Timestamp(session.started * MS),
        "events": session.events,
        "page_views": session.page_views,
        "dwell": Duration(session.dwell_ms * MS),
        "landing": session.landing,
    }


def of_page(page: Page | None, program: Program) -> dict[str, Any]:
    """The variable `page`: the page view of the session that was last active."""
    if page is None:
        return EMPTY
    return {
        **with_times(page.attributes, program.page_times),
        "dwell": Duration(page.dwell_ms * MS),
        "scroll": page.scroll,
    }


def of_tags(tags: Mapping[str, Tag], now: int) -> list[str]:
    """The variable `tags`: names of those that have not expired, even if their timer is late."""
    return [name for name, tag in tags.items() if not tag.expires or tag.expires > now]


def variables(
    profile: Profile,
    program: Program,
    now: int,
    *,
    event: dict[str, Any] = EMPTY,
    page: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    uses: Container[str] = VARIABLES,
) -> tuple[Any, ...]:
    """All variables, in the order of `VARIABLES`; those not in `uses` are left empty.

    `page` and `context` override what the session says.
    """
    session = current_session(profile, program, now)
    current = session.pages[-1] if session is not None and session.pages else None
    shown: dict[str, Any] = EMPTY
    if "page" in uses:
        shown = of_page(current, program) if page is None else page_override(page, current, program)
    seen: dict[str, Any] = EMPTY
    if "context" in uses:
        seen = Context(profile.context, now)
        if session is not None and session.searches:
            seen["searches"] = session.searches
        if context:
            seen.update(context)
    return (
        event,
        of_profile(profile, program) if "profile" in uses else EMPTY,
        of_session(session) if "session" in uses else EMPTY,
        shown,
        Signals(profile, program, now),
        of_tags(profile.tags, now) if "tags" in uses else (),
        seen,
        Timestamp(now * MS),
    )


def page_override(page: Mapping[str, Any], current: Page | None, program: Program) -> dict[str, Any]:
    """A page given with a request: its dwell time is known when it is the session's current one, by path."""
    given = dict(page)
    coerce(given, program.page_coercions)
    same = current is not None and current.attributes.get("path") == page.get("path")
    if same and current is not None:
        return {**of_page(current, program), **given}
    return {"dwell": Duration(0), "scroll": 0, **given}


def current_session(profile: Profile, program: Program, now: int) -> Session | None:
    """The profile's session, unless it has timed out at `now`."""
    session = profile.session
    if session is None or now - session.last_seen > program.release.site.session_timeout_ms:
        return None
    return session
