"""Every driver of the event log and of the profile store, chosen by URL, for the contract tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from befit.log import EventLog
from befit.log import open_log as log_driver
from befit.store import ProfileStore
from befit.store import open_store as store_driver

OpenLog = Callable[[], Awaitable[EventLog]]
OpenStore = Callable[[], Awaitable[ProfileStore]]

# A driver joins with one entry: its name, and how to make the URL of a fresh log of three partitions.
LOGS: dict[str, Callable[[Path], str]] = {
    "embedded": lambda folder: f"embedded:{folder}?partitions=3",
}
STORES: dict[str, Callable[[Path], str]] = {
    "embedded": lambda folder: f"embedded:{folder}",
}


@pytest.fixture(params=LOGS)
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return LOGS[request.param](tmp_path)


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return STORES[request.param](tmp_path)


@pytest.fixture
async def open_log(log_url: str) -> AsyncIterator[OpenLog]:
    """Opens the test's log; once more closes it and opens it again, as a restart would."""
    opened: list[EventLog] = []

    async def open_again() -> EventLog:
        if opened:
            await opened.pop().close()
        log = log_driver(log_url, "events")
        await log.open()
        opened.append(log)
        return log

    yield open_again
    for log in opened:
        await log.close()


@pytest.fixture
async def log(open_log: OpenLog) -> EventLog:
    return await open_log()


@pytest.fixture
async def open_store(store_url: str) -> AsyncIterator[OpenStore]:
    """Opens the test's store; once more closes it and opens it again, as a restart would."""
    opened: list[ProfileStore] = []

    async def open_again() -> ProfileStore:
        if opened:
            await opened.pop().close()
        store = store_driver(store_url)
        await store.open()
        opened.append(store)
        return store

    yield open_again
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: OpenStore) -> ProfileStore:
    return await open_store()
