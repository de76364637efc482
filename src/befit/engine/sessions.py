"""Sessions: where a visit begins and ends, which page is current, and how long it was really looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from befit.engine.coercion import coerce, plain
from befit.engine.limits import PAGES, SEARCHES
from befit.model import PAGE_PING, Event, Page, Profile, Session

if TYPE_CHECKING:
    from befit.engine.program import Program

PAGE_FIELDS = ("path", "url", "title", "referrer", "search")
PING_MAX_MS = 60_000  # a ping covers seconds of visible time; more than a minute is a broken clock or a claim


def follow(profile: Profile, event: Event, program: Program, changed: set[str]) -> Session:
    """Bring the profile's session up to date with one event. An event from before the session does not touch it."""
    session = profile.session
    time = event.timestamp
    if session is None or time - session.last_seen > program.release.site.session_timeout_ms:
        session = Session(id=event.message_id, started=time, last_seen=time)
        profile.session = session
        profile.sessions += 1
        changed.add("page")
        changed.add("profile")
        changed.update(program.scoped["session"])
        changed.update(program.scoped["page"])
        changed.update(program.dwells["session"])
        changed.update(program.dwells["page"])
    elif time < session.started:
        return session
    session.events += 1
    session.last_seen = max(session.last_seen, time)
    changed.add("session")
    if event.type == "page" or event.type == "screen":
        open_page(session, event, program, changed)
    elif event.name == PAGE_PING:
        ping(session, event, program, changed)
    elif event.name == "Products Searched":
        search(session, event)
        changed.add("context")
    return session


def open_page(session: Session, event: Event, program: Program, changed: set[str]) -> None:
    """A new page view becomes the current one."""
    context_page = event.context.get("page")
    attributes: dict[str, Any] = {}
    for source in (context_page if isinstance(context_page, dict) else {}, event.properties):
        attributes.update(source)
    for name in PAGE_FIELDS:
        if not isinstance(attributes.get(name, ""), str):
            del attributes[name]
    coerce(attributes, program.page_coercions)
    attributes = plain(attributes)
    view_id = event.context.get("viewId")
    page = Page(
        view_id=view_id if isinstance(view_id, str) else event.message_id,
        attributes=attributes,
        started=event.timestamp,
        last_seen=event.timestamp,
    )
    session.page_views += 1
    if not session.landing:
        session.landing = dict(attributes)
    session.pages.append(page)
    del session.pages[:-PAGES]
    page_changed(program, changed)


def ping(session: Session, event: Event, program: Program, changed: set[str]) -> None:
    """Visible time of a page view. A ping from another tab makes that tab's page the current one."""
    visible = event.properties.get("visible_ms")
    if not isinstance(visible, (int, float)) or isinstance(visible, bool) or visible < 0:
        visible = 0
    visible_ms = min(int(visible), PING_MAX_MS)
    session.dwell_ms += visible_ms
    changed.update(program.dwells["session"])
    if not session.pages:
        return
    view_id = event.context.get("viewId")
    page = next((page for page in session.pages if page.view_id == view_id), None if view_id else session.pages[-1])
    if page is None:
        return
    page.dwell_ms += visible_ms
    page.last_seen = max(page.last_seen, event.timestamp)
    scroll = event.properties.get("scroll")
    if isinstance(scroll, (int, float)) and not isinstance(scroll, bool):
        page.scroll = max(page.scroll, min(100, max(0, int(scroll))))
    if page is not session.pages[-1]:
        session.pages.remove(page)
        session.pages.append(page)
        page_changed(program, changed)
    changed.add("page")
    changed.update(program.dwells["page"])


def search(session: Session, event: Event) -> None:
    """Remember what was searched for."""
    query = event.properties.get("query")
    if isinstance(query, str) and query:
        session.searches.append(query[:200])
        del session.searches[:-SEARCHES]


def page_changed(program: Program, changed: set[str]) -> None:
    """Another page is current: everything that is counted per page starts anew."""
    changed.add("page")
    changed.update(program.dwells["page"])
    changed.update(program.scoped["page"])
