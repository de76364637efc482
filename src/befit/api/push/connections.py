"""Open push connections: counted by transport, left when their client leaves, and ended with a cursor at a shutdown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from prometheus_client import Gauge

from befit.api.http import Receive
from befit.errors import Unavailable
from befit.node import Node, Subscription


class Connections:
    """All push connections of one server."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._open = 0
        self._ending = False
        self._none_left = asyncio.Event()

    @contextmanager
    def one(self, gauge: Gauge) -> Iterator[None]:
        """One connection, as long as it lasts. Raises Unavailable while the server shuts down."""
        if self._ending:
            raise Unavailable("the server is about to stop; connect again in a moment")
        self._open += 1
        gauge.inc()
        try:
            yield
        finally:
            gauge.dec()
            self._open -= 1
            if not self._open:
                self._none_left.set()

    async def end(self, seconds: float) -> None:
        """Let no new one in, and return when each has sent its end with the cursor to resume from, or `seconds` are over."""
        self._ending = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._open:
                    self._none_left.clear()
                    self._node.hub.end()
                    # Once more after a moment, for those that were just about to subscribe.
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._none_left.wait(), 0.1)


@contextmanager
def until_departure(receive: Receive, subscription: Subscription) -> Iterator[None]:
    """End the subscription when the client goes away. That takes a small task, because ASGI tells only who asks."""
    watch = asyncio.ensure_future(_departure(receive))
    watch.add_done_callback(lambda _: subscription.end())
    try:
        yield
    finally:
        watch.cancel()


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
