"""The dispatcher: one plain ASGI application that knows which endpoint answers which path.

Whatever an endpoint raises becomes a problem here, and every answer gets its CORS headers here.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import structlog

from befit.api.access.cors import cors_headers, preflight
from befit.api.access.keys import authorize_admin
from befit.api.admin import create_admin
from befit.api.collect.endpoint import SHORT_PATHS, Collect
from befit.api.collect.settings import PROJECT_PATH, ProjectSettings
from befit.api.decide import DecideEndpoint
from befit.api.health import Health
from befit.api.http import Disconnected, Message, Receive, Request, Response, Scope, Send, send_response
from befit.api.pages import Pages
from befit.api.preview import Preview
from befit.api.problems import MethodNotAllowed, problem_of
from befit.api.push.connections import Connections
from befit.api.push.poll import Poll
from befit.api.push.stream import Stream
from befit.api.push.websocket import WebSocket
from befit.errors import Forbidden, NotFound
from befit.node import Node, clock
from befit.node.serving.previews import COOKIE, PATH

Endpoint = Callable[[Request], Awaitable[Response | None]]

ADMIN: Final = "/admin/v1/"
WEBSOCKET: Final = "/v1/ws"
_PREVIEW: Final = f"{COOKIE}=".encode()

_log = structlog.get_logger("befit.requests")


class Route(NamedTuple):
    """Who answers a path, asked how. `open` paths answer pages of any origin."""

    methods: tuple[str, ...]
    endpoint: Endpoint
    open: bool = False


class App:
    """The ASGI application of one node, which must have started before the first request."""

    def __init__(self, node: Node, clock: Callable[[], int] = clock) -> None:
        self.node = node
        self.connections = Connections(node)
        collect = Collect(node, clock)
        settings = ProjectSettings(node)
        health = Health(node)
        pages = Pages(node)
        self._admin: Any = create_admin(node, collect)
        self._websocket = WebSocket(node, collect, self.connections)
        post, get, read = ("POST",), ("GET",), ("GET", "HEAD")
        self._pages = Route(read, pages, open=True)
        self._preview = Route(get, Preview(node), open=True)
        self._project = Route(get, settings.segment, open=True)
        self._routes: dict[str, Route] = {
            "/v1/batch": Route(post, collect.batch),
            "/v1/b": Route(post, collect.batch),
            "/beacon/v1/batch": Route(post, collect.batch),
            "/v1/decide": Route(post, DecideEndpoint(node, collect)),
            "/v1/stream": Route(get, Stream(node, self.connections)),
            "/v1/poll": Route(get, Poll(node, self.connections)),
            "/sourceConfig": Route(get, settings.rudderstack, open=True),
            "/sourceConfig/": Route(get, settings.rudderstack, open=True),
            "/healthz": Route(read, health.live),
            "/readyz": Route(read, health.ready),
            "/metrics": Route(read, health.metrics),
            "/befit.js": Route(read, pages.sdk, open=True),
        }
        for kind, short in SHORT_PATHS.items():
            self._routes[f"/v1/{kind}"] = self._routes[f"/v1/{short}"] = Route(post, collect.single(kind))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Lifespan is the server's business: it starts the node before it listens and stops it after."""
        request = Request(scope, dict(scope["headers"]), receive, send)
        cookie = request.headers.get(b"cookie")
        if cookie is not None and _PREVIEW in cookie:
            request = request._replace(preview=await self.node.previews.admit(cookie))
        if scope["type"] == "websocket":
            await self._serve_websocket(request)
            return
        path = scope["path"]
        started = time.perf_counter()
        route = self._routes.get(path)
        if route is None:
            if path.startswith(ADMIN):
                await self._serve_admin(request)
                return
            route = self._route_of(path)
        status = await self._serve(request, route)
        if self.node.settings.request_log:
            log_request(scope, status, started)

    def _route_of(self, path: str) -> Route:
        """Paths that are not fixed."""
        if path.startswith(PATH):
            return self._preview
        return self._project if PROJECT_PATH.fullmatch(path) else self._pages

    async def _serve(self, request: Request, route: Route) -> int:
        method = request.scope["method"]
        cors: tuple[tuple[bytes, bytes], ...] = ()
        try:
            origins = ("*",) if route.open else self.node.program.release.site.origins
            cors = cors_headers(request.headers, origins)
            if method in route.methods:
                response = await route.endpoint(request if not cors else request._replace(cors=cors))
                if response is None:
                    return 200
            elif method == "OPTIONS":
                response = preflight(request.headers, cors)
            else:
                raise MethodNotAllowed(method, ", ".join(route.methods))
        except Disconnected:
            return 499
        except Exception as error:
            response = problem_of(error, method, request.scope["path"])
        await send_response(request.send, response, cors)
        return response.status

    async def _serve_admin(self, request: Request) -> None:
        """Nothing of the admin API, not even its description, is there without the secret key."""
        started = time.perf_counter()
        scope, send = request.scope, request.send
        status = 500

        async def note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            authorize_admin(self.node.settings.secret_key, request.headers.get(b"authorization", b""))
            await self._admin(scope, request.receive, note_status)
        except Exception as error:
            await send_response(note_status, problem_of(error, scope["method"], scope["path"]))
        log_request(scope, status, started)

    async def _serve_websocket(self, request: Request) -> None:
        try:
            if request.scope["path"] != WEBSOCKET:
                raise NotFound(f"there is no WebSocket at {request.scope['path']}; it is at {WEBSOCKET}")
            cors_headers(request.headers, self.node.program.release.site.origins)
        except (NotFound, Forbidden):
            await request.receive()
            await request.send({"type": "websocket.close", "code": 1008})
            return
        await self._websocket(request)


def log_request(scope: Scope, status: int, started: float) -> None:
    """One line per request; without the query, which may carry ids and tokens."""
    ms = round((time.perf_counter() - started) * 1000, 2)
    _log.info("request", method=scope["method"], path=scope["path"], status=status, ms=ms)
