"""What stock SDKs ask before they send: `GET /v1/projects/{writeKey}/settings` (Segment) and `/sourceConfig` (RudderStack).

Both answers say: send everything back here, and load no destinations in the browser.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from befit.api.http import JSON, Header, Request, Response, basic_user, query_of
from befit.errors import NotFound
from befit.node import Node

PROJECT_PATH: Final = re.compile(r"/v1/projects/([^/]+)/settings")

_CACHE: Final[Header] = (b"cache-control", b"public, max-age=300")


class ProjectSettings:
    """The settings endpoints."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def segment(self, request: Request) -> Response:
        """The shape of Segment's CDN settings, as analytics.js reads them. Raises NotFound for an unknown write key."""
        match = PROJECT_PATH.fullmatch(request.scope["path"])
        key = self._known(match[1] if match else "")
        host = request.headers.get(b"host", b"").decode("latin-1")
        own = {
            "apiKey": key,
            "apiHost": f"{host}/v1",
            "protocol": _scheme(request),
            "unbundledIntegrations": [],
            "addBundledMetadata": False,
            "maybeBundledConfigIds": {},
            "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
        }
        answer = {
            "integrations": {"Segment.io": own},
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}, "identify": {}, "group": {}},
            "edgeFunction": {},
            "analyticsNextEnabled": True,
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        }
        return Response(msgspec.json.encode(answer), 200, (*JSON, _CACHE))

    async def rudderstack(self, request: Request) -> Response:
        """The shape of RudderStack's source configuration: an enabled source without destinations."""
        user = basic_user(request.headers.get(b"authorization", b""))
        key = self._known(user or query_of(request.scope).get("writeKey", ""))
        source = {
            "id": key,
            "name": self._node.program.release.site.name,
            "writeKey": key,
            "enabled": True,
            "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
            "connections": [],
            "destinations": [],
            "dataplanes": {},
            "workspaceId": self._node.program.release.site.name,
        }
        return Response(msgspec.json.encode({"source": source}), 200, (*JSON, _CACHE))

    def _known(self, key: str) -> str:
        if key not in self._node.program.release.site.write_keys:
            raise NotFound("this write key is not one of the site's; see `write_keys` in site.yaml")
        return key


def _scheme(request: Request) -> str:
    forwarded = request.headers.get(b"x-forwarded-proto")
    return forwarded.decode("latin-1") if forwarded else str(request.scope.get("scheme", "http"))
