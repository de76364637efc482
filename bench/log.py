"""Embedded log and store: microseconds and bytes, beside the same bytes written and synced to a plain file.

    python -m bench.log [--profiles 100000] [--folder DIR]

Rounds of the driver and of its peer alternate, so a noisy disk hits both; figures are
medians of rounds. Use a folder on the disk that you mean to measure.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from befit.log.embedded import EmbeddedLog
from befit.model import Activation, Event, Page, Profile, Session, Shown, Tag
from befit.store import Commit, Timer
from befit.store.embedded import EmbeddedStore
from bench.report import figure, median, quantile

ROUNDS = 15
DAY_MS = 86_400_000
NOW = 20_000 * DAY_MS
CATEGORIES = ["electronics", "books", "garden", "toys", "shoes", "kitchen"]
AGENTS = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    for system in ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")
    for version in range(120, 132)
]
encode = msgspec.msgpack.Encoder().encode


def hex_id(dice: random.Random) -> str:
    """A version 4 UUID, as browsers make them for visitors and messages."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def event(dice: random.Random) -> Event:
    """A product view, about 300 bytes of msgpack."""
    category = dice.choice(CATEGORIES)
    return Event(
        type="track",
        name="Product Viewed",
        message_id=hex_id(dice),
        anonymous_id=hex_id(dice),
        timestamp=NOW + dice.randrange(DAY_MS),
        received_at=NOW + dice.randrange(DAY_MS),
        properties={
            "product_id": f"p-{dice.randrange(1000)}",
            "category": category,
            "price": dice.randrange(9900) / 100,
        },
        context={"page": {"path": f"/{category}/{dice.randrange(1000)}"}, "userAgent": dice.choice(AGENTS)},
    )


def profile(dice: random.Random, number: int) -> Profile:
    """A visitor of a shop in the middle of a visit: about 2 kB of msgpack, 60 values, ids and times truly random."""
    anonymous = hex_id(dice)
    seen = NOW + dice.randrange(DAY_MS)

    def page(ago: int) -> Page:
        category, product = dice.choice(CATEGORIES), dice.randrange(1000)
        attributes = {
            "path": f"/{category}/{product}",
            "url": f"https://shop.example/{category}/{product}?ref={dice.getrandbits(32):x}",
            "title": f"Product {product} | {category} | The Example Shop",
            "referrer": f"https://shop.example/{category}",
        }
        return Page(
            hex_id(dice), attributes, seen - ago, seen - ago + 9_000, dice.randrange(60_000), dice.randrange(100)
        )

    signals: dict[str, Any] = {f"{category}_clicks": dice.randrange(40) for category in CATEGORIES}
    signals["recent_views"] = [[seen - dice.randrange(600_000), 1] for _ in range(12)]
    signals["last_purchase"] = [seen - dice.randrange(30 * DAY_MS), seen - dice.randrange(30 * DAY_MS)]
    signals["affinity"] = {category: [dice.random() * 10, seen - dice.randrange(DAY_MS)] for category in CATEGORIES}
    signals["distinct_products"] = [f"p-{dice.randrange(1000)}" for _ in range(10)]
    signals["spent"] = dice.randrange(100_000) / 100
    signals["browsing_time"] = dice.randrange(3_600_000)
    return Profile(
        id=f"a:{anonymous}",
        ids=[f"a:{anonymous}", f"u:user-{number}@example.org"],
        version=dice.randrange(500),
        first_seen=seen - dice.randrange(90 * DAY_MS),
        last_seen=seen,
        traits={
            "email": f"user-{number}@example.org",
            "plan": dice.choice(["free", "plus"]),
            "age": dice.randrange(18, 90),
        },
        trait_times={"email": seen - 1, "plan": seen - 2, "age": seen - 3},
        consent={"analytics": True, "personalization": dice.random() < 0.8},
        signals=signals,
        tags={
            f"interested-in-{dice.choice(CATEGORIES)}": Tag(seen, seen + 90 * DAY_MS, "interested") for _ in range(3)
        },
        triggers={"long-look": Activation(True, seen, seen + 60_000, hex_id(dice)), "idle-cart": Activation()},
        timers={"idle-cart": seen + 600_000},
        shown={f"hero.{n}": Shown(dice.randrange(20), seen, "", 1, 20_000, 2) for n in range(3)},
        sessions=dice.randrange(1, 40),
        session=Session(
            hex_id(dice), seen, seen, 12, 4, 90_000, {"path": "/"}, [page(n * 30_000) for n in range(3)], ["tv"]
        ),
        context={"userAgent": dice.choice(AGENTS), "locale": "en-US", "timezone": "Europe/Zurich", "device": "desktop"},
    )


