"""kill -9 at any moment: no acknowledged event is lost, none counts twice (DESIGN §6.1, §6.2).

Visitors send batches and retry, with the same message ids, until they are acknowledged. Meanwhile the server is killed
50 times at random moments and started again on the same data.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx

from tests.servers import SECRET_KEY, Server
from tests.sites import write_site

KILLS = 50
VISITORS = 12
SIGNALS = """
clicks: {count: Click}
amount: {sum: event.properties.amount, of: Click}
recent: {count: Click, within: 1d}
pages: {count: page}
last_amount: {last: event.properties.amount, of: Click}
kinds: {distinct: event.properties.kind, of: Click}
"""
SITE = """
name: crash
write_keys: [key]
identity: {unsigned: true}
schema: {events: {Click: {amount: int, kind: string}}}
"""
TAGS = "clicker: {when: 'signals.clicks >= 5', ttl: 1s}\n"


class Visitor:
    """Sends batches one after the other; halfway through it becomes known, which merges its profile."""

    def __init__(self, number: int, url: str) -> None:
        self.number = number
        self.url = url
        self.dice = random.Random(number)
        self.acknowledged: Counter[str] = Counter()
        self.attempts = 0
        self.batches = 0

    @property
    def name(self) -> str:
        return f"user-{self.number}" if self.number % 2 else f"visitor-{self.number}"

    def batch(self) -> list[dict[str, object]]:
        calls: list[dict[str, object]] = []
        for index in range(self.dice.randint(1, 20)):
            call: dict[str, object] = {"messageId": f"{self.number}-{self.batches}-{index}"}
            call["anonymousId"] = f"visitor-{self.number}"
            if self.number % 2 and self.batches > 3:
                call["userId"] = f"user-{self.number}"
            if self.dice.random() < 0.2:
                call |= {"type": "page", "properties": {}}
            else:
                properties = {"amount": self.dice.randint(1, 9), "kind": self.dice.choice("abc")}
                call |= {"type": "track", "event": "Click", "properties": properties}
            calls.append(call)
        return calls

    async def run(self, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            while not stop.is_set():
                calls = self.batch()
                await self.send(client, calls)
                self.batches += 1
                for call in calls:
                    self.acknowledged["pages" if call["type"] == "page" else "clicks"] += 1
                    properties = call["properties"]
                    assert isinstance(properties, dict)
                    self.acknowledged["amount"] += properties.get("amount", 0)

    async def send(self, client: httpx.AsyncClient, calls: list[dict[str, object]]) -> None:
        body = json.dumps({"writeKey": "key", "batch": calls})
        while True:
            self.attempts += 1
            try:
                if self.dice.random() < 0.05:  # an impatient client that hangs up and sends again
                    await asyncio.wait_for(client.post(f"{self.url}/v1/batch", content=body), 0.002)
                reply = await client.post(f"{self.url}/v1/batch", content=body)
                if reply.status_code == 200:
                    assert reply.json() == {"success": True}
                    return
                assert reply.status_code >= 500, reply.text
            except (httpx.TransportError, TimeoutError):
                await asyncio.sleep(0.05)


async def kill_often(server: Server) -> None:
    dice = random.Random(50)
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(0.05, 0.6))
        server.kill()
        server.launch()
        if dice.random() < 0.8:  # now and then it is killed while it starts
            await asyncio.to_thread(server.wait_ready)


async def load_and_kill(server: Server) -> list[Visitor]:
    stop = asyncio.Event()
    visitors = [Visitor(number, server.url) for number in range(VISITORS)]
    sending = [asyncio.create_task(visitor.run(stop)) for visitor in visitors]
    await kill_often(server)
    await asyncio.to_thread(server.wait_ready)
    stop.set()
    await asyncio.gather(*sending)
    return visitors


def show(server: Server, name: str) -> dict[str, object]:
    command = [
        sys.executable,
        "-m",
        "befit",
        "profile",
        "show",
        name,
        "--json",
        "--data",
        str(server.data),
        "--url",
        server.url,
    ]
    environment = {**os.environ, "BEFIT_SECRET_KEY": SECRET_KEY}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    shown: dict[str, object] = json.loads(result.stdout)
    return shown


def test_kill_9_at_any_moment_loses_no_acknowledged_event_and_counts_none_twice(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", site=SITE, signals=SIGNALS, tags=TAGS)
    server = Server(site, tmp_path / "data").start()
    try:
        visitors = asyncio.run(load_and_kill(server))
        assert sum(visitor.attempts for visitor in visitors) > sum(visitor.batches for visitor in visitors)
        for visitor in visitors:
            profile = httpx.get(f"{server.url}/admin/v1/profiles/{visitor.name}", headers=server.admin).json()
            signals = profile["signals"]
            counted = {name: signals[name] for name in ("clicks", "amount", "pages")}
            assert counted == dict(visitor.acknowledged), visitor.name
            assert signals["recent"] >= 0
        by_command_line = show(server, visitors[1].name)["signals"]
        assert isinstance(by_command_line, dict)
        assert by_command_line["clicks"] == visitors[1].acknowledged["clicks"]
    finally:
        assert server.stop() == 0
    audit = [sys.executable, "-m", "befit", "audit", str(site), "--data", str(server.data), "--json"]
    result = subprocess.run(audit, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    assert report["differences"] == []
    assert report["profiles"] == VISITORS
