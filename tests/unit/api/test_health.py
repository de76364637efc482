"""What operators ask: alive, ready, and how much."""

from __future__ import annotations

import httpx
import pytest

from befit.errors import Problem, Unavailable
from befit.node import Node
from tests.calls import batch, post, track


async def test_the_process_is_alive(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_a_node_is_ready_when_its_drivers_are(client: httpx.AsyncClient, node: Node) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert {"log", "store"} <= set(told["drivers"])
    assert set(told["drivers"].values()) == {"ok"}
    assert (told["status"], told["release"], told["problems"]) == ("ok", node.program.release.id, [])


async def test_a_driver_that_is_away_makes_it_unready_and_says_why(
    client: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> int:
        raise Unavailable("no route to the store")

    monkeypatch.setattr(node.store, "position", away)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    told = answer.json()["drivers"]
    assert (told["log"], told["store"]) == ("ok", "no route to the store")


async def test_problems_of_a_new_state_of_the_site_are_told_while_the_old_one_serves(
    client: httpx.AsyncClient, node: Node
) -> None:
    node.site.problems = [Problem("slots/hero.yaml", 3, 1, "no default")]
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["problems"] == ["slots/hero.yaml:3:1: error: no default"]


async def test_metrics_count_what_was_taken_and_what_was_not(client: httpx.AsyncClient) -> None:
    async def metric(name: str) -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0)

    accepted, rejected = "befit_events_accepted_total", 'befit_events_rejected_total{kind="invalid-input"}'
    before = await metric(accepted), await metric(rejected)
    await post(client, batch(track(messageId="a"), track(messageId="b"), {"type": "nope"}))
    assert (await metric(accepted), await metric(rejected)) == (before[0] + 2, before[1] + 1)