async def microseconds(work: Callable[[], Awaitable[object]]) -> float:
    """How long one call took."""
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1e6


async def measure_appends(log: EmbeddedLog, folder: Path, events: list[bytes]) -> None:
    """Append and sync in batches, against write and fdatasync of the same bytes."""
    file = os.open(folder / "plain", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    for size in (1, 100, 200):
        batches = [events[at : at + size] for at in range(0, 20 * size, size)]

        async def append(batches: list[list[bytes]] = batches) -> None:
            for batch in batches:
                await log.append(0, batch)

        async def write(batches: list[list[bytes]] = batches) -> None:
            for batch in batches:
                os.write(file, b"".join(batch))
                os.fdatasync(file)

        rounds = [(await microseconds(append), await microseconds(write)) for _ in range(ROUNDS)]
        ours, plain = (median(column) / (20 * size) for column in zip(*rounds, strict=True))
        name = f"log: append + sync, batches of {size}"
        figure(name, ours, "µs/event", event_bytes=round(sum(map(len, events)) / len(events)))
        figure(f"{name}, against write + fdatasync of a plain file", ours / plain, "x", plain_us=round(plain, 2))
    os.close(file)


async def measure_overlapping(log: EmbeddedLog, events: list[bytes]) -> None:
    """One event a call, as requests come in: group commit shares the syncs."""
    for callers in (16, 256):

        async def caller(own: list[bytes]) -> None:
            for value in own:
                await log.append(0, [value])

        async def together(callers: int = callers) -> None:
            await asyncio.gather(*(caller(events[n : n + 10]) for n in range(callers)))

        rounds = [await microseconds(together) for _ in range(ROUNDS)]
        figure(f"log: append of one event, {callers} callers at a time", median(rounds) / (callers * 10), "µs/event")


async def measure_reads(log: EmbeddedLog) -> None:
    """100 records of the tail, which is in memory, and 1,000 records from the start of the log, which is not."""
    end = await log.end(0)
    tail = [await microseconds(lambda: log.read(0, end - 1_000, 100)) for _ in range(200)]
    figure("log: read the tail", median(tail) / 100, "µs/event")
    disk: list[float] = []
    for at in range(0, 20_000, 1_000):
        start = time.perf_counter()
        await log.read(0, at, 1_000)
        disk.append((time.perf_counter() - start) * 1e6)
    figure("log: read from the disk", median(disk) / 1_000, "µs/event")


async def fill(store: EmbeddedStore, count: int) -> list[str]:
    """Commit new profiles, 100 at a time, each with a link, a timer and two message ids; their ids."""
    dice = random.Random(1)
    ids: list[str] = []
    times: list[float] = []
    size = 0
    for start in range(0, count, 100):
        batch = [profile(dice, number) for number in range(start, start + 100)]
        ids += [one.id for one in batch]
        size += sum(len(encode(one)) for one in batch)
        commit = Commit(
            0,
            len(ids),
            {one.id: one for one in batch},
            links={one.ids[1]: one.id for one in batch},
            timers_set={Timer(one.timers["idle-cart"], one.id, "idle-cart") for one in batch},
            seen={hex_id(dice): NOW for _ in range(2 * len(batch))},
        )
        began = time.perf_counter()
        await store.commit(commit)
        times.append((time.perf_counter() - began) * 1e6)
    name = "store: commit, batches of 100 new profiles"
    figure(name, median(times) / 100, "µs/profile", p99=round(quantile(times, 0.99) / 100, 2), bytes=size // count)
    return ids


async def measure_loads(store: EmbeddedStore, ids: list[str]) -> None:
    """Profiles from all over the store, profiles in RocksDB's cache, and message ids never seen."""
    dice = random.Random(2)
    for name, choices in (("anywhere", [dice.sample(ids, 100) for _ in range(100)]), ("cached", [ids[:100]] * 100)):
        times = [await microseconds(partial(store.load, chosen)) for chosen in choices]
        figure(f"store: load, 100 profiles at a time, {name}", median(times) / 100, "µs/profile")
    new = [[hex_id(dice) for _ in range(100)] for _ in range(50)]
    times = [await microseconds(partial(store.seen, 0, message_ids)) for message_ids in new]
    figure("store: seen, 100 new message ids at a time", median(times) / 100, "µs/id")


async def measure_store(folder: Path, count: int) -> None:
    """Fill a store, read from it, write every profile again in random order, restart, and weigh it."""
    store = EmbeddedStore(f"embedded:{folder}")
    await store.open()
    ids = await fill(store, count)
    await measure_loads(store, ids)
    random.Random(3).shuffle(ids)
    for start in range(0, count, 100):
        loaded = [one for one in await store.load(ids[start : start + 100]) if one is not None]
        await store.commit(Commit(0, count + start, {one.id: one for one in loaded}))
    figure("store: count, of those there are", await store.count() / count, "x")
    await settled(store)
    await store.close()

    began = time.perf_counter()
    store = EmbeddedStore(f"embedded:{folder}")
    await store.open()
    await store.load(ids[:1])
    figure("store: restart", time.perf_counter() - began, "s", at_most=5, profiles=count)
    await store.close()
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        resident = fresh.submit(resident_of_a_reader, folder, ids[:20_000]).result()
    disk = sum(file.stat().st_size for file in (folder / "store").iterdir())
    total = (disk * 1e6 / count + resident) / 2**30
    name = "store: on disk + resident, per million profiles"
    figure(name, total, "GiB", at_most=1, profiles=count, disk_bytes=disk, resident_bytes=resident)


async def settled(store: EmbeddedStore) -> None:
    """Wait until RocksDB has nothing left to compact: a server that goes on running gets there too."""
    pending = ("rocksdb.compaction-pending", "rocksdb.num-running-compactions", "rocksdb.mem-table-flush-pending")
    while any(family.property_int_value(name) for family in store._database.families.values() for name in pending):
        await asyncio.sleep(0.1)


def resident_of_a_reader(folder: Path, ids: list[str]) -> int:
    """How many bytes a process that reads these profiles, and does nothing else, takes more than without the store."""

    async def read() -> int:
        before = resident()
        store = EmbeddedStore(f"embedded:{folder}")
        await store.open()
        for start in range(0, len(ids), 100):
            await store.load(ids[start : start + 100])
        taken = resident() - before
        await store.close()
        return taken

    return asyncio.run(read())


def resident() -> int:
    """Bytes of this process in memory now; the peak that getrusage gives would be the parent's."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def measure(folder: Path, count: int) -> None:
    """All of it, in `folder`."""
    dice = random.Random(7)
    events = [encode(event(dice)) for _ in range(4_000)]
    log = EmbeddedLog(f"embedded:{folder}", "events")
    await log.open()
    await measure_appends(log, folder, events)
    await measure_overlapping(log, events)
    await measure_reads(log)
    await log.close()
    await measure_store(folder, count)


def main() -> None:
    """Measure in a folder of its own and remove it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--profiles", type=int, default=100_000)
    arguments.add_argument("--folder", type=Path, default=Path("build"))
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-log-", dir=given.folder) as folder:
        uvloop.run(measure(Path(folder), given.profiles))


if __name__ == "__main__":
    main()
