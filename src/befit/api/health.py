"""`/healthz` (the process answers), `/readyz` (its drivers do too) and `/metrics` (Prometheus)."""

from __future__ import annotations

from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from befit.api.http import JSON, NO_STORE, Request, Response
from befit.node import Node, metrics

_HEADERS: Final = (*JSON, NO_STORE)


class Health:
    """The endpoints that operators and their machines ask."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def live(self, request: Request) -> Response:
        """200 as long as the event loop turns."""
        return Response(b'{"status":"ok"}', 200, _HEADERS)

    async def ready(self, request: Request) -> Response:
        """200 when every driver is "ok", 503 and what is wrong with each otherwise.

        Problems of a new state of the site folder are told too, but the release before it still serves.
        """
        drivers = await self._node.ready()
        ready = all(state == "ok" for state in drivers.values())
        answer = {
            "status": "ok" if ready else "unavailable",
            "drivers": drivers,
            "release": self._node.program.release.id,
            "problems": [str(problem) for problem in self._node.problems],
        }
        return Response(msgspec.json.encode(answer), 200 if ready else 503, _HEADERS)

    async def metrics(self, request: Request) -> Response:
        """All metrics in Prometheus' text format."""
        self._node.count_condition_errors()
        return Response(
            generate_latest(metrics.REGISTRY), 200, ((b"content-type", CONTENT_TYPE_LATEST.encode()), NO_STORE)
        )
