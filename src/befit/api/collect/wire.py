"""The wire format of collect, as structs: decoding is validation, and msgspec's error names the field.

Source: Segment's Spec and HTTP tracking API. RudderStack's SDKs send the same with small differences, which are
accepted: `originalTimestamp` for `timestamp`, an identify's traits in `context.traits`. Unknown fields are let pass.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeVar

import msgspec
from msgspec import Meta

from befit.api.collect.limits import MAX_DEPTH, MAX_EVENTS, MAX_ID, MAX_NAME, MAX_SLOTS

# 64 bits, because that is what the log and CEL can hold.
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
StringId = Annotated[str, Meta(max_length=MAX_ID)]
Id = StringId | Integer | None


if TYPE_CHECKING:
    Values = dict[str, Any]
else:

    def _value(depth):
        scalar = str | Integer | float | bool | None
        value = scalar
        for _ in range(depth):
            value = scalar | list[value] | dict[str, value]
        return value

    # Bounded in depth, so that whatever decodes can be encoded again. Measured as fast as `Any`.
    Values = dict[str, _value(MAX_DEPTH)]


class Call(msgspec.Struct, rename="camel", tag_field="type", kw_only=True, gc=False):
    """What all calls have in common. Times are ISO 8601 with date and time; one without an offset is UTC.

    A call without `messageId` gets a random one: it is taken, but a client that sends it twice counts twice.
    """

    message_id: StringId | None = None
    anonymous_id: Id = None
    user_id: Id = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    context: Values | None = None
    write_key: str | None = None
    identity_token: str | None = None


class Track(Call, tag="track"):
    """Something a visitor did."""

    event: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    properties: Values | None = None


class Page(Call, tag="page"):
    """A page view."""

    name: Name | None = None
    category: Name | None = None
    properties: Values | None = None


class Screen(Page, tag="screen"):
    """A view of an app's screen."""


class Identify(Call, tag="identify"):
    """Who the visitor is."""

    traits: Values | None = None


class Group(Call, tag="group"):
    """To what group the visitor belongs."""

    group_id: StringId | Integer
    traits: Values | None = None


class Alias(Call, tag="alias"):
    """Another id of the same visitor."""

    previous_id: StringId | Integer


AnyCall = Track | Page | Screen | Identify | Group | Alias

CALLS: Final[dict[str, type[Call]]] = {
    "track": Track,
    "page": Page,
    "screen": Screen,
    "identify": Identify,
    "group": Group,
    "alias": Alias,
}

E = TypeVar("E")


class Batch(msgspec.Struct, Generic[E], rename="camel", kw_only=True, gc=False):
    """The body of a batch. `context` is what all of its calls share; `historical` (trusted servers only) says that the
    calls are old, and were received when they happened.
    """

    batch: Annotated[list[E], Meta(max_length=MAX_EVENTS)]
    sent_at: datetime | None = None
    context: Values | None = None
    write_key: str | None = None
    identity_token: str | None = None
    historical: bool = False


class Decide(msgspec.Struct, Generic[E], rename="camel", kw_only=True, gc=False):
    """The body of `POST /v1/decide`; `events` are calls that are folded before deciding."""

    anonymous_id: Id = None
    user_id: Id = None
    slots: Annotated[list[Name], Meta(max_length=MAX_SLOTS)] | None = None
    page: Values | None = None
    context: Values | None = None
    events: Annotated[list[E], Meta(max_length=MAX_EVENTS)] | None = None
    trace: bool = False
    profile: bool = False
    sent_at: datetime | None = None
    write_key: str | None = None
    identity_token: str | None = None


class Keyed(msgspec.Struct, rename="camel"):
    """As much as is needed to know who sent a body that cannot be used."""

    write_key: str | None = None
