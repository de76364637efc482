"""A small HTTP/1.1 client over asyncio streams: cheap enough to load a server from one core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

HEAD = "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"


def post_request(path: str, body: bytes) -> bytes:
    """The bytes of a POST request."""
    return HEAD.format(path=path, length=len(body)).encode() + body


class Connection:
    """One keep-alive connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect to a port of this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return status and body."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at < 0:
            return status, b""
        length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
        return status, await self.reader.readexactly(length) if length else b""

    async def events(self, path: str) -> AsyncIterator[bytes]:
        """Open a stream of server-sent events and yield the data of each."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        if head[9:12] != b"200":
            raise RuntimeError(head.decode())
        while line := await self.reader.readline():
            if line.startswith(b"data:"):
                yield line[5:].strip()

    def close(self) -> None:
        """Hang up."""
        self.writer.close()
