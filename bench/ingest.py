"""Events per second and core through collect + fold + durable log, batches of 100 (DESIGN §7, row 2).

A real server takes batches over HTTP; each is acknowledged when durable. The clock is the CPU time of the server's
process until everything is folded, so neither the client's speed nor a busy machine flatters or spoils the figure.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
import time
from pathlib import Path

from bench import servers
from bench.client import Connection, post_request
from bench.report import figure, median
from bench.sites import SITE, WRITE_KEY, module, write

BATCH = 100
BATCHES = 600
ROUNDS = 3
VISITORS = 2_000
SIGNALS = """
views: {count: Product Viewed}
recent_views: {count: Product Viewed, within: 10m}
electronics_views: {count: Product Viewed, where: 'event.properties.category == "electronics"', within: 10m}
spent: {sum: event.properties.total, of: Order Completed}
last_purchase: {last: timestamp, of: Order Completed}
categories: {distinct: event.properties.category, of: Product Viewed}
category_affinity: {affinity: event.properties.category, half_life: 3d, weights: {Product Viewed: 1, Order Completed: 10}}
cart_abandoned: {sequence: [Product Added, {absent: Order Completed, for: 10m}]}
"""


def site(folder: Path) -> Path:
    """Eight signals of eight kinds, two tags, one slot."""
    return write(
        folder,
        {
            "site.yaml": SITE,
            "signals.yaml": SIGNALS,
            "tags.yaml": "interested: {when: 'signals.electronics_views >= 3', ttl: 1h}\nbuyer: {on: Order Completed}\n",
            "slots/hero.yaml": "- {when: '\"interested\" in tags', show: m1}\n- {show: m0}\n",
            "modules/m0.yaml": module(0),
            "modules/m1.yaml": module(1),
        },
    )


def batches(seed: int) -> list[bytes]:
    """Requests of 100 events; in a batch a visitor has about five, as browsers and gateways send them."""
    dice = random.Random(seed)
    made = []
    for number in range(BATCHES):
        calls = []
        visitors = [dice.randrange(VISITORS) for _ in range(BATCH // 5)]
        for n in range(BATCH):
            name = dice.choices(("Product Viewed", "Product Added", "Order Completed"), (90, 8, 2))[0]
            category = dice.choice(("electronics", "fashion", "home", "sports", "books", "toys"))
            properties = {"product_id": f"p{n}", "category": category, "price": 19.5, "total": 59.0}
            calls.append(
                {
                    "type": "track",
                    "event": name,
                    "anonymousId": f"visitor-{visitors[n % len(visitors)]}",
                    "messageId": f"{seed}-{number}-{n}",
                    "properties": properties,
                    "context": {"page": {"path": f"/product/{n}", "url": f"https://shop.example/product/{n}"}},
                }
            )
        made.append(post_request("/v1/batch", json.dumps({"writeKey": WRITE_KEY, "batch": calls}).encode()))
    return made


async def send(port: int, requests: list[bytes], connections: int = 4) -> None:
    """Send all batches over a few connections."""
    waiting = iter(requests)

    async def drain() -> None:
        connection = await Connection.open(port)
        for request in waiting:
            status, reply = await connection.send(request)
            if status != 200:
                raise RuntimeError(f"{status}: {reply[:500]!r}")
        connection.close()

    await asyncio.gather(*(drain() for _ in range(connections)))


async def folded(port: int) -> int:
    """How many events the server has folded so far."""
    connection = await Connection.open(port)
    connection.writer.write(b"GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
    text = (await connection.reader.read()).decode()
    connection.close()
    found = re.search(r"^befit_events_folded_total (\S+)", text, re.MULTILINE)
    return int(float(found[1])) if found else 0


async def measure(server: servers.Server, seed: int) -> tuple[float, float]:
    """Events per CPU second and per wall second of one round."""
    requests = batches(seed)
    events = BATCH * BATCHES
    before, cpu, wall = await folded(server.port), server.cpu_seconds(), time.perf_counter()
    await send(server.port, requests)
    while await folded(server.port) < before + events:
        await asyncio.sleep(0.05)
    return events / (server.cpu_seconds() - cpu), events / (time.perf_counter() - wall)


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.befit(site(Path(folder, "site")), Path(folder, "data")) as befit,
    ):
        rounds = [asyncio.run(measure(befit, seed)) for seed in range(ROUNDS)]
    figure(
        "events per second and core, collect + fold + durable log",
        median([r[0] for r in rounds]),
        "events/CPU s",
        at_least=20_000,
        wall_per_second=round(median([r[1] for r in rounds])),
        batch=BATCH,
        signals=8,
    )


if __name__ == "__main__":
    main()
