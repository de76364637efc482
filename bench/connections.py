"""Open SSE connections in one process: 10,000 of them, their memory, and one change that reaches them all (DESIGN §7, row 6)."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from pathlib import Path

from bench import servers
from bench.client import Connection
from bench.report import figure
from bench.sites import WRITE_KEY, module, push_site, write

STREAMS = 10_000


async def measure(server: servers.Server, site: Path) -> None:
    """Open the streams, weigh the process, then change the site and wait until everyone has heard."""
    before = server.resident_bytes()
    heard = [0]
    opened = asyncio.Event()
    told = asyncio.Event()

    async def watch(number: int) -> None:
        connection = await Connection.open(server.port)
        path = f"/v1/stream?writeKey={WRITE_KEY}&anonymousId=v{number}&slots=hero,sidebar"
        async for data in connection.events(path):
            if b'"slot":"hero"' in data:
                heard[0] += 1
                if heard[0] == STREAMS:
                    opened.set()
                if heard[0] == 2 * STREAMS:
                    told.set()

    tasks = []
    for number in range(STREAMS):
        tasks.append(asyncio.create_task(watch(number)))
        if number % 200 == 199:
            await asyncio.sleep(0.05)
    await asyncio.wait_for(opened.wait(), 120)
    await asyncio.sleep(1)
    each = (server.resident_bytes() - before) / STREAMS / 1000
    figure("open SSE connections, memory each", each, "kB", at_most=40, connections=STREAMS)
    started = time.perf_counter()
    write(site, {"modules/m0.yaml": module(1)})
    await asyncio.wait_for(told.wait(), 120)
    figure("a changed site reaches 10,000 open connections", time.perf_counter() - started, "s", connections=STREAMS)
    for task in tasks:
        task.cancel()


def main() -> None:
    """Measure and print."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = STREAMS + 500
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))
    with tempfile.TemporaryDirectory() as folder:
        site = push_site(Path(folder, "site"))
        with servers.befit(site, Path(folder, "data")) as befit:
            asyncio.run(measure(befit, site))


if __name__ == "__main__":
    main()
