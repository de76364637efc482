"""`GET /v1/preview/{token}`: the link that shows a draft to the browser that opens it; and the admin API that makes links."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from befit.api.http import NO_STORE, Header, Request, Response, query_of
from befit.errors import InputError
from befit.node import Node
from befit.node.serving.previews import COOKIE, LASTS_MS, PATH, Link

END: Final = "end"


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """Which release to preview: a draft, or any other that is kept."""

    release: str


class Preview:
    """Opens a link, and ends a preview (`/v1/preview/end`); both lead on to `?to=`, by default `/`."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def __call__(self, request: Request) -> Response:
        """303 with the cookie. Raises NotFound for a link that was opened before, InputError for a `to` that leads elsewhere."""
        token = request.scope["path"].removeprefix(PATH)
        to = self._destination(query_of(request.scope).get("to", "/"))
        value, age = ("", 0) if token == END else (self._node.previews.open(token), LASTS_MS // 1000)
        secure = "; Secure" if request.scope.get("scheme") == "https" else ""
        cookie = f"{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
        headers: tuple[Header, ...] = ((b"location", to.encode()), (b"set-cookie", cookie.encode()), NO_STORE)
        return Response(b"", 303, headers)

    def _destination(self, to: str) -> str:
        """A path on this server, or a page of one of the site's origins: a link must not lead anywhere else."""
        parts = urlsplit(to)
        own = to.startswith("/") and not to.startswith(("//", "/\\"))
        origins = self._node.program.release.site.origins
        if to.isascii() and to.isprintable() and (own or f"{parts.scheme}://{parts.netloc}" in origins):
            return to
        raise InputError("`to` must be a path, or a page of one of the site's `origins`", field="to")


def preview_routes(node: Node) -> list[HTTPRouteHandler]:
    """The handler of `/admin/v1/previews`."""

    @post("/previews", status_code=201, summary="Make a link that shows a release to one browser")
    async def offer(data: JSONBody[Wanted]) -> Link:
        """The first browser that opens it sees every slot as that release decides, for eight hours; nobody else does."""
        return await node.previews.offer(data.release)

    return [offer]
