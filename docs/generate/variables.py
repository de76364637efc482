"""The variables of conditions: where each is there, and its fields with their types, from `befit.site.environment`.

What a field means is said here; a field without a sentence, or a sentence without a field, is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from befit.cel import Type
from befit.site.environment import of_branch, of_item, of_rule, of_signal
from befit.site.schema import Schema
from docs.generate.table import code, table

_SITE: Final = Schema()
_EVENTS: Final = ("Some Event",)
_PLACES: Final[Mapping[str, Mapping[str, Type]]] = {
    "signal": of_signal(_SITE, _EVENTS),
    "tag, trigger with `on`": of_rule(_SITE, {}, _EVENTS),
    "tag, trigger without `on`": of_rule(_SITE, {}),
    "audience, slot, module text": of_branch(_SITE, {}),
    "`where` of a pick": of_item(_SITE, {}),
}
_ORDER: Final = ("event", "profile", "session", "page", "signals", "audiences", "tags", "context", "item", "now")

_MEANING: Final = {
    "event.type": "`track`, `page`, `screen`, `identify`, `group` or `alias`",
    "event.name": "the event of a `track` call; for other calls their type",
    "event.message_id": "",
    "event.anonymous_id": "",
    "event.user_id": "",
    "event.timestamp": "event time, corrected for the client's clock",
    "event.properties": "of the event; typed when the site's schema declares it",
    "event.traits": "of an `identify` or `group` call; typed as `profile.traits` when `on` is `identify`",
    "event.context": "as it came",
    "profile.id": "with its prefix: `u:USER`, or `a:ANONYMOUS` while no user is known",
    "profile.known": "whether a user id is known",
    "profile.traits": "typed when the site's schema declares traits",
    "profile.first_seen": "event time of the first event",
    "profile.last_seen": "event time of the newest event",
    "profile.sessions": "how many sessions there were, this one included",
    "session.id": "",
    "session.started": "",
    "session.events": "events so far",
    "session.page_views": "page views so far",
    "session.dwell": "visible time so far",
    "session.landing.path": "of the session's first page view, as are the following",
    "session.landing.url": "",
    "session.landing.title": "",
    "session.landing.referrer": "",
    "session.landing.search": "",
    "session.landing.name": "",
    "page.path": "of the current page view",
    "page.url": "",
    "page.title": "",
    "page.referrer": "",
    "page.search": "the query string",
    "page.name": "the name given to the page call",
    "page.dwell": "visible time so far",
    "page.scroll": "deepest point reached, in percent",
    "signals": "each signal under its name, with the type that signals.yaml gives it",
    "audiences": "whether the visitor belongs to it; never missing",
    "tags": "names of the tags that have not expired",
    "context.locale": "of the newest event that had one, as are the following",
    "context.timezone": "an IANA name",
    "context.country": "",
    "context.city": "",
    "context.referrer": "",
    "context.user_agent": "",
    "context.device.type": "",
    "context.device.mobile": "",
    "context.device.browser": "",
    "context.device.os": "",
    "context.campaign.source": "",
    "context.campaign.medium": "",
    "context.campaign.name": "",
    "context.campaign.term": "",
    "context.campaign.content": "",
    "context.local": "date and time such as `2026-11-27T09:30:00`, in the visitor's time zone; UTC when it is not known",
    "context.time": "`09:30`, in the visitor's time zone",
    "context.hour": "0 to 23, in the visitor's time zone; UTC when it is not known",
    "context.weekday": "0 is Sunday; in the visitor's time zone",
    "context.searches": "what was searched for in this session (`query` of `Products Searched`), the newest last",
    "item": "one item of the collection",
    "now": "the moment of the decision; for an event its time, or that of a newer one that came before it",
}


def places() -> str:
    """Which variable exists where."""
    rows = ([code(name), *("yes" if name in variables else "–" for variables in _PLACES.values())] for name in _ORDER)
    return table(["", *_PLACES], rows)


def fields() -> str:
    """Every field of every variable. Raises ValueError when code and meanings do not fit."""
    everything = {**_PLACES["signal"], **_PLACES["`where` of a pick"]}
    types = dict(_flat("", {name: everything.pop(name) for name in _ORDER}))
    if everything or types.keys() != _MEANING.keys():
        raise ValueError(f"fields and meanings differ: {everything.keys() | (types.keys() ^ _MEANING.keys())}")
    return table(["value", "type", ""], ([code(path), type_, _MEANING[path]] for path, type_ in types.items()))


def _flat(path: str, type_: Type) -> Iterator[tuple[str, str]]:
    if isinstance(type_, str):
        yield path, code(type_)
    elif not type_:
        yield path, f"one field per {path.removesuffix('s')}"
    else:
        for name, inner in type_.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
