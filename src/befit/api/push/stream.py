"""`GET /v1/stream`: Server-Sent Events, written by hand.

    id: CURSOR           resume from here: a browser sends it back as Last-Event-ID
    event: decision      a slot's decision changed; data is the decision
    event: profile       what browsers may see of the profile changed
    event: end           the server goes away, or the client was too slow; connect again, with the cursor

A comment every `heartbeat` seconds keeps proxies from closing a quiet connection, and finds dead ones.
"""

from __future__ import annotations

from typing import Final

from befit.api.http import Header, Request, Send, query_of
from befit.api.push.connections import Connections, until_departure
from befit.api.push.subscription import subscriber_of_query
from befit.node import Message, Node, Subscription, metrics

_HEADERS: Final[tuple[Header, ...]] = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)
_RETRY: Final = b"retry: 2000\n\n"
_HEARTBEAT: Final = {"type": "http.response.body", "body": b":\n\n", "more_body": True}
_LAST: Final = {"type": "http.response.body", "body": b"", "more_body": False}


def frame(message: Message) -> bytes:
    """One SSE event."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (message.id.encode(), message.kind.encode(), message.data)


class Stream:
    """The SSE endpoint."""

    def __init__(self, node: Node, connections: Connections) -> None:
        self._node = node
        self._connections = connections

    async def __call__(self, request: Request) -> None:
        """Stay until the client leaves or the server ends. Raises NotFound for an unknown slot, Unavailable when full."""
        subscriber = subscriber_of_query(self._node, request, query_of(request.scope))
        send = request.send
        with self._connections.one(metrics.SSE_CONNECTIONS):
            async with self._node.subscribe(subscriber.request, subscriber.since) as subscription:
                await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *request.cors]})
                await send({"type": "http.response.body", "body": _RETRY, "more_body": True})
                with until_departure(request.receive, subscription):
                    await _push(send, subscription, self._node.settings.heartbeat)
                await send(_LAST)


async def _push(send: Send, subscription: Subscription, heartbeat: float) -> None:
    while True:
        messages = await subscription.next(heartbeat)
        if not messages:
            await send(_HEARTBEAT)
            continue
        await send({"type": "http.response.body", "body": b"".join(map(frame, messages)), "more_body": True})
        if messages[-1].kind == "end":
            return
