"""`POST /v1/track page screen identify group alias batch` (and `/v1/t p s i g a b`): 200 once the events are durable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec
from msgspec import Raw

from befit.api.access.identity import Claims
from befit.api.access.keys import authorize
from befit.api.collect.decoding import BATCH, BATCH_RAW, KEYED, SINGLE, UNDECODABLE, decode
from befit.api.collect.events import Sender
from befit.api.collect.intake import Intake, Rejected, letter, take_calls, take_raw
from befit.api.collect.limits import MAX_BATCH, MAX_EVENT
from befit.api.collect.wire import Batch
from befit.api.http import Request, Response, read_body
from befit.errors import Forbidden, InputError
from befit.node import Node, metrics

BATCH_PATH: Final = "$.batch[{}]"
SHORT_PATHS: Final = {"track": "t", "page": "p", "screen": "s", "identify": "i", "group": "g", "alias": "a"}


class _Answer(msgspec.Struct, omit_defaults=True):
    success: bool
    rejected: list[Rejected] = []


_SUCCESS: Final = Response(b'{"success":true}')


class Collect:
    """The endpoints of the tracking API. `clock` gives milliseconds; `new_id` makes ids for calls that bring none."""

    def __init__(self, node: Node, clock: Callable[[], int], new_id: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._node = node
        self._clock = clock
        self._new_id = new_id

    def sender(self, request: Request, write_key: str | None) -> Sender:
        """What all calls of `request` have in common. Raises Unauthorized without a key, in the header or `write_key`."""
        site = self._node.program.release.site
        trusted = authorize(site, self._node.settings.secret_key, request, write_key)
        return self.sender_of(request, self.claims(trusted=trusted))

    def claims(self, *, trusted: bool) -> Claims | None:
        """Whom a caller may speak for, as the live site says."""
        site = self._node.program.release.site
        return None if trusted else Claims(site.identity_keys, unsigned=site.unsigned_user_ids)

    def sender_of(self, request: Request | None, claims: Claims | None) -> Sender:
        """The same for a caller whose key has been checked before, or for no request at all."""
        return Sender(
            received_at=self._clock(),
            max_skew_ms=self._node.program.release.site.max_skew_ms,
            claims=claims,
            new_id=self._new_id,
            gpc=request is not None and request.headers.get(b"sec-gpc") == b"1",
        )

    async def keep(self, intake: Intake, *, fold: bool = False) -> None:
        """Return once all of it is durable. Letters come last, so that a client that tries again does not bury twice."""
        if intake.events:
            await self._node.ingest(intake.events, fold=fold)
            metrics.EVENTS_ACCEPTED.inc(len(intake.events))
        if intake.letters:
            await self._node.bury(intake.letters)

    async def batch(self, request: Request) -> Response:
        """Good calls are taken, bad ones are listed in the answer and kept as dead letters."""
        body = await read_body(request, MAX_BATCH)
        try:
            batch = BATCH.decode(body)
        except UNDECODABLE:
            return await self._batch_one_by_one(request, body)
        sender = self._batch_sender(request, batch)
        raws = decode(BATCH_RAW, body).batch if len(body) > MAX_EVENT else None
        intake = take_calls(batch.batch, sender) if raws is None or _fit(raws) else None
        if intake is None:
            intake = take_raw(raws or decode(BATCH_RAW, body).batch, sender, BATCH_PATH)
        return await self._answer(intake)

    async def _batch_one_by_one(self, request: Request, body: bytes) -> Response:
        try:
            batch = decode(BATCH_RAW, body)
        except InputError as error:
            await self._bury_whole(request, body, error)
            raise
        return await self._answer(take_raw(batch.batch, self._batch_sender(request, batch), BATCH_PATH))

    def _batch_sender(self, request: Request, batch: Batch[Any]) -> Sender:
        sender = self.sender(request, batch.write_key)
        if batch.historical and sender.claims is not None:
            raise Forbidden("only a trusted server (secret key as Basic user) may send history", field="$.historical")
        return sender._replace(
            sent_at=batch.sent_at,
            context=batch.context,
            identity_token=batch.identity_token,
            historical=batch.historical,
        )

    async def _answer(self, intake: Intake) -> Response:
        await self.keep(intake)
        if not intake.rejected:
            return _SUCCESS
        return Response(msgspec.json.encode(_Answer(success=True, rejected=intake.rejected)))

    async def _bury_whole(self, request: Request, body: bytes, error: InputError) -> None:
        """Keep a body that is no batch at all, when the header alone says that its sender may send."""
        if b"authorization" in request.headers:
            await self.keep(Intake(letters=[letter(body, error, self.sender(request, None))]))

    def single(self, kind: str) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of one type of call. A bad call is kept as a dead letter and answered with its problem."""
        decoder = SINGLE[kind]

        async def endpoint(request: Request) -> Response:
            body = await read_body(request, MAX_BATCH)
            try:
                call = decoder.decode(body)
            except UNDECODABLE:
                call = None
            sender = self.sender(request, call.write_key if call is not None else _write_key(request, body))
            intake = take_calls([call], sender) if call is not None and len(body) <= MAX_EVENT else None
            if intake is None:
                intake = take_raw([body], sender, "$", decoder, kind)
            await self.keep(intake)
            for error in intake.errors:
                raise error
            return _SUCCESS

        return endpoint


def _fit(raws: Sequence[Raw]) -> bool:
    return max(map(len, map(memoryview, raws)), default=0) <= MAX_EVENT  # type: ignore[arg-type]


def _write_key(request: Request, body: bytes) -> str | None:
    """The write key in a body that does not decode. Raises InputError when it is not even JSON and no header has a key."""
    try:
        return decode(KEYED, body).write_key
    except InputError:
        if b"authorization" in request.headers:
            return None
        raise
