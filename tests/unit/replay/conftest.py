"""A server that takes batches as `POST /v1/batch` does, and remembers them; tests say when it refuses."""

import gzip
import json
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import pytest


class Taker(ThreadingHTTPServer):
    """`answers` are given, in order, instead of taking the batch: status, body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = Lock()
        self.batches: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.users: set[str] = set()
        self.answers: list[tuple[int, dict[str, Any]]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of this server's business."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [call for batch in self.batches for call in batch["batch"]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Taker

    def do_POST(self) -> None:
        assert self.path == "/v1/batch"
        assert self.headers["content-encoding"] == "gzip"
        body = gzip.decompress(self.rfile.read(int(self.headers["content-length"])))
        batch = json.loads(body)
        with self.server.lock:
            self.server.users.add(b64decode(self.headers["authorization"].removeprefix("Basic ")).decode())
            status, answer = self.server.answers.pop(0) if self.server.answers else (200, {"success": True})
            (self.server.batches if status == 200 else self.server.refused).append(batch)
            self.server.sizes.append(len(body))
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def taker() -> Iterator[Taker]:
    server = Taker()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
