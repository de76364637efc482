"""A whole node on its real drivers: durable before it answers, and never far ahead of its worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from befit.errors import Unavailable
from befit.node import Node, Settings
from tests.events import track
from tests.sites import write_site


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    site = write_site(tmp_path / "site", signals="clicks: {count: Click}\n")
    started = Node(Settings(site=site, data=tmp_path / "data", secret_key="x" * 20, watch=False))
    await started.start()
    yield started
    await started.stop()


async def test_a_bulk_sender_is_slowed_down_to_the_worker(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("befit.node.node.MAX_LAG", 10)
    for start in range(0, 3_000, 500):
        await node.ingest([track("Click", start + n) for n in range(500)])
        assert await node.log.end(0) - node.worker.positions[0] <= 10


async def test_a_worker_that_stands_still_does_not_keep_a_durable_event_from_its_answer(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("befit.node.node.MAX_LAG", 10)
    monkeypatch.setattr("befit.node.node.PACE_SECONDS", 0.01)

    async def away(partition: int) -> int:
        raise Unavailable("the store is away")

    monkeypatch.setattr(node.worker, "step", away)
    await node.ingest([track("Click", n) for n in range(100)])
    assert (await node.log.end(0), node.worker.positions[0]) == (100, 0)
    monkeypatch.undo()


async def test_events_are_folded_on_return_when_asked_for(node: Node) -> None:
    await node.ingest([track("Click", 0)], fold=True)
    profile = await node.find("ada")
    assert profile is not None
    assert profile.signals["clicks"] == 1
