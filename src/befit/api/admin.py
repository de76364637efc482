"""The admin API: `/admin/v1/…`, with Litestar, which writes its OpenAPI description (`/admin/v1/openapi.json`).

The dispatcher lets a request through only with the secret key.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath, JSONBody, QueryParameter

import befit
from befit.api import http
from befit.api.collect.endpoint import Collect
from befit.api.collect.replay import Replayed, replay_letters
from befit.api.explain import explain_routes
from befit.api.preview import preview_routes
from befit.api.problems import problem_of
from befit.api.releases import release_routes
from befit.api.tagging import tag_routes
from befit.errors import InputError, NotFound
from befit.model import DeadLetter
from befit.node import Node

MAX_LETTERS: Final = 1_000

Offset = Annotated[int, QueryParameter(ge=0, description="Offset of the first letter.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LETTERS, description="At most so many letters.")]


class DeadLetters(msgspec.Struct):
    """Some dead letters, oldest first. `next` is the offset to go on from."""

    letters: list[DeadLetter]
    next: int


class Replay(msgspec.Struct):
    """Which letters to collect again."""

    offset: int = 0
    limit: int = MAX_LETTERS


def create_admin(node: Node, collect: Collect) -> Litestar:
    """The ASGI application of the admin API."""

    @get("/profiles/{any_id:path}", summary="All that is known of one visitor")
    async def profile(any_id: FromPath[str]) -> dict[str, Any]:
        """The same object as `befit profile show ID --json`; `any_id` is any of the visitor's ids."""
        wanted = any_id.removeprefix("/")
        found = await node.find(wanted)
        if found is None:
            raise NotFound(f"no profile has the id {wanted!r}")
        return node.full_view(found)

    @get("/dead-letters", summary="Events that could not be used")
    async def dead_letters(offset: Offset = 0, limit: Limit = 100) -> DeadLetters:
        letters = await node.dead_letters(offset, limit)
        return DeadLetters(letters, letters[-1].offset + 1 if letters else offset)

    @post("/dead-letters/replay", status_code=200, summary="Collect dead letters again")
    async def replay(data: JSONBody[Replay]) -> Replayed:
        """For letters that can be used now, because the site or befit has changed. Those that still cannot stay where they are."""
        return await replay_letters(node, collect, data.offset, min(max(data.limit, 1), MAX_LETTERS))

    return Litestar(
        path="/admin/v1",
        route_handlers=[
            profile,
            *tag_routes(node),
            *release_routes(node),
            *explain_routes(node),
            *preview_routes(node),
            dead_letters,
            replay,
        ],
        openapi_config=OpenAPIConfig(
            title="befit admin API",
            version=befit.__version__,
            path="/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
            components=Components(security_schemes={"secretKey": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"secretKey": []}],
        ),
        exception_handlers={Exception: _on_error},
        logging_config=None,
    )


def _on_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if isinstance(error, HTTPException) and error.status_code < 500:
        error = _from_litestar(error)
    return _response(problem_of(error, request.method, request.url.path))


def _from_litestar(error: HTTPException) -> InputError:
    known = InputError(error.detail)
    if error.status_code == 404:
        known = NotFound("the admin API has nothing there; see /admin/v1/openapi.json")
    return known


def _response(answer: http.Response) -> Response[bytes]:
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return Response(answer.body, status_code=answer.status, media_type=headers.pop("content-type"), headers=headers)
