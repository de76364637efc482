"""Releases on a real server: published from Git, seen in decisions and on open connections, taken back, there after a restart."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from befit.engine.assignment import bucket
from befit.engine.traffic import SALT
from tests.calls import MODULES, SIGNALS, SITE, calls_site
from tests.repositories import ADA, Git
from tests.servers import SECRET_KEY, Server
from tests.sites import write_site
from tests.sse import stream

WELCOMED = {"hero": "- {show: welcome}\n", "side": "- {show: welcome}\n"}
OFFERED = {"hero": "- {show: offer}\n", "side": "- {show: welcome}\n"}
BROKEN = {"hero": "- {when: 'signals.nope > 1', show: offer}\n- {show: welcome}\n"}


@pytest.fixture
def work(tmp_path: Path) -> Git:
    """Where an author works: a repository with the site that is live."""
    git = Git(tmp_path / "work").init()
    calls_site(git.folder / "site")
    git.commit_all()
    return git


@pytest.fixture
def server(work: Git, tmp_path: Path) -> Iterator[Server]:
    """Serves a copy of the site, and takes another one only when it is published."""
    running = Server(calls_site(tmp_path / "site"), tmp_path / "data", ("--no-watch",))
    try:
        yield running.start()
    finally:
        code = running.stop()
    assert code == 0, running.output()


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        yield client


def write(work: Git, slots: dict[str, str], site: str = SITE) -> Path:
    return write_site(work.folder / "site", site=site, signals=SIGNALS, slots=slots, modules=MODULES)


def befit(server: Server, *words: str, code: int = 0) -> dict[str, Any]:
    """One command of the author's, and what it prints as JSON."""
    command = [sys.executable, "-m", "befit", *words, "--json", "--url", server.url, "--secret-key", SECRET_KEY]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == code, result.stdout + result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def publish(server: Server, work: Git, *words: str, code: int = 0) -> dict[str, Any]:
    site = str(work.folder / "site")
    return befit(server, "publish", site, "-m", "Show the offer", "--author", ADA, *words, code=code)


async def decide(http: httpx.AsyncClient, visitor: str) -> dict[str, Any]:
    body = {"writeKey": "key", "anonymousId": visitor, "slots": ["hero"]}
    (decision,) = (await http.post("/v1/decide", json=body)).json()["decisions"]
    return dict(decision)


async def test_a_published_release_decides_and_is_in_git(server: Server, work: Git, http: httpx.AsyncClient) -> None:
    before = await decide(http, "ada")
    write(work, OFFERED)
    done = await asyncio.to_thread(publish, server, work)
    assert done["state"] == "live"
    assert any("hero" in change["part"] for change in done["changes"])
    after = await decide(http, "ada")
    assert (before["module"], after["module"]) == ("welcome", "offer")
    assert before["release"] != after["release"] == done["release"]
    assert work.status == []
    assert done["tag"] == f"release/{done['release']}"
    assert work("rev-parse", "HEAD") == work("rev-parse", f"{done['tag']}^{{commit}}") == done["commit"]
    assert work("log", "-1", "--format=%B").endswith(f"Signed-off-by: {ADA}")
    (live, *_) = befit(server, "releases")["releases"]
    assert (live["id"], live["author"], live["message"], live["commit"], live["share"]) == (
        done["release"],
        ADA,
        "Show the offer",
        done["commit"],
        1.0,
    )
    assert befit(server, "diff", "live", str(work.folder / "site"))["changes"] == []


async def test_a_rollback_reaches_every_open_connection(server: Server, work: Git, http: httpx.AsyncClient) -> None:
    async with AsyncExitStack() as open_streams:
        streams = [
            await open_streams.enter_async_context(stream(http, anonymousId=f"visitor-{n}", slots="hero"))
            for n in range(30)
        ]
        seen = [(await each.next("decision")).data for each in streams]
        write(work, OFFERED)
        await asyncio.to_thread(publish, server, work)
        assert {(await each.next("decision")).data["module"] for each in streams} == {"offer"}
        async with asyncio.timeout(5):
            answer = await http.post("/admin/v1/releases/previous/live", headers=server.admin)
            back = [(await each.next("decision")).data for each in streams]
        assert answer.json()["live"] == seen[0]["release"]
        assert [(each["module"], each["release"]) for each in back] == [
            (each["module"], each["release"]) for each in seen
        ]


