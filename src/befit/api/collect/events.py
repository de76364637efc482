"""From a call on the wire to an Event: ids, times, page fields, and whether the sender may say what it says.

Shapes are checked by decoding (`wire.py`); here are the rules that need more than one field. Errors name the field
relative to the call, such as `userId`; whoever knows where the call stood puts the rest of the path before it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from befit.api.access.identity import Claims
from befit.api.collect.wire import Alias, Call, Group, Identify, Page, Screen, Track
from befit.errors import InputError
from befit.model import Event

RESERVED_ID: Final = "timer:"

_PAGE_FIELDS: Final = ("path", "url", "title", "referrer", "search")


class Sender(NamedTuple):
    """What one request says of all its calls, and what it may claim.

    received_at  when befit took the request, ms
    max_skew_ms  how far ahead of `received_at` an event may lie
    claims       whom the sender may speak for; None for a trusted server, who may speak for anybody
    historical   calls are imported: they keep their own times, and are never too late
    gpc          the request came with Global Privacy Control
    anonymous_id, user_id   for calls that name nobody
    """

    received_at: int
    max_skew_ms: int
    claims: Claims | None
    new_id: Callable[[], str]
    sent_at: datetime | None = None
    context: dict[str, Any] | None = None
    identity_token: str | None = None
    historical: bool = False
    gpc: bool = False
    anonymous_id: str = ""
    user_id: str = ""


def milliseconds(time: datetime) -> int:
    """Milliseconds since the epoch; a time without an offset is UTC."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return round(time.timestamp() * 1000)


def to_event(call: Call, sender: Sender) -> Event:
    """The event that `call` stands for. Raises InputError or Forbidden, with the field relative to the call."""
    anonymous_id, user_id = call.anonymous_id, call.user_id
    if type(anonymous_id) is not str:
        anonymous_id = "" if anonymous_id is None else str(anonymous_id)
    if type(user_id) is not str:
        user_id = "" if user_id is None else str(user_id)
    if not anonymous_id and not user_id:
        anonymous_id, user_id = sender.anonymous_id, sender.user_id
        if not anonymous_id and not user_id:
            raise InputError("an event needs an anonymousId or a userId", field="anonymousId")
    context = call.context or {}
    if sender.context:
        context = {**sender.context, **context}
    token = context.pop("identityToken", None)
    if user_id and sender.claims is not None and user_id != sender.user_id:
        sender.claims.check(user_id, call.identity_token or token or sender.identity_token, "userId")
    if sender.gpc and "gpc" not in context:
        context["gpc"] = True
    message_id = call.message_id
    if not message_id:
        message_id = sender.new_id()
    elif message_id.startswith(RESERVED_ID):
        raise InputError(f"message ids that begin with {RESERVED_ID} are befit's own", field="messageId")
    timestamp, received_at = _times(call, sender)
    event = Event(
        type="track",
        name="track",
        message_id=message_id,
        anonymous_id=anonymous_id,
        user_id=user_id,
        timestamp=timestamp,
        received_at=received_at,
        context=context,
    )
    if sender.historical:
        event.historical = True
    kind = type(call)
    if kind is Track:
        event.name = call.event  # type: ignore[attr-defined]
        event.properties = call.properties or {}  # type: ignore[attr-defined]
    else:
        _complete(event, call, sender)
    return event


def _times(call: Call, sender: Sender) -> tuple[int, int]:
    """Event time and time of receipt: the client's clock is corrected by how far it is off when it sends."""
    received_at = sender.received_at
    happened = call.timestamp or call.original_timestamp
    if happened is None:
        return received_at, received_at
    timestamp = milliseconds(happened)
    latest = received_at + sender.max_skew_ms
    sent_at = call.sent_at or sender.sent_at
    if sent_at is not None and not sender.historical:
        timestamp += received_at - milliseconds(sent_at)
    return min(max(timestamp, 0), latest), received_at


def _complete(event: Event, call: Call, sender: Sender) -> None:
    """What calls other than `track` bring: their name is their type."""
    match call:
        case Page():
            _name(event, "screen" if isinstance(call, Screen) else "page")
            event.properties = _page_properties(call, event.context)
        case Identify():
            _name(event, "identify")
            event.traits = call.traits or _context_traits(event.context)
        case Group():
            _name(event, "group")
            event.group_id = str(call.group_id)
            event.traits = call.traits or {}
        case Alias():
            _name(event, "alias")
            if not event.user_id:
                raise InputError("an alias needs the userId that the previousId becomes", field="userId")
            if sender.claims is None or sender.claims.unsigned:
                event.previous_id = str(call.previous_id)
            else:
                # A token proves who one is, not who one was: a browser may bring an anonymous id, never another user's.
                event.anonymous_id = str(call.previous_id)


def _name(event: Event, kind: Literal["page", "screen", "identify", "group", "alias"]) -> None:
    event.type = event.name = kind


def _page_properties(call: Page, context: dict[str, Any]) -> dict[str, Any]:
    """The call's properties, completed by its name and category and by what the context says of the page."""
    properties = call.properties or {}
    if call.name:
        properties.setdefault("name", call.name)
    if call.category:
        properties.setdefault("category", call.category)
    page = context.get("page")
    if isinstance(page, dict):
        for field in _PAGE_FIELDS:
            if field in page:
                properties.setdefault(field, page[field])
    return properties


def _context_traits(context: dict[str, Any]) -> dict[str, Any]:
    traits = context.get("traits")
    return traits if isinstance(traits, dict) else {}
