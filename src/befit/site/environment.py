"""The typed variables of a site's conditions: one function for each kind of place that holds them.

A nested mapping is a struct with exactly these fields; `map(string, dyn)` is open. What a site declares (`Schema`)
joins what befit itself knows of every visitor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from befit.cel import Type
from befit.model import IMPRESSION, MODULE_CLICKED, PAGE_PING
from befit.site.schema import CALLS, Attributes, Schema

OPEN: Final = "map(string, dyn)"

PAGE_TEXTS: Final = ("path", "url", "title", "referrer", "search", "name")
PAGE: Final[dict[str, Type]] = {**dict.fromkeys(PAGE_TEXTS, "string"), "dwell": "duration", "scroll": "int"}
CONTEXT: Final[dict[str, Type]] = {
    **dict.fromkeys(("locale", "timezone", "country", "city", "referrer", "user_agent"), "string"),
    "device": {"type": "string", "mobile": "bool", "browser": "string", "os": "string"},
    "campaign": dict.fromkeys(("source", "medium", "name", "term", "content"), "string"),
    "local": "string",
    "time": "string",
    "hour": "int",
    "weekday": "int",
    "searches": "list(string)",
}

OF_THE_SDK: Final = (PAGE_PING, IMPRESSION, MODULE_CLICKED)
"""Track events that befit's own SDK sends, whatever a site declares."""

Variables = dict[str, Type]


def of_signal(schema: Schema, on: Sequence[str]) -> Variables:
    """In a signal: the event at hand and what was known before it; other signals and tags are not visible."""
    return {**_visitor(schema), "event": _event(schema, on)}


def of_rule(
    schema: Schema, signals: Mapping[str, str], on: Sequence[str] = (), audiences: Iterable[str] = ()
) -> Variables:
    """In a tag or trigger: everything; the event too when the rule names its events."""
    everything = of_branch(schema, signals, audiences)
    return {**everything, "event": _event(schema, on)} if on else everything


def of_branch(schema: Schema, signals: Mapping[str, str], audiences: Iterable[str] = ()) -> Variables:
    """In a slot's branch, an audience and a module's texts: everything but an event."""
    return {
        **_visitor(schema),
        "signals": dict(signals),
        "tags": "list(string)",
        "audiences": dict.fromkeys(audiences, "bool"),
    }


def of_item(schema: Schema, signals: Mapping[str, str], audiences: Iterable[str] = ()) -> Variables:
    """In the `where` of a pick: `item`, an item of the collection, beside everything."""
    return {**of_branch(schema, signals, audiences), "item": OPEN}


def _visitor(schema: Schema) -> Variables:
    page: dict[str, Type] = {**PAGE, **schema.page}
    return {
        "profile": {
            "id": "string",
            "known": "bool",
            "traits": _traits(schema),
            "first_seen": "timestamp",
            "last_seen": "timestamp",
            "sessions": "int",
        },
        "session": {
            "id": "string",
            "started": "timestamp",
            "events": "int",
            "page_views": "int",
            "dwell": "duration",
            "landing": {name: type_ for name, type_ in page.items() if name not in ("dwell", "scroll")},
        },
        "page": page,
        "context": {**CONTEXT, **schema.context},
        "now": "timestamp",
    }


def _event(schema: Schema, on: Sequence[str]) -> Type:
    return {
        **dict.fromkeys(("type", "name", "message_id", "anonymous_id", "user_id"), "string"),
        "timestamp": "timestamp",
        "properties": _properties(schema, on),
        "traits": _traits(schema) if set(on) <= {"identify"} else OPEN,
        "context": OPEN,
    }


def _properties(schema: Schema, on: Sequence[str]) -> Type:
    """The declared attributes of these events together, or an open map when one of them is not declared."""
    page: Attributes = {**dict.fromkeys(PAGE_TEXTS, "string"), **schema.page}
    declared = [page if name in ("page", "screen") else schema.events.get(name) for name in on]
    together: dict[str, Type] = {}
    for attributes in declared:
        if attributes is None:
            return OPEN
        for name, type_ in attributes.items():
            together[name] = type_ if together.get(name, type_) == type_ else "dyn"
    return together


def _traits(schema: Schema) -> Type:
    return OPEN if schema.traits is None else dict(schema.traits)


def is_known_event(schema: Schema, name: str) -> bool:
    """Whether an event of this name can come, as far as the site says: it is a call, declared, or nothing is declared."""
    return not schema.events or name in schema.events or name in CALLS or name in OF_THE_SDK
