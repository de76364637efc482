"""Scenario: one of a site's own tests, read from `tests/*.yaml`: events in at given times, decisions out at given times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from befit.engine import tag_event
from befit.errors import SettingsError
from befit.model import PAGE_PING, Event, EventType
from befit.site.document import Document, Problems
from befit.site.durations import duration_ms
from befit.site.item import Fields, Item

START: Final = 1_767_603_600_000
"""When scenarios begin unless they say otherwise: Monday, 2026-01-05, 09:00 UTC."""

PING_MS: Final = 15_000
"""Longest visible time in one ping, as befit's SDK sends them."""

CALLS: Final[tuple[EventType, ...]] = ("page", "screen", "identify", "group", "alias")
SCENARIO: Final = ("name", "start", "visitor", "events", "expect")
VISITOR: Final = ("anonymousId", "userId")
BY_HAND: Final = ("tag", "untag")
EVENT: Final = (
    "at",
    "track",
    *CALLS,
    "ping",
    *BY_HAND,
    "properties",
    "traits",
    "context",
    "scroll",
    "ttl",
    *VISITOR,
)
EXPECT: Final = (
    "at",
    "slots",
    "variants",
    "props",
    "tags",
    "no_tags",
    "signals",
    "triggers",
    "page",
    "context",
    *VISITOR,
)


_AWARE: Final = Annotated[datetime, msgspec.Meta(tz=True)]


