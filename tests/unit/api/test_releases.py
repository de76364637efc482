"""The admin API's releases: publish and watch the job, roll out, promote, abandon, go back, keep a draft."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from befit.node import Node
from befit.releases.publication import BUSY
from befit.site import site_files
from tests.calls import SECRET, calls_site

KEY = {"authorization": f"Bearer {SECRET}"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The site with one signal more."""
    files = site_files(calls_site(tmp_path / "draft"))
    files["signals.yaml"] += "orders: {count: Order}\n"
    return files


async def ask(client: httpx.AsyncClient, method: str, path: str, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = await client.request(method, f"/admin/v1/{path}", headers=KEY, **more)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def publish(client: httpx.AsyncClient, files: dict[str, str], **more: Any) -> dict[str, Any]:
    """Publish, and the job once it is done."""
    job = await ask(client, "POST", "releases", 202, json={"files": files, "author": "Ada", "message": "why", **more})
    async with asyncio.timeout(60):
        while job["state"] in BUSY:
            await asyncio.sleep(0.05)
            job = await ask(client, "GET", f"jobs/{job['id']}")
    return job


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "releases/0123456789ab"),
        ("POST", "releases"),
        ("GET", "jobs/1"),
        ("POST", "releases/previous/live"),
        ("POST", "candidate/promote"),
        ("DELETE", "candidate"),
        ("POST", "drafts"),
    ],
)
async def test_nothing_is_done_without_the_key(
    client: httpx.AsyncClient, node: Node, files: dict[str, str], method: str, path: str
) -> None:
    body = {"files": files, "author": "Ada", "message": "why"}
    answer = await client.request(method, f"/admin/v1/{path}", json=body)
    assert answer.status_code == 401
    assert len(await node.registry.releases()) == 1


async def test_a_published_release_is_live_and_listed(
    client: httpx.AsyncClient, node: Node, files: dict[str, str]
) -> None:
    before = node.program.release.id
    job = await publish(client, files, commit="a" * 40)
    assert (job["state"], job["release"]) == ("live", node.program.release.id)
    first, second = (await ask(client, "GET", "releases"))["releases"]
    assert (first["id"], first["live"], first["share"], first["author"], first["message"], first["commit"]) == (
        job["release"],
        True,
        1.0,
        "Ada",
        "why",
        "a" * 40,
    )
    assert (second["id"], second["live"], second["share"], second["author"]) == (before, False, 0.0, "working copy")
    whole = await ask(client, "GET", f"releases/{job['release']}")
    assert whole["files"] == files


async def test_a_rollout_is_promoted_or_abandoned(client: httpx.AsyncClient, node: Node, files: dict[str, str]) -> None:
    before = node.program.release.id
    job = await publish(client, files, share=0.25)
    listed = {each["id"]: each for each in (await ask(client, "GET", "releases"))["releases"]}
    assert (listed[job["release"]]["candidate"], listed[job["release"]]["share"]) == (True, 0.25)
    assert (listed[before]["live"], listed[before]["share"]) == (True, 0.75)
    assert (await ask(client, "DELETE", "candidate?by=Ada"))["live"] == before
    await publish(client, files, share=0.25)
    current = await ask(client, "POST", "candidate/promote?by=Ada")
    assert (current["live"], current["by"], current["why"]) == (job["release"], "Ada", "promoted")
    for method, path in (("DELETE", "candidate"), ("POST", "candidate/promote")):
        assert (await ask(client, method, path, 409))["type"] == "/problems/conflict"


async def test_going_back_by_id_or_to_the_one_before(
    client: httpx.AsyncClient, node: Node, files: dict[str, str]
) -> None:
    before = node.program.release.id
    after = (await publish(client, files))["release"]
    assert (await ask(client, "POST", "releases/previous/live?by=Ada"))["live"] == before
    assert (await ask(client, "POST", f"releases/{after}/live"))["live"] == after
    assert node.program.release.id == after
    await ask(client, "POST", f"releases/{after}/live", 409)
    await ask(client, "POST", "releases/0123456789ab/live", 404)
    await ask(client, "GET", "releases/0123456789ab", 404)
    await ask(client, "GET", "jobs/nope", 404)


@pytest.mark.parametrize("path", ["releases", "drafts"])
async def test_a_broken_upload_is_refused_with_file_line_and_column(
    client: httpx.AsyncClient, node: Node, files: dict[str, str], path: str
) -> None:
    before = node.program.release.id
    files["slots/hero.yaml"] = "- {when: signals.vews >= 2, show: offer}\n- {show: welcome}\n"
    body = {"files": files, **({"author": "Ada", "message": "why"} if path == "releases" else {})}
    problem = await ask(client, "POST", path, 422, json=body)
    assert (problem["type"], problem["status"]) == ("/problems/invalid-site", 422)
    assert "slots/hero.yaml:1:" in problem["detail"]
    (found,) = problem["problems"]
    assert (found["file"], found["line"], found["severity"]) == ("slots/hero.yaml", 1, "error")
    assert "views" in found["hint"]
    assert [each.id for each in await node.registry.releases()] == [before]


@pytest.mark.parametrize(
    "change",
    [
        {"share": 0},
        {"share": 1.5},
        {"author": ""},
        {"author": "two\nlines"},
        {"message": ""},
        {"commit": "HEAD"},
        {"files": {"site.yaml": 1}},
        {"files": None},
        {"more": 1},
    ],
)
async def test_an_upload_that_makes_no_sense_is_a_400(
    client: httpx.AsyncClient, node: Node, files: dict[str, str], change: dict[str, Any]
) -> None:
    body = {"files": files, "author": "Ada", "message": "why", **change}
    problem = await ask(client, "POST", "releases", 400, json=body)
    assert problem["type"] == "/problems/invalid-input"
    assert len(await node.registry.releases()) == 1


async def test_a_draft_is_kept_and_neither_listed_nor_live(
    client: httpx.AsyncClient, node: Node, files: dict[str, str]
) -> None:
    before = node.program.release.id
    draft = (await ask(client, "POST", "drafts", 201, json={"files": files}))["id"]
    assert (await ask(client, "GET", f"releases/{draft}"))["kind"] == "draft"
    assert [each["id"] for each in (await ask(client, "GET", "releases"))["releases"]] == [before]
    await ask(client, "POST", f"releases/{draft}/live", 409)
    assert (await publish(client, files))["release"] == draft
    assert (await ask(client, "GET", f"releases/{draft}"))["kind"] == "published"
