"""Event POST -> changed decision arrives over SSE, against a bare POST round trip (DESIGN §7, row 3).

1,000 streams are open; events come at 2,000/s, open loop, each over its own free connection. A tenth of them belong to
visitors who look, and change what these see. The bare round trip is a POST of the same bytes, at the same rate, to an
ASGI echo on the same uvicorn. Rounds alternate.
"""

from __future__ import annotations

import asyncio
import gc
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import servers
from bench.client import Connection, post_request
from bench.report import figure, median, quantile
from bench.sites import WRITE_KEY, push_site

STREAMS = 1_000
RATE = 2_000
SECONDS = 4
ROUNDS = 3
WATCHED = 10  # every tenth event changes a page that somebody looks at
ENCODED_TITLE = b'"title":"View '


class Load:
    """An open loop: events start when they are due, not when the one before was answered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[Connection] = []
        self.taken: list[float] = []
        self.behind = 0.0

    async def run(self, request: Callable[[int], bytes], started: Callable[[int, float], None]) -> None:
        """Send RATE requests a second for SECONDS."""
        self.idle = [await Connection.open(self.port) for _ in range(64)]
        tasks = set()
        begin = time.perf_counter()
        for number in range(RATE * SECONDS):
            delay = begin + number / RATE - time.perf_counter()
            if delay > 0.0005:
                await asyncio.sleep(delay)
            task = asyncio.create_task(self._one(request(number), number, started))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        self.behind = time.perf_counter() - begin - SECONDS
        await asyncio.gather(*tasks)
        for connection in self.idle:
            connection.close()

    async def _one(self, request: bytes, number: int, started: Callable[[int, float], None]) -> None:
        begin = time.perf_counter()
        connection = self.idle.pop() if self.idle else await Connection.open(self.port)
        started(number, begin)
        status, reply = await connection.send(request)
        if status != 200:
            raise RuntimeError(f"{status} {reply!r}")
        self.taken.append(time.perf_counter() - begin)
        self.idle.append(connection)


def event(round_: int, number: int) -> bytes:
    """One view. Every tenth event is by a visitor who has a stream open."""
    visitor = f"watcher-{number // WATCHED % STREAMS}" if number % WATCHED == 0 else f"passer-{number % 5000}"
    call = {
        "writeKey": WRITE_KEY,
        "event": "Product Viewed",
        "anonymousId": visitor,
        "messageId": f"{round_}-{number}",
        "properties": {"product_id": "p1", "category": "books", "price": 12.5},
    }
    return post_request("/v1/track", json.dumps(call).encode())


class Watchers:
    """The open streams. A visitor's views are counted in the banner, so that each arrival tells which event caused it."""

    def __init__(self) -> None:
        self.sent: dict[tuple[int, int], float] = {}
        self.views = [0] * STREAMS
        self.taken: list[float] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self, port: int) -> None:
        """Open all streams and wait until each has its first decision."""
        ready = [asyncio.Event() for _ in range(STREAMS)]
        self.tasks = [asyncio.create_task(self._watch(port, n, ready[n])) for n in range(STREAMS)]
        await asyncio.gather(*(event.wait() for event in ready))

    def started(self, number: int, begin: float) -> None:
        """An event is about to be sent."""
        if number % WATCHED == 0:
            visitor = number // WATCHED % STREAMS
            self.views[visitor] += 1
            self.sent[visitor, self.views[visitor]] = begin

    async def _watch(self, port: int, visitor: int, ready: asyncio.Event) -> None:
        connection = await Connection.open(port)
        path = f"/v1/stream?writeKey={WRITE_KEY}&anonymousId=watcher-{visitor}&slots=hero"
        async for data in connection.events(path):
            ready.set()
            at = data.find(ENCODED_TITLE)
            if at >= 0:
                views = int(data[at + len(ENCODED_TITLE) : data.index(b'"', at + len(ENCODED_TITLE))])
                begin = self.sent.pop((visitor, views), None)
                if begin is not None:
                    self.taken.append(time.perf_counter() - begin)


async def measure(befit: servers.Server, echo: servers.Server) -> None:
    """Alternate rounds and print."""
    watchers = Watchers()
    await watchers.open(befit.port)
    gc.freeze()
    bare, acknowledged, pushed, medians, ratios = [], [], [], [], []
    for round_ in range(ROUNDS):
        load = Load(echo.port)
        await load.run(lambda number: event(round_, number), lambda number, begin: None)
        bare.append(quantile(load.taken, 0.99) * 1e3)
        watchers.taken.clear()
        load = Load(befit.port)
        await load.run(lambda number: event(round_, number), watchers.started)
        await asyncio.sleep(0.5)
        acknowledged.append(quantile(load.taken, 0.99) * 1e3)
        pushed.append(quantile(watchers.taken, 0.99) * 1e3)
        ratios.append(pushed[-1] / bare[-1])
        medians.append(median(watchers.taken) * 1e3)
        arrived = len(watchers.taken)
    for task in watchers.tasks:
        task.cancel()
    more = {"events_per_second": RATE, "streams": STREAMS, "arrived": arrived, "expected": RATE * SECONDS // WATCHED}
    figure(
        "event POST to SSE against a bare POST, p99",
        median(ratios),
        "x",
        at_most=3,
        bare_p99_ms=round(median(bare), 2),
        ack_p99_ms=round(median(acknowledged), 2),
    )
    figure("event POST to SSE, p99", median(pushed), "ms", at_most=100, p50_ms=round(median(medians), 2), **more)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        site = push_site(Path(folder, "site"))
        with servers.befit(site, Path(folder, "data")) as befit, servers.echo(b'{"success":true}') as echo:
            asyncio.run(measure(befit, echo))


if __name__ == "__main__":
    main()
