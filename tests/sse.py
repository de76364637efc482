"""Read Server-Sent Events from an open response."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx


class Sent(NamedTuple):
    """One event, or with the kind `heartbeat` one comment."""

    kind: str
    id: str
    data: Any


class Events:
    """The events of one stream, in turn."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self, kind: str | None = None) -> Sent:
        """The next event, or the next one of a kind. Fails after 20 seconds, and with StopAsyncIteration at the end."""
        async with asyncio.timeout(20):
            while True:
                sent = await self._next()
                if kind is None or sent.kind == kind:
                    return sent

    async def _next(self) -> Sent:
        fields: dict[str, str] = {}
        while True:
            line = await anext(self._lines)
            name, _, value = line.partition(":")
            if line and not name:
                fields["event"] = "heartbeat"
            elif name:
                fields[name] = value.removeprefix(" ")
            elif "event" in fields:
                return Sent(fields["event"], fields.get("id", ""), json.loads(fields.get("data", "null")))


@asynccontextmanager
async def stream(
    client: httpx.AsyncClient, *, headers: dict[str, str] | None = None, **query: Any
) -> AsyncIterator[Events]:
    """Open `GET /v1/stream` with the write key of the tests' site."""
    parameters = {"writeKey": "key", **query}
    async with client.stream("GET", "/v1/stream", params=parameters, headers=headers) as response:
        yield Events(response)
