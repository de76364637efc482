"""The admin API's tags: set and removed by hand."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import delete, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from befit.errors import InputError, NotFound
from befit.model import Profile
from befit.node import Node
from befit.site.durations import duration_ms
from befit.site.parts.names import is_slug

MAX_BY: Final = 200

By = Annotated[str, QueryParameter(max_length=MAX_BY, description="Who does it, for the tag's source.")]


class ByHand(msgspec.Struct, forbid_unknown_fields=True):
    """How a tag is set: for how long (a duration such as `30d`; else as tags.yaml says, else for good), and by whom."""

    ttl: str = ""
    by: Annotated[str, msgspec.Meta(max_length=MAX_BY)] = ""


def tag_routes(node: Node) -> list[HTTPRouteHandler]:
    """The handlers of `/admin/v1/profiles/{any_id}/tags/{tag}`.

    An id may hold slashes, a tag may not: so the path is one parameter, and its last `/tags/` is what divides it.
    """

    @put("/profiles/{path:path}", status_code=200, summary="Set a tag by hand: {path} is {any_id}/tags/{tag}")
    async def set_tag(path: FromPath[str], data: JSONBody[ByHand | None] = None) -> dict[str, Any]:
        """The profile with it, as GET answers. A tag that is set is renewed; that never shortens its time."""
        profile, tag = await _addressed(node, path)
        how = data or ByHand()
        ttl_ms = duration_ms(how.ttl) if how.ttl else 0
        if ttl_ms is None:
            raise InputError("ttl must be a duration such as 30m, 12h or 30d", field="$.ttl")
        return node.full_view(await node.tag(profile, tag, given=True, ttl_ms=ttl_ms, by=_one_line(how.by)))

    @delete("/profiles/{path:path}", status_code=200, summary="Remove a tag: {path} is {any_id}/tags/{tag}")
    async def remove_tag(path: FromPath[str], by: By = "") -> dict[str, Any]:
        """The profile without it, as GET answers; whoever had set it."""
        profile, tag = await _addressed(node, path)
        return node.full_view(await node.tag(profile, tag, given=False, by=_one_line(by)))

    return [set_tag, remove_tag]


async def _addressed(node: Node, path: str) -> tuple[Profile, str]:
    any_id, divider, tag = path.removeprefix("/").rpartition("/tags/")
    if not divider:
        raise NotFound("of a profile only its tags can be set: /admin/v1/profiles/{any_id}/tags/{tag}")
    if not is_slug(tag):
        raise InputError(f"{tag!r} cannot be the name of a tag; use letters, digits, - and _", field="tag")
    profile = await node.find(any_id)
    if profile is None:
        raise NotFound(f"no profile has the id {any_id!r}")
    return profile, tag


def _one_line(text: str) -> str:
    if text and not text.isprintable():
        raise InputError("`by` must be one line of text", field="by")
    return text