class Value(NamedTuple):
    """Something expected, and where the test says so (`file:line:column`)."""

    value: Any
    where: str


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold at `at` (milliseconds since the scenario's start), for one visitor on one page."""

    at: int
    anonymous_id: str
    user_id: str
    slots: dict[str, Value]
    variants: dict[str, Value]
    props: dict[str, dict[str, Value]]
    signals: dict[str, Value]
    triggers: dict[str, Value]
    tags: tuple[Value, ...]
    no_tags: tuple[Value, ...]
    page: dict[str, Any] | None
    context: dict[str, Any] | None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario; `events` and `expectations` are in order of time, `events` with their absolute times."""

    name: str
    where: str
    start: int
    events: list[Event]
    expectations: list[Expectation]


def read_scenarios(folder: Path, problems: Problems) -> list[Scenario]:
    """All scenarios of a site folder, by file and place; what cannot be read goes to `problems`.

    A file holds one scenario or a list of them. Raises SettingsError when a file cannot be read at all.
    """
    found: list[Scenario] = []
    for path in sorted((folder / "tests").glob("*.yaml")):
        try:
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"cannot read {path}: {error}") from error
        root = Document(f"tests/{path.name}", text, problems).root
        if root is not None:
            found += [_scenario(item) for item in (root.elements() if root.is_list else [root])]
    return found


def _scenario(item: Item) -> Scenario:
    fields = Fields(item, SCENARIO, "a scenario")
    name, events, expect = fields.need("name"), fields.get("events"), fields.need("expect")
    start = fields.get("start")
    begin = _moment(start) if start else START
    visitor = _visitor(fields.get("visitor"))
    found = [event for each in (events.elements() if events else []) for event in _events(each, visitor, begin)]
    expectations = [_expectation(each, visitor) for each in (expect.elements() if expect else [])]
    return Scenario(
        name=name.text() if name else "",
        where=item.position,
        start=begin,
        events=sorted(found, key=lambda event: event.timestamp),
        expectations=sorted(expectations, key=lambda expectation: expectation.at),
    )


def _visitor(item: Item | None) -> dict[str, str]:
    found = {"anonymousId": "visitor", "userId": ""}
    if item:
        fields = Fields(item, VISITOR, "a visitor")
        found |= {key: fields.text(key) for key in VISITOR if key in fields}
    return found


def _events(item: Item, visitor: dict[str, str], start: int) -> Iterator[Event]:
    """One call; a `ping` of some length becomes the pings that the SDK sends while the page is visible until `at`."""
    fields = Fields(item, EVENT, "an event")
    given = [call for call in ("track", *CALLS, "ping", *BY_HAND) if call in fields]
    if len(given) != 1:
        item.error(
            f"an event has one of track, {', '.join((*CALLS, 'ping', *BY_HAND))}",
            f"not {' and '.join(given)}" if given else "",
        )
        return
    at = start + _at(fields)
    if "ping" in fields:
        visible = fields.duration("ping")
        lengths = [PING_MS] * (visible // PING_MS) + ([visible % PING_MS] if visible % PING_MS else [])
        scroll = {"scroll": fields.whole("scroll")} if "scroll" in fields else {}
        since = at - visible
        for length in lengths:
            since += length
            yield _event("track", PAGE_PING, {"visible_ms": length, **scroll}, since, fields, visitor)
    elif "track" in fields:
        properties = _mapping(fields.get("properties"))
        yield _event("track", fields.text("track"), properties, at, fields, visitor)
    for change in BY_HAND:
        if change in fields:
            yield _by_hand(change, at, fields, visitor)
    for call in CALLS:
        if call in fields:
            yield _event(call, call, _mapping(fields.get(call)), at, fields, visitor)


def _event(
    call: EventType,
    name: str,
    values: dict[str, Any],
    at: int,
    fields: Fields,
    visitor: dict[str, str],
) -> Event:
    has_traits = call in ("identify", "group")
    mark = fields.item.node.start_mark
    return Event(
        type=call,
        name=name,
        message_id=f"{mark.line + 1}:{mark.column + 1}:{at}",
        anonymous_id=fields.text("anonymousId", visitor["anonymousId"]),
        user_id=fields.text("userId", visitor["userId"]),
        previous_id=str(values.get("previousId", "")) if call == "alias" else "",
        group_id=str(values.get("groupId", "")) if call == "group" else "",
        timestamp=at,
        received_at=at,
        properties={} if has_traits or call == "alias" else values,
        traits=values if has_traits else _mapping(fields.get("traits")),
        context=_mapping(fields.get("context")),
    )


def _by_hand(change: str, at: int, fields: Fields, visitor: dict[str, str]) -> Event:
    """A tag that somebody sets or removes by hand."""
    anonymous_id, user_id = (fields.text(name, visitor[name]) for name in VISITOR)
    mark = fields.item.node.start_mark
    return tag_event(
        f"u:{user_id}" if user_id else f"a:{anonymous_id}",
        fields.text(change),
        given=change == "tag",
        ttl_ms=fields.duration("ttl"),
        by="",
        now=at,
        message_id=f"{mark.line + 1}:{mark.column + 1}:{at}",
    )


def _expectation(item: Item, visitor: dict[str, str]) -> Expectation:
    fields = Fields(item, EXPECT, "an expectation")
    props = fields.get("props")
    page, context = fields.get("page"), fields.get("context")
    return Expectation(
        at=_at(fields),
        anonymous_id=fields.text("anonymousId", visitor["anonymousId"]),
        user_id=fields.text("userId", visitor["userId"]),
        slots=_values(fields.get("slots")),
        variants=_values(fields.get("variants")),
        props={slot.source or "": _values(each) for slot, each in (props.entries() if props else ())},
        signals=_values(fields.get("signals")),
        triggers=_values(fields.get("triggers")),
        tags=tuple(Value(tag.text(), tag.position) for tag in fields.names("tags")),
        no_tags=tuple(Value(tag.text(), tag.position) for tag in fields.names("no_tags")),
        page=_mapping(page) if page else None,
        context=_mapping(context) if context else None,
    )


def _at(fields: Fields) -> int:
    """When, after the start of the scenario; `0s` is allowed here."""
    item = fields.need("at")
    if item is None or item.source in ("0", "0s", "0ms"):
        return 0
    return item.duration()


def _moment(item: Item) -> int:
    """A moment such as 2026-01-05T09:00:00Z, in milliseconds since the epoch."""
    try:
        moment: datetime = msgspec.convert(item.source, _AWARE, strict=False)
    except msgspec.ValidationError:
        item.error("must be a moment", "such as 2026-01-05T09:00:00Z")
        return START
    return round(moment.timestamp() * 1000)


def _mapping(item: Item | None) -> dict[str, Any]:
    value = item.value() if item else {}
    if item and not isinstance(value, dict):
        item.error("must be a mapping of names to values")
        return {}
    return dict(value)


def _values(item: Item | None) -> dict[str, Value]:
    return {key.source or "": Value(value.value(), value.position) for key, value in (item.entries() if item else ())}


def milliseconds(value: Any) -> int | None:
    """What a duration in a test means, such as `10m`; None when it is none."""
    return 0 if value == "0s" else duration_ms(value) if isinstance(value, str) else None
