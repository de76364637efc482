"""Intake: of the calls in one request, the good ones become events and the bad ones dead letters that say why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from befit.api.collect.decoding import CALL, UNDECODABLE, decode
from befit.api.collect.events import Sender, to_event
from befit.api.collect.limits import MAX_EVENT
from befit.api.collect.wire import Call
from befit.errors import Forbidden, InputError, TooLarge
from befit.model import DeadLetter, Event
from befit.node import metrics

_TOKEN: Final = re.compile(r'"identityToken"\s*:\s*"(?:[^"\\]|\\.)*"?')
_HINTS: Final[dict[type[InputError], str]] = {
    TooLarge: f"send at most {MAX_EVENT:,} bytes of JSON in one event",
    Forbidden: "let the site's server sign the user's id (`identity.keys` in site.yaml), or send from that server with the secret key",
}
_HINT: Final = "correct the field where the event is made"


class Rejected(msgspec.Struct, rename="camel", gc=False):
    """One call that was not taken, as the client is told."""

    index: int
    message_id: str
    field: str
    detail: str


class Intake(msgspec.Struct):
    """What became of the calls of one request. `errors` has one error for each of `rejected` and `letters`."""

    events: list[Event] = []
    rejected: list[Rejected] = []
    letters: list[DeadLetter] = []
    errors: list[InputError] = []


def take_calls(calls: Sequence[Call], sender: Sender) -> Intake | None:
    """All calls as events, or None when one cannot be used: then `take_raw` finds out which."""
    try:
        return Intake([to_event(call, sender) for call in calls])
    except InputError:
        return None


def take_raw(
    raws: Sequence[bytes | Raw], sender: Sender, path: str, decoder: Decoder[Any] = CALL, kind: str = ""
) -> Intake:
    """Each call by itself: `raws` stood at `path` of the request, such as `$.batch[{}]`; `kind` is the type they all have."""
    intake = Intake()
    for index, raw in enumerate(raws):
        place = path.format(index)
        try:
            intake.events.append(_take(raw, sender, place, decoder))
        except InputError as error:
            _reject(intake, index, raw, error, sender, kind)
    return intake


def _take(raw: bytes | Raw, sender: Sender, place: str, decoder: Decoder[Any]) -> Event:
    size = memoryview(raw).nbytes
    if size > MAX_EVENT:
        raise TooLarge(f"the event has {size:,} bytes; the limit is {MAX_EVENT:,}", field=place)
    call = decode(decoder, raw, place)
    try:
        return to_event(call, sender)
    except InputError as error:
        error.field = f"{place}.{error.field}"
        raise


def _reject(intake: Intake, index: int, raw: bytes | Raw, error: InputError, sender: Sender, kind: str) -> None:
    call = _readable(raw)
    message_id = call.get("messageId") if call else None
    intake.errors.append(error)
    intake.rejected.append(Rejected(index, message_id if isinstance(message_id, str) else "", error.field, str(error)))
    intake.letters.append(letter(raw, error, sender, kind))
    metrics.EVENTS_REJECTED.labels(error.kind).inc()


def letter(raw: bytes | Raw, error: InputError, sender: Sender, kind: str = "") -> DeadLetter:
    """What is kept of a call, or of a whole body, that cannot be used."""
    return DeadLetter(
        received_at=sender.received_at,
        reason=str(error),
        field=error.field,
        hint=_HINTS.get(type(error), _HINT),
        payload=_payload(raw, kind, sender.sent_at),
    )


def _readable(raw: bytes | Raw) -> dict[str, Any] | None:
    try:
        call = msgspec.json.decode(raw)
    except UNDECODABLE:
        return None
    return call if isinstance(call, dict) else None


def _payload(raw: bytes | Raw, kind: str, sent_at: datetime | None) -> str:
    """The call as a text that can be replayed: with the type and the time of sending that stood beside it, without its token."""
    call = _readable(raw)
    if call is not None:
        if kind:
            call.setdefault("type", kind)
        if sent_at is not None:
            call.setdefault("sentAt", sent_at)
        text = msgspec.json.encode(call).decode()
    else:
        text = bytes(memoryview(raw)).decode(errors="replace")
    return _TOKEN.sub('"identityToken":"(removed)"', text)[:MAX_EVENT]
