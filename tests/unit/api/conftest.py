"""A real node on a temporary data folder behind its ASGI application, called in process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from befit.api.app import App
from befit.model import Event
from befit.node import Node, Settings
from tests.calls import SECRET, SITE, Buried, Clock, Logged, calls_site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site_yaml() -> str:
    """Overridden by tests that need another site.yaml."""
    return SITE


@pytest.fixture
def site(tmp_path: Path, site_yaml: str) -> Path:
    return calls_site(tmp_path / "site", site_yaml)


@pytest.fixture
async def node(site: Path, tmp_path: Path) -> AsyncIterator[Node]:
    running = Node(Settings(site, data=tmp_path / "data", secret_key=SECRET, watch=False))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(node: Node, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=App(node, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://befit.test") as calls:
        yield calls


@pytest.fixture
def logged(node: Node) -> Logged:
    """All events in the log, in order."""

    async def read() -> list[Event]:
        return [msgspec.msgpack.decode(record.value, type=Event) for record in await node.log.read(0, 0, 10_000)]

    return read


@pytest.fixture
def buried(node: Node) -> Buried:
    """All dead letters, in order."""
    return lambda: node.dead_letters(0, 10_000)
