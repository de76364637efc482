"""What a site declares about its visitors, pages, contexts and events: names and CEL types of their attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from befit.model import EventType
from befit.site.item import Fields, Item, did_you_mean

Attributes = dict[str, str]

SIMPLE: Final = ("bool", "int", "double", "string", "timestamp", "duration", "dyn")
CALLS: Final[tuple[EventType, ...]] = ("page", "screen", "identify", "group", "alias")
"""Calls that rules name by their type; those of `track` go by the name of their event."""

MOST: Final = 500
"""Attributes that one event, page, context or visitor can have declared."""

_LIST: Final = re.compile(r"list\((.*)\)")
_MAP: Final = re.compile(r"map\( *string *, *(.*)\)")


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """Declared attributes, name -> CEL type. None: nothing is declared, so anything goes and is `dyn`."""

    traits: Attributes | None = None
    page: Attributes = {}
    context: Attributes = {}
    events: dict[str, Attributes] = {}

    def plain(self) -> dict[str, Any]:
        """The same as plain data, for the release."""
        return {key: value for key, value in msgspec.to_builtins(self).items() if value}


def read_schema(item: Item, built_in_page: Iterable[str], built_in_context: Iterable[str]) -> Schema:
    """`schema:` of site.yaml. What befit itself provides cannot be declared again."""
    fields = Fields(item, ("traits", "page", "context", "events"), "a schema")
    events = fields.get("events")
    traits = fields.get("traits")
    return Schema(
        traits=None if traits is None else _attributes(traits),
        page=_attributes(fields.get("page"), built_in_page),
        context=_attributes(fields.get("context"), built_in_context),
        events={name.source or "": _attributes(value) for name, value in events.entries()} if events else {},
    )


def normal_type(text: str) -> str | None:
    """A type as CEL writes it, or None when it is none that a site can declare."""
    text = text.strip()
    if text in SIMPLE:
        return text
    for pattern, shape in ((_LIST, "list({})"), (_MAP, "map(string, {})")):
        found = pattern.fullmatch(text)
        inner = normal_type(found[1]) if found else None
        if inner:
            return shape.format(inner)
    return None


def _attributes(item: Item | None, taken: Iterable[str] = ()) -> Attributes:
    found: Attributes = {}
    for name, value in item.entries() if item else ():
        known = name.source or ""
        type_ = normal_type(value.source or "")
        if known in taken:
            name.error(f"`{known}` is always there; it cannot be declared")
        elif type_ is None:
            close = did_you_mean(value.source or "", SIMPLE)
            value.error(f"unknown type `{value.source}`", close or f"{', '.join(SIMPLE)}, list(T), map(string, T)")
        else:
            found[known] = type_
    if item and len(found) > MOST:
        item.error(f"at most {MOST} attributes can be declared, and here are {len(found)}")
        return {}
    return found
