"""What a push connection asks for, from its query string or its first message: the same fields for every transport."""

from __future__ import annotations

import re
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from befit.api.access.visitor import Visitor, admit
from befit.api.collect.limits import MAX_ID, MAX_SLOTS
from befit.api.collect.wire import Id, Name, Values
from befit.api.http import Request
from befit.errors import InputError
from befit.model import DecideRequest
from befit.node import Node

_CURSOR: Final = re.compile(r"[\w.~-]{0,4000}", re.ASCII)
_YES: Final = frozenset(("1", "true", "yes"))


class Subscribe(msgspec.Struct, tag="subscribe", tag_field="type", rename="camel", kw_only=True):
    """The first message of a WebSocket. `since` is the cursor of the last message that a former connection saw."""

    anonymous_id: Id = None
    user_id: Id = None
    slots: Annotated[list[Name], Meta(max_length=MAX_SLOTS)] | None = None
    page: Values | None = None
    context: Values | None = None
    since: str | None = None
    trace: bool = False
    profile: bool = False
    write_key: str | None = None
    identity_token: str | None = None


class Subscriber(NamedTuple):
    """Who subscribes, to what, from which cursor on; `mark` is what polling adds to a cursor, with its `~`."""

    visitor: Visitor
    request: DecideRequest
    since: str
    mark: str


def subscriber_of(node: Node, request: Request, wire: Subscribe) -> Subscriber:
    """Admit the sender of `wire`. Raises Unauthorized, Forbidden, or InputError for a missing id or a broken cursor."""
    visitor = admit(
        node.program.release.site,
        node.settings.secret_key,
        request,
        wire.write_key,
        wire.anonymous_id,
        wire.user_id,
        wire.identity_token,
    )
    since = wire.since or ""
    if not _CURSOR.fullmatch(since):
        raise InputError("the cursor is not one that befit gave", field="$.since")
    cursor, tilde, mark = since.partition("~")
    ask = DecideRequest(
        anonymous_id=visitor.anonymous_id,
        user_id=visitor.user_id,
        slots=wire.slots or [],
        page=wire.page,
        context=wire.context,
        trace=wire.trace,
        profile=wire.profile,
        preview=request.preview,
    )
    return Subscriber(visitor, ask, cursor, tilde + mark)


def subscriber_of_query(node: Node, request: Request, query: dict[str, str]) -> Subscriber:
    """The same for `?writeKey=&anonymousId=&userId=&slots=a,b&since=&trace=1&profile=1&identityToken=`.

    `Last-Event-ID`, which a browser sends when it connects again, goes before `since`.
    """
    for name in ("anonymousId", "userId"):
        if len(query.get(name, "")) > MAX_ID:
            raise InputError(f"an id has at most {MAX_ID} characters", field=f"$.{name}")
    slots = [slot for slot in query.get("slots", "").split(",") if slot]
    if len(slots) > MAX_SLOTS:
        raise InputError(f"at most {MAX_SLOTS} slots can be asked for", field="$.slots")
    last = request.headers.get(b"last-event-id", b"").decode("latin-1")
    wire = Subscribe(
        anonymous_id=query.get("anonymousId"),
        user_id=query.get("userId"),
        slots=slots,
        since=last or query.get("since"),
        trace=query.get("trace") in _YES,
        profile=query.get("profile") in _YES,
        write_key=query.get("writeKey"),
        identity_token=query.get("identityToken"),
    )
    return subscriber_of(node, request, wire)
