"""`GET /v1/poll`: for clients that can do neither SSE nor WebSocket.

With `wait` (up to 30 s) it is a long poll: the answer comes as soon as a decision differs from those at the cursor `since`,
or empty when the time is over. Without, it answers at once, and 304 when `If-None-Match` names what is still true.
"""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Final

import msgspec
from msgspec import Raw
from msgspec.json import Decoder, encode

from befit.api.http import JSON, Header, Request, Response, query_of
from befit.api.push.connections import Connections
from befit.api.push.subscription import Subscriber, subscriber_of_query
from befit.errors import InputError
from befit.node import Node, metrics

MAX_WAIT_S: Final = 30

_REVALIDATE: Final[Header] = (b"cache-control", b"private, no-cache")


class _Answer(msgspec.Struct, omit_defaults=True):
    id: str
    decisions: list[Raw]
    profile: Raw | None = None


class Poll:
    """The polling endpoint. With `profile=1` its cursors end in `~` and a fingerprint of the profile's view."""

    def __init__(self, node: Node, connections: Connections) -> None:
        self._node = node
        self._connections = connections

    async def __call__(self, request: Request) -> Response:
        """`{id, decisions: [changed], profile?}`. Raises NotFound for an unknown slot, Unavailable when too many wait."""
        query = query_of(request.scope)
        subscriber = subscriber_of_query(self._node, request, query)
        wait = _seconds(query.get("wait", "0"))
        if wait:
            return Response(encode(await self._wait(subscriber, wait)), 200, (*JSON, _REVALIDATE))
        return await self._now(request, subscriber)

    async def _now(self, request: Request, subscriber: Subscriber) -> Response:
        node, (_, ask, since, _) = self._node, subscriber
        profile, _ = await node.look(ask)
        cursor, decisions = node.snapshot(profile, ask, since)
        answer = _Answer(cursor, [Raw(data) for data in decisions])
        if ask.profile:
            answer.profile = Raw(encode(node.public_view(profile, ask)))
            answer.id += _mark(answer.profile)
        etag = f'"{answer.id}"'.encode()
        headers: tuple[Header, ...] = (*JSON, _REVALIDATE, (b"etag", etag))
        if request.headers.get(b"if-none-match") == etag:
            return Response(b"", 304, headers)
        return Response(encode(answer), 200, headers)

    async def _wait(self, subscriber: Subscriber, wait: float) -> _Answer:
        """What is news within `wait` seconds. A subscription begins with the profile, which may be the one known already."""
        answer = _Answer(subscriber.since, [])
        latest: dict[str, bytes] = {}
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        with self._connections.one(metrics.POLL_CONNECTIONS):
            async with self._node.subscribe(subscriber.request, subscriber.since) as subscription:
                news = False
                while not news and (left := deadline - loop.time()) > 0:
                    for message in await subscription.next(left):
                        answer.id = message.id
                        if message.kind == "decision":
                            latest[_slot(message.data).slot] = message.data
                        elif message.kind == "profile":
                            answer.profile = Raw(message.data)
                        news = news or message.kind != "profile" or _mark(message.data) != subscriber.mark
        answer.decisions = [Raw(data) for data in latest.values()]
        if answer.profile is not None:
            answer.id += _mark(answer.profile)
        return answer


def _mark(view: bytes | Raw) -> str:
    return "~" + blake2b(view, digest_size=6).hexdigest()


class _Slot(msgspec.Struct):
    slot: str


_slot: Final = Decoder(_Slot).decode


def _seconds(text: str) -> float:
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= MAX_WAIT_S:
        raise InputError(f"wait is a number of seconds from 0 to {MAX_WAIT_S}", field="$.wait")
    return wait
