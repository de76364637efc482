"""`POST /v1/decide`: what each slot shows to one visitor now. Inline events are folded first: read your own writes."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from befit.api.access.visitor import Visitor, admit
from befit.api.collect.decoding import DECIDE, DECIDE_RAW, UNDECODABLE, decode
from befit.api.collect.endpoint import Collect
from befit.api.collect.intake import Rejected, take_calls, take_raw
from befit.api.collect.limits import MAX_BATCH, MAX_EVENT
from befit.api.collect.wire import Decide
from befit.api.http import JSON, NO_STORE, Request, Response, read_body
from befit.errors import Unavailable
from befit.model import DecideRequest, Decision
from befit.node import Node, metrics

PATIENCE_S: Final = 10
"""How long a decision waits for its inline events, should folding lag that far behind."""


class _Answer(msgspec.Struct, omit_defaults=True):
    decisions: list[Decision]
    profile: dict[str, Any] | None = None
    rejected: list[Rejected] = []


_EVENTS_PATH: Final = "$.events[{}]"
_HEADERS: Final = (*JSON, NO_STORE)
_encode: Final = msgspec.json.Encoder().encode


class DecideEndpoint:
    """Answers a decide request; bad inline events are listed in the answer and do not stop it."""

    def __init__(self, node: Node, collect: Collect) -> None:
        self._node = node
        self._collect = collect

    async def __call__(self, request: Request) -> Response:
        """`{decisions, profile?, rejected?}`; raises NotFound for an unknown slot."""
        node = self._node
        body = await read_body(request, MAX_BATCH)
        try:
            wire: Decide[Any] = DECIDE.decode(body)
            whole = len(body) <= MAX_EVENT
        except UNDECODABLE:
            wire = decode(DECIDE_RAW, body)
            whole = False
        visitor = admit(
            node.program.release.site,
            node.settings.secret_key,
            request,
            wire.write_key,
            wire.anonymous_id,
            wire.user_id,
            wire.identity_token,
        )
        rejected = await self._take(request, body, wire, visitor, whole=whole) if wire.events else []
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
        profile, stale = await node.look(ask)
        decisions = node.decide(profile, ask, stale=stale)
        metrics.DECISIONS.inc(len(decisions))
        view = node.public_view(profile, ask) if wire.profile else None
        return Response(_encode(_Answer(decisions, view, rejected)), 200, _HEADERS)

    async def _take(
        self, request: Request, body: bytes, wire: Decide[Any], visitor: Visitor, *, whole: bool
    ) -> list[Rejected]:
        sender = self._collect.sender_of(request, visitor.claims)._replace(
            sent_at=wire.sent_at,
            identity_token=wire.identity_token,
            anonymous_id=visitor.anonymous_id,
            user_id=visitor.user_id,
        )
        intake = take_calls(wire.events or [], sender) if whole else None
        if intake is None:
            intake = take_raw(decode(DECIDE_RAW, body).events or [], sender, _EVENTS_PATH)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._collect.keep(intake, fold=True)
        except TimeoutError as error:
            raise Unavailable(f"the events were not folded within {PATIENCE_S} s; send the same again") from error
        return intake.rejected
