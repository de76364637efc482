"""The admin API's releases: publish, watch a publication, roll out, promote, abandon, go back, keep a draft."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from befit.errors import InputError, NotFound
from befit.node import Node, ReleaseInfo
from befit.releases.publication import Job, Upload
from befit.releases.registry import Current, Published

MAX_UPLOAD: Final = 32 * 1024 * 1024
"""Bytes of a site as JSON."""

By = Annotated[str, QueryParameter(max_length=200, description="Who does it, for the list of releases.")]


class Releases(msgspec.Struct):
    """All releases, what began to serve last first, and why the newest state of the site folder is not among them."""

    releases: list[ReleaseInfo]
    problems: list[str]


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """A site to keep without publishing it: path -> text."""

    files: dict[str, str]


class Kept(msgspec.Struct):
    """The id of a draft's release."""

    id: str


def release_routes(node: Node) -> list[HTTPRouteHandler]:
    """The handlers of `/admin/v1/releases`, `/jobs`, `/candidate` and `/drafts`."""

    @get("/releases", summary="Releases")
    async def releases() -> Releases:
        return Releases(await node.releases(), [str(problem) for problem in node.problems])

    @get("/releases/{release_id:str}", summary="One release, with the files of its site")
    async def release(release_id: FromPath[str]) -> Published:
        found = await node.registry.get(release_id)
        if found is None:
            raise NotFound(f"no release has the id {release_id!r}")
        return found

    @post("/releases", status_code=202, request_max_body_size=MAX_UPLOAD, summary="Publish a site")
    async def publish(data: JSONBody[Upload]) -> Job:
        """A site that does not check is refused with 422 and its problems. Otherwise look at the job until it is done."""
        return await node.publishing.start(data)

    @get("/jobs/{job_id:str}", summary="How far a publication is")
    async def job(job_id: FromPath[str]) -> Job:
        return node.publishing.job(job_id)

    @post("/releases/{release_id:str}/live", status_code=200, summary="Go back to a release")
    async def go_back(release_id: FromPath[str], by: By = "") -> Current:
        """At once, for all visitors. `previous` stands for the release before."""
        return await node.site.rollback("" if release_id == "previous" else release_id, _one_line(by))

    @post("/candidate/promote", status_code=200, summary="Let the candidate serve all visitors")
    async def promote(by: By = "") -> Current:
        return await node.site.promote(_one_line(by))

    @delete("/candidate", status_code=200, summary="End the rollout")
    async def abandon(by: By = "") -> Current:
        return await node.site.abandon(_one_line(by))

    @post("/drafts", status_code=201, request_max_body_size=MAX_UPLOAD, summary="Keep a draft")
    async def draft(data: JSONBody[Draft]) -> Kept:
        """A site that does not check is refused with 422 and its problems."""
        return Kept(await node.publishing.keep_draft(data.files))

    handlers: list[Any] = [releases, release, publish, job, go_back, promote, abandon, draft]
    return handlers


def _one_line(text: str) -> str:
    if text and not text.isprintable():
        raise InputError("`by` must be one line of text", field="by")
    return text
