"""Simulated visitors of the demo shop, a fixed number of them, browsing until they are stopped.

python examples/shop/simulate.py [--url http://127.0.0.1:8400] [--visitors 12] [--seed 7] [--events N]
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import yaml
from visitors import Call, Product, Step, browse, visitors

PRODUCTS: Final = Path(__file__).resolve().parent / "site" / "collections" / "products.yaml"
WRITE_KEY: Final = "demo-write-key"
REPORT_S: Final = 4.0
TOGETHER_S: Final = 0.1
LONGEST_WAIT_S: Final = 10.0


@dataclass(slots=True)
class Crowd:
    """All visitors' next steps in order of time. `run` makes message ids differ from those of an earlier run.

    Times are seconds since the start of the simulation. Calls come complete but for their timestamp.
    """

    run: str
    seed: int
    count: int
    products: list[Product]
    _due: list[tuple[float, int, Step]] = field(default_factory=list)
    _next: list[Iterator[Step]] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _contexts: list[dict[str, Any]] = field(default_factory=list)
    _calls: int = 0

    def __post_init__(self) -> None:
        rng = Random(self.seed)  # noqa: S311 -- visitors, not secrets
        categories = list(dict.fromkeys(product["category"] for product in self.products))
        for index, visitor in enumerate(visitors(self.count, rng, categories)):
            self._next.append(browse(visitor, Random(f"{self.seed} {index}"), self.products))  # noqa: S311
            self._ids.append(visitor.anonymous_id)
            self._contexts.append({})
            self._schedule(index, 0)

    @property
    def next_at(self) -> float:
        """When the next call is due."""
        return self._due[0][0]

    def take(self, until: float) -> Iterator[tuple[Call, str]]:
        """The calls due until then, in order of time, each with what it means in words (or nothing)."""
        while self._due[0][0] <= until:
            at, index, step = heapq.heappop(self._due)
            self._schedule(index, at)
            yield self._complete(index, step.call), step.note

    def _schedule(self, index: int, after: float) -> None:
        step = next(self._next[index])
        heapq.heappush(self._due, (after + step.wait, index, step))

    def _complete(self, index: int, call: Call) -> Call:
        self._calls += 1
        message_id = f"{self.run}-{self._calls}"
        if call["type"] == "page":
            path = _path(call["properties"])
            self._contexts[index] = {"page": {"path": path, "url": path}, "viewId": message_id}
        return {**call, "messageId": message_id, "anonymousId": self._ids[index], "context": self._contexts[index]}


def _path(page: dict[str, Any]) -> str:
    match page["type"]:
        case "home":
            return "/"
        case "product":
            return f"/product/{page['product_id']}"
        case "category":
            return f"/category/{page['category']}"
        case other:
            return f"/{other}"


async def simulate(crowd: Crowd, url: str, limit: int, stop: asyncio.Event) -> int:
    """Let the crowd browse until `stop` is set, or `limit` calls are sent (0: without end); how many were sent.

    While the server is away the crowd waits, and then goes on where it was.
    """
    sent = 0
    reporter = Reporter()
    started = time.monotonic()
    async with httpx.AsyncClient(base_url=url, auth=(WRITE_KEY, ""), timeout=10) as client:
        while not stop.is_set() and (not limit or sent < limit):
            await _sleep(started + crowd.next_at - time.monotonic(), stop)
            due = list(crowd.take(time.monotonic() - started + TOGETHER_S))
            due = due[: limit - sent] if limit else due
            waited = await _send(client, [call for call, _ in due], stop)
            started += waited
            if not stop.is_set():
                sent += len(due)
                reporter.told(len(due), [note for _, note in due if note])
    return sent


async def _send(client: httpx.AsyncClient, calls: list[Call], stop: asyncio.Event) -> float:
    """Send calls until the server has taken them; the seconds for which it was away."""
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    batch = [{**call, "timestamp": timestamp} for call in calls]
    began = time.monotonic()
    wait = 0.5
    problem = ""
    while batch and not stop.is_set():
        try:
            answer = await client.post("/v1/batch", json={"batch": batch, "sentAt": timestamp})
        except httpx.TransportError as error:
            now_wrong = str(error) or type(error).__name__
        else:
            if answer.is_success:
                for rejected in answer.json().get("rejected", []):
                    print(f"simulate: rejected: {rejected}", flush=True)
                break
            if answer.is_client_error:
                raise SystemExit(f"simulate: {client.base_url} refuses the events: {answer.text}")
            now_wrong = f"it answered {answer.status_code}"
        if not problem:
            print(f"simulate: {client.base_url} is away ({now_wrong}); waiting", flush=True)
        problem = now_wrong
        await _sleep(wait, stop)
        wait = min(LONGEST_WAIT_S, wait * 2)
    if problem and not stop.is_set():
        print("simulate: the server is back", flush=True)
    return time.monotonic() - began if problem else 0.0


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), max(0.0, seconds))


class Reporter:
    """One line every few seconds: the most telling thing that happened, and how much is sent."""

    def __init__(self) -> None:
        self._total = self._since = 0
        self._began = time.monotonic()
        self._notes: list[str] = []

    def told(self, calls: int, notes: list[str]) -> None:
        """Count `calls`; print a line when one is due."""
        self._total += calls
        self._since += calls
        self._notes += notes
        elapsed = time.monotonic() - self._began
        if elapsed < REPORT_S or not self._notes:
            return
        best = max(self._notes, key=lambda note: (" orders " in note, "cart" in note, "looks" in note))
        print(f"  {best:<72} {self._since / elapsed:4.1f} events/s, {self._total:,} sent", flush=True)
        self._since, self._began, self._notes = 0, time.monotonic(), []


async def _main(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    products: list[Product] = yaml.safe_load(PRODUCTS.read_text(encoding="utf-8"))
    crowd = Crowd(f"sim-{options.seed}-{time.time_ns():x}", options.seed, options.visitors, products)
    print(f"simulate: {options.visitors} visitors at {options.url} (seed {options.seed})", flush=True)
    sent = await simulate(crowd, options.url, options.events, stop)
    print(f"simulate: {sent:,} events sent", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Simulated visitors of the demo shop.")
    parser.add_argument("--url", default="http://127.0.0.1:8400", help="the running server")
    parser.add_argument("--visitors", type=int, default=12, help="how many browse at a time")
    parser.add_argument("--seed", type=int, default=7, help="the same seed, the same visitors")
    parser.add_argument("--events", type=int, default=0, help="stop after so many events; 0 never stops")
    asyncio.run(_main(parser.parse_args()))
