"""SIGTERM: streams end with a cursor, requests finish, nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.calls import SECRET, batch, calls_site, post, track
from tests.server import Server
from tests.sse import stream

ADMIN = {"authorization": f"Bearer {SECRET}"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    calls_site(tmp_path / "site")
    return tmp_path


async def test_streams_end_with_a_cursor_to_resume_from_on_the_next_server(folder: Path) -> None:
    server = Server(folder / "site", folder / "data")
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=20) as http,
        stream(http, anonymousId="ada", slots="hero,side") as events,
    ):
        await events.next("decision")
        cursor = (await events.next("decision")).id
        stopped = asyncio.create_task(asyncio.to_thread(server.stop))
        end = await events.next()
        assert (end.kind, end.id) == ("end", cursor)
        with pytest.raises(StopAsyncIteration):
            await events.next()
    assert await stopped == 0
    again = Server(folder / "site", folder / "data", "--heartbeat", "0.2")
    try:
        async with (
            httpx.AsyncClient(base_url=again.url, timeout=20) as http,
            stream(http, anonymousId="ada", slots="hero,side", since=cursor) as events,
        ):
            assert (await events.next()).kind == "heartbeat"
    finally:
        await asyncio.to_thread(again.stop)


async def test_websockets_are_told_and_closed(folder: Path) -> None:
    server = Server(folder / "site", folder / "data")
    async with connect(server.url.replace("http", "ws") + "/v1/ws") as ws:
        await ws.send(json.dumps({"type": "subscribe", "writeKey": "key", "anonymousId": "ada", "slots": ["hero"]}))
        cursor = json.loads(await ws.recv())["id"]
        stopped = asyncio.create_task(asyncio.to_thread(server.stop))
        assert json.loads(await ws.recv()) == {"type": "end", "id": cursor}
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert await stopped == 0


async def test_what_was_acknowledged_is_there_after_a_restart(folder: Path) -> None:
    """Requests go on while the server is told to stop; every 200 counts, every refused one does not."""
    server = Server(folder / "site", folder / "data")
    acknowledged = 0
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:

        async def send(worker: int) -> int:
            number = 0
            while True:
                try:
                    answer = await post(http, batch(track(messageId=f"{worker}-{number}")))
                except httpx.TransportError:
                    return number
                if answer.status_code != 200:
                    return number
                number += 1
                if (worker, number) == (0, 20):
                    stopping.set()

        stopping = asyncio.Event()
        workers = [asyncio.create_task(send(worker)) for worker in range(4)]
        await asyncio.wait_for(stopping.wait(), 20)
        stopped = asyncio.create_task(asyncio.to_thread(server.stop))
        acknowledged = sum(await asyncio.gather(*workers))
    assert await stopped == 0
    again = Server(folder / "site", folder / "data")
    try:
        async with httpx.AsyncClient(base_url=again.url, timeout=20) as http:
            profile = (await http.get("/admin/v1/profiles/ada", headers=ADMIN)).json()
    finally:
        await asyncio.to_thread(again.stop)
    assert acknowledged >= 20
    assert acknowledged <= profile["signals"]["views"] <= acknowledged + 4


def test_a_second_server_on_the_same_data_is_refused_in_one_line(folder: Path) -> None:
    server = Server(folder / "site", folder / "data")
    try:
        with pytest.raises(AssertionError, match="befit: ") as refused:
            Server(folder / "site", folder / "data")
        assert "Traceback" not in str(refused.value)
    finally:
        server.stop()
