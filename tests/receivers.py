"""A real receiver of webhooks for tests: an HTTP server on 127.0.0.1 that answers as it is told and remembers what came."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uvicorn


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The call's id."""
        return self.headers["webhook-id"]

    @property
    def data(self) -> Any:
        """The `data` of the call's body."""
        return msgspec.json.decode(self.body)["data"]


@dataclass
class Receiver:
    """`answers` are given in turn, then 200. While `holding` is set nothing is answered."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    holding: asyncio.Event | None = None
    busy: int = 0
    busiest: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int, seconds: float = 20) -> list[Received]:
        """What came, once it is at least `count` requests."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        async with self._news:
            self.received.append(Received(scope["path"], headers, body))
            self._news.notify_all()
        if self.holding is not None:
            await self.holding.wait()
        self.busy -= 1
        status, extra = self.answers.pop(0) if self.answers else (200, {})
        fields = [(name.encode(), value.encode()) for name, value in {"content-length": "2", **extra}.items()]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b"ok"})


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves the signals of a test run alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def receiving(certificate: Path | None = None) -> AsyncIterator[Receiver]:
    """A receiver that runs; with a certificate (and its key, in one PEM file) over TLS."""
    receiver = Receiver()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(receiver, lifespan="off", log_config=None, access_log=False, ssl_certfile=certificate)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield receiver
    finally:
        if receiver.holding is not None:
            receiver.holding.set()
        server.should_exit = True
        await serving
