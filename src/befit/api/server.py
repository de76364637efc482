"""The server: one node behind uvicorn, from the first signal-safe moment to a drained end.

At SIGTERM or SIGINT it accepts nobody any more, ends every stream with the cursor to resume from, lets running requests
finish, folds what is durable and closes; all within `Settings.grace` seconds and a little. A second SIGINT cuts short.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import structlog
import uvicorn
import uvloop

from befit.api.app import App
from befit.api.push.websocket import MAX_MESSAGE
from befit.errors import SettingsError
from befit.node import Node, Settings
from befit.node.settings import keep_secret_key, remember_site

BACKLOG: Final = 4_096
STALLED_MS: Final = 30_000
"""How long a client may leave sent bytes unread before its connection is cut: a stalled reader holds no memory for long."""

SPARE_FILES: Final = 1_024
"""Open files beside the push connections: other requests, log and store."""

KEEP_ALIVE_S: Final = 75
"""Longer than the idle time of common proxies, so that it is they who close idle connections, never under a request."""

SWITCH_S: Final = 0.0001
"""How long the event loop may keep the GIL while a thread that synced the log waits for it. With Python's 5 ms, and half of
that again on the way there, the median acknowledgement at 2,000 events/s took 6-10 ms instead of 1-2."""

COLLECT_S: Final = 60.0
"""Seconds between two full collections; one took 45 ms with 1,000 open streams, on a busy machine."""

_log = structlog.get_logger("befit.server")


class Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to `serve` and ends streams before it waits for requests."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: uvicorn would raise the signal again at the end, before the node has drained."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, end the streams, wait for requests."""
        for server in self.servers:
            server.close()
        await self._app.connections.end(self._app.node.settings.grace)
        await super().shutdown(sockets)


def allow_files(wanted: int) -> None:
    """Raise the limit of open files as far as `wanted` connections need and the system lets; shells begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        target = min(target, hard)
    if soft != resource.RLIM_INFINITY and soft < target:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises SettingsError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --port or --host"
        ) from error
    return listener


async def collect_garbage() -> None:
    """Look for garbage in circles once a minute rather than every few thousand objects, until cancelled.

    Little of what befit makes is in circles, and a full collection walks the objects of all open streams: as often as Python
    does it by itself, it made the push p99 twice as long (docs/performance.md). What is there at the start stays for good, so it
    is not walked at all: 39 ms for the demo site.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)
    while True:
        await asyncio.sleep(COLLECT_S)
        gc.collect()


async def serve(settings: Settings, on_start: Callable[[Node, str], None] = lambda node, url: None) -> None:
    """Run a node until SIGTERM or SIGINT; `on_start` gets the node and its URL once it answers.

    Raises SiteError when the site does not check, SettingsError for an address or a folder that cannot be had.
    """
    settings = replace(settings, secret_key=settings.secret_key or keep_secret_key(settings.data))
    listener = listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    allow_files(settings.connections)
    node = Node(settings)
    app = App(node)
    settings.data.mkdir(parents=True, exist_ok=True)
    remember_site(settings.data, settings.site)
    config = uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, round(settings.grace)),
    )
    server = Server(config, app)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    await node.start()
    sys.setswitchinterval(SWITCH_S)
    collector = asyncio.create_task(collect_garbage())
    try:
        on_start(node, f"http://{f'[{host}]' if ':' in host else host}:{port}")
        _log.info("serving", host=host, port=port, release=node.program.release.id, data=str(settings.data))
        await server.serve(sockets=[listener])
    finally:
        _log.info("draining")
        collector.cancel()
        await node.stop()
        _log.info("stopped")


def run(settings: Settings, on_start: Callable[[Node, str], None] = lambda node, url: None) -> None:
    """`serve` on an event loop of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, on_start))