async def test_a_rollout_serves_its_share_of_visitors_and_always_the_same_ones(
    server: Server, work: Git, http: httpx.AsyncClient
) -> None:
    visitors = [f"visitor-{number}" for number in range(200)]
    write(work, OFFERED)
    done = await asyncio.to_thread(publish, server, work, "--share", "30%")

    async def given() -> set[str]:
        return {each for each in visitors if (await decide(http, each))["release"] == done["release"]}

    expected = {each for each in visitors if bucket(f"a:{each}", SALT + done["release"]) < 0.3}
    assert 40 <= len(expected) <= 80
    assert await given() == expected
    assert {each["share"] for each in befit(server, "releases")["releases"]} == {0.3, 0.7}
    server.stop()
    server.start()
    assert await given() == expected
    await asyncio.to_thread(publish, server, work, "--share", "60%")
    assert await given() > expected
    befit(server, "promote")
    assert await given() == set(visitors)
    befit(server, "rollback")
    assert await given() == set()


async def test_a_broken_site_reaches_no_server_whoever_sends_it(
    server: Server, work: Git, http: httpx.AsyncClient
) -> None:
    before = await decide(http, "ada")
    site = write(work, BROKEN)
    command = [sys.executable, "-m", "befit", "publish", str(site), "-m", "x", "--author", ADA, "--url", server.url]
    refused = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1
    assert "slots/hero.yaml:1:" in refused.stderr
    files = {"site.yaml": SITE, "signals.yaml": SIGNALS, "slots/hero.yaml": BROKEN["hero"]}
    body = {"files": files, "author": "Eve", "message": "x"}
    answer = await http.post("/admin/v1/releases", headers=server.admin, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "slots/hero.yaml" in {each["file"] for each in answer.json()["problems"]}
    assert (await decide(http, "ada"))["release"] == before["release"]
    assert work("log", "--format=%s").split("\n") == ["before"]


async def test_more_than_the_guard_allows_is_refused_until_it_is_accepted(
    server: Server, work: Git, http: httpx.AsyncClient
) -> None:
    guarded = SITE + "guard: {changed: 20%}\n"
    write(work, WELCOMED, guarded)
    publish(server, work)
    for number in range(20):
        call = {"type": "page", "messageId": f"m{number}", "anonymousId": f"visitor-{number}"}
        assert (await http.post("/v1/batch", json={"writeKey": "key", "batch": [call]})).status_code == 200
    head = work("rev-parse", "HEAD")
    write(work, OFFERED, guarded)
    refused = await asyncio.to_thread(publish, server, work, code=1)
    assert (refused["state"], refused["commit"], refused["tag"]) == ("refused", "", "")
    assert refused["report"]["changed"]["share"] == 1.0
    assert "hero 100.0%" in refused["detail"]
    assert "20%" in refused["detail"]
    assert work("rev-parse", "HEAD") == head
    assert (await decide(http, "ada"))["module"] == "welcome"
    assert (await asyncio.to_thread(publish, server, work, "--share", "10%"))["state"] == "live"
    befit(server, "abandon")
    accepted = await asyncio.to_thread(publish, server, work, "--accept")
    assert (accepted["state"], (await decide(http, "ada"))["module"]) == ("live", "offer")
    assert "accepted although" in befit(server, "releases")["releases"][0]["why"]


def test_a_server_killed_while_it_measures_has_taken_nothing_and_the_author_hears_so(server: Server, work: Git) -> None:
    before = befit(server, "releases")["releases"]
    write(work, OFFERED)
    head, status = work("rev-parse", "HEAD"), work.status
    site = str(work.folder / "site")
    words = ["publish", site, "-m", "x", "--author", ADA, "--url", server.url, "--secret-key", SECRET_KEY]
    command = [sys.executable, "-m", "befit", *words]
    author = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while "status=202" not in server.output():
        assert author.poll() is None, author.communicate()
        time.sleep(0.02)
    server.kill()
    server.start()
    said, _ = author.communicate(timeout=60)
    assert (author.returncode, "restarted" in said) == (1, True), said
    assert befit(server, "releases")["releases"] == before
    assert (work("rev-parse", "HEAD"), work.status, work("tag")) == (head, status, "")


async def test_a_server_that_starts_with_a_broken_folder_serves_the_last_good_release(
    server: Server, work: Git, http: httpx.AsyncClient
) -> None:
    write(work, OFFERED)
    done = await asyncio.to_thread(publish, server, work)
    server.stop()
    (server.site / "slots" / "hero.yaml").write_text(BROKEN["hero"])
    server.flags = ()
    server.start()
    ready = (await http.get("/readyz")).json()
    assert (ready["status"], ready["release"]) == ("ok", done["release"])
    assert "nope" in ready["problems"][0]
    assert (await decide(http, "ada"))["module"] == "offer"
