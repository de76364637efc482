"""`GET /v1/ws`: the same stream over a WebSocket, and events up through it.

up     {"type": "subscribe", writeKey, anonymousId, userId?, slots, since?, trace?, profile?}    first; again to change it
       {"type": "event", "event": {…}}                       one call of the tracking API
down   {"type": "decision", id, decision}   {"type": "profile", id, profile}   {"type": "heartbeat"}   {"type": "end", id}
       {"type": "ack", messageId}           {"type": "error", problem}
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import msgspec
import structlog
from msgspec import Raw
from msgspec.json import Decoder, encode

from befit.api.collect.decoding import decode
from befit.api.collect.endpoint import Collect
from befit.api.collect.intake import take_raw
from befit.api.http import Request
from befit.api.problems import ProblemDetails, problem_details
from befit.api.push.connections import Connections
from befit.api.push.subscription import Subscribe, Subscriber, subscriber_of
from befit.errors import BefitError, Unauthorized
from befit.node import Message, Node, Subscription, metrics

MAX_MESSAGE: Final = 64 * 1024
"""Bytes of one message up: an event of 32 kB and what is around it. The server closes on longer ones."""

SERVICE_RESTART: Final = 1012
TRY_AGAIN_LATER: Final = 1013


class _EventMessage(msgspec.Struct, tag="event", tag_field="type"):
    event: Raw


class _Ack(msgspec.Struct, tag="ack", tag_field="type", rename="camel"):
    message_id: str


class _Error(msgspec.Struct, tag="error", tag_field="type"):
    problem: ProblemDetails


_UP: Final[Decoder[Subscribe | _EventMessage]] = Decoder(Subscribe | _EventMessage)
_QUIET: Final = (Message("heartbeat", "", b""),)
_log = structlog.get_logger("befit.api")


def frame(message: Message) -> str:
    """One message down."""
    if message.kind == "heartbeat":
        return '{"type":"heartbeat"}'
    if message.kind == "end":
        return f'{{"type":"end","id":"{message.id}"}}'
    return f'{{"type":"{message.kind}","id":"{message.id}","{message.kind}":{message.data.decode()}}}'


class WebSocket:
    """The WebSocket endpoint. The dispatcher has checked the origin: pages of other origins never get this far."""

    def __init__(self, node: Node, collect: Collect, connections: Connections) -> None:
        self._node = node
        self._collect = collect
        self._connections = connections

    async def __call__(self, request: Request) -> None:
        """Accept, and stay until the client leaves or the server ends."""
        await request.receive()
        await request.send({"type": "websocket.accept"})
        conversation = _Conversation(self._node, self._collect, self._connections, request)
        try:
            await conversation.listen()
        finally:
            await conversation.unsubscribe()


class _Conversation:
    """One open WebSocket: who it speaks for, and the task that pushes to it."""

    def __init__(self, node: Node, collect: Collect, connections: Connections, request: Request) -> None:
        self._node = node
        self._collect = collect
        self._connections = connections
        self._request = request
        self._subscriber: Subscriber | None = None
        self._pushing: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Answer each message in turn: a client that sends faster than its events become durable has to wait."""
        while (message := await self._request.receive())["type"] == "websocket.receive":
            try:
                await self._take(message.get("text") or message.get("bytes") or b"")
            except BefitError as error:
                await self._send_problem(error)

    async def unsubscribe(self) -> None:
        """Stop pushing."""
        task, self._pushing = self._pushing, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _take(self, text: str | bytes) -> None:
        message = decode(_UP, text.encode() if isinstance(text, str) else text)
        if isinstance(message, Subscribe):
            await self._subscribe(message)
        else:
            await self._event(message.event)

    async def _subscribe(self, wire: Subscribe) -> None:
        subscriber = subscriber_of(self._node, self._request, wire)
        subscription = self._node.subscribe(subscriber.request, subscriber.since)
        await self.unsubscribe()
        self._subscriber = subscriber
        self._pushing = asyncio.create_task(self._push(subscription))

    async def _push(self, subscription: Subscription) -> None:
        """Until the node ends the subscription; then the connection ends too."""
        heartbeat = self._node.settings.heartbeat
        try:
            with self._connections.one(metrics.WEBSOCKET_CONNECTIONS):
                async with subscription:
                    kind = ""
                    while kind != "end":
                        for message in await subscription.next(heartbeat) or _QUIET:
                            kind = message.kind
                            await self._send(frame(message))
            await self._close(SERVICE_RESTART)
        except OSError:
            return  # the client left; `listen` hears of it
        except Exception as error:
            if not isinstance(error, BefitError):
                _log.exception("a WebSocket cannot be served")
            await self._send_problem(error)
            await self._close(TRY_AGAIN_LATER)

    async def _close(self, code: int) -> None:
        await self._request.send({"type": "websocket.close", "code": code})

    async def _event(self, raw: Raw) -> None:
        if self._subscriber is None:
            raise Unauthorized("subscribe first: that message carries the write key")
        visitor = self._subscriber.visitor
        sender = self._collect.sender_of(self._request, visitor.claims)._replace(
            anonymous_id=visitor.anonymous_id, user_id=visitor.user_id
        )
        intake = take_raw([raw], sender, "$.event")
        await self._collect.keep(intake)
        for error in intake.errors:
            raise error
        await self._send(encode(_Ack(intake.events[0].message_id)).decode())

    async def _send_problem(self, error: Exception) -> None:
        await self._send(encode(_Error(problem_details(error))).decode())

    async def _send(self, text: str) -> None:
        await self._request.send({"type": "websocket.send", "text": text})
