"""One real server for all tests here; each test is another visitor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count

import httpx
import pytest

from tests.calls import calls_site
from tests.server import Server

_numbers = count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    running = Server(calls_site(folder / "site"), folder / "data", "--heartbeat", "0.5")
    yield running
    assert running.stop() == 0, running.log.read_text()


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        yield client


@pytest.fixture
def visitor() -> str:
    """An anonymousId that nobody else has."""
    return f"visitor-{next(_numbers)}"
