"""Event: one thing a visitor did, in Segment's spec, as befit keeps it in the event log.

Source of the field names: Segment's Spec (`track`, `page`, `screen`, `identify`, `group`, `alias`). Times are
milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

EventType = Literal["track", "page", "screen", "identify", "group", "alias", "timer", "tag"]

IMPRESSION: Final = "Impression"
"""Track event the SDK sends when a module was really seen: properties slot, module, variant, decisionId."""

MODULE_CLICKED: Final = "Module Clicked"
"""Track event for a click inside a module: properties slot, module, variant, decisionId, target."""

PAGE_PING: Final = "Page Ping"
"""Track event the SDK sends while a tab is visible: properties visible_ms (since the last ping) and scroll (0-100)."""


class Event(msgspec.Struct, array_like=True, kw_only=True, gc=False):
    """One event as it stands in the log. `array_like`: new fields go to the end, with a default.

    `type` is Segment's, but for two of befit's own, which no client can send: a due `timer`, and a `tag` set or removed
    by hand (`name` is the tag; properties `set`, `ttl_ms`, `by`).
    `name` is what rules are written against: the event of a `track` call, otherwise the type itself
    (`page`, `identify`, …); for a timer, the timer's name. `timestamp` is event time, already corrected for the
    client's clock and clamped; `received_at` is when befit took it. A `historical` event was imported: it is never too late.
    """

    type: EventType
    name: str
    message_id: str
    anonymous_id: str = ""
    user_id: str = ""
    timestamp: int
    received_at: int
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    previous_id: str = ""
    group_id: str = ""
    historical: bool = False


class EventHead(msgspec.Struct, array_like=True, kw_only=True, gc=False):
    """An `Event` whose maps are not decoded: enough to tell whose it is and what it is, at a third of the cost."""

    type: str
    name: str
    message_id: str
    anonymous_id: str = ""
    user_id: str = ""
    timestamp: int
    received_at: int
    properties: msgspec.Raw = msgspec.Raw()
    traits: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()
    previous_id: str = ""
    group_id: str = ""
    historical: bool = False


class DeadLetter(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An event that could not be used: what came in, why it was refused, and what to do."""

    received_at: int
    reason: str
    field: str = ""
    hint: str = ""
    source: str = "collect"
    payload: str = ""
    offset: int = -1
