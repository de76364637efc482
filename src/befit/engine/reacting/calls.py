"""Calls to the outside: what a trigger's `webhook` tells its receiver. Made here, sent by the node (`befit.node.webhooks`).

The body has the shape that Standard Webhooks recommends: `type`, `timestamp` and `data`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

from befit.cel import to_json
from befit.engine.reacting.own_events import OWN
from befit.engine.view import Signals, of_tags
from befit.model import Event, Profile, Trigger

if TYPE_CHECKING:
    from befit.engine.program import Program

BODY_BYTES: Final = 16 * 1024
"""Bytes of a call's body. Over it, its largest parts are left out, one after the other, and named in `omitted`."""

_encode = msgspec.json.Encoder().encode


class Call(msgspec.Struct, frozen=True, array_like=True):
    """One call of a webhook. The same cause gives the same `id` however often it is folded; ids sort by time. `body` is JSON."""

    id: str
    webhook: str
    body: bytes


def call_of(profile: Profile, event: Event, trigger: Trigger, program: Program, now: int) -> Call:
    """The call that tells of a trigger acting at `now`, because of `event`."""
    cause = sha256(f"{event.message_id}\n{trigger.name}".encode()).hexdigest()[:24]
    return Call(f"{now:015}-{cause}", trigger.webhook, _body(profile, event, trigger, program, now))


def _body(profile: Profile, event: Event, trigger: Trigger, program: Program, now: int) -> bytes:
    who = _who(profile, trigger.purpose, program, now)
    data: dict[str, Any] = {
        "trigger": trigger.name,
        "site": program.release.site.name,
        "release": program.release.id,
        "profile": who,
    }
    parts = [(who, part) for part in ("signals", "traits", "tags", "ids")]
    if event.type not in OWN:
        data["event"] = what = _what(event)
        parts.insert(0, (what, "properties"))
    payload = {"type": "trigger", "timestamp": _iso(now), "data": data}
    body = _encode(payload)
    if len(body) > BODY_BYTES:
        data["omitted"] = omitted = []
        for holder, part in sorted(parts, key=lambda each: -len(_encode(each[0][each[1]]))):
            del holder[part]
            omitted.append(f"{'profile' if holder is who else 'event'}.{part}")
            body = _encode(payload)
            if len(body) <= BODY_BYTES:
                break
    return body


def _who(profile: Profile, purpose: str, program: Program, now: int) -> dict[str, Any]:
    """The visitor. What was computed for another purpose than the trigger's own is nobody's business there."""
    signals = Signals(profile, program, now)
    shared = [
        name for name, each in program.signals.items() if not each.signal.hidden and _open(each.signal.purpose, purpose)
    ]
    closed = {rule.tag for rule in program.release.tags if not _open(rule.purpose, purpose)}
    return {
        "id": profile.id[2:],
        "ids": list(dict.fromkeys(name[2:] for name in profile.ids)),
        "known": profile.id.startswith("u:"),
        "traits": to_json(profile.traits),
        "tags": [tag for tag in of_tags(profile.tags, now) if tag not in closed],
        "signals": {name: to_json(signals[name]) for name in shared if name in signals},
    }


def _open(purpose: str, to: str) -> bool:
    return not purpose or purpose == to


def _what(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "name": event.name,
        "messageId": event.message_id,
        "timestamp": _iso(event.timestamp),
        "properties": to_json(event.properties),
    }


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
