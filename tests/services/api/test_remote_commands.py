"""Commands that ask a running server, and the one that reads a data folder at rest."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from befit.cli import run
from tests.calls import SECRET, batch, calls_site, post, track
from tests.server import Server


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEFIT_SECRET_KEY", SECRET)


async def befit(*arguments: str) -> int:
    """One command, in a thread, because it brings its own event loop."""
    return await asyncio.to_thread(run, arguments)


async def see(http: httpx.AsyncClient, visitor: str) -> None:
    body = {"writeKey": "key", "anonymousId": visitor, "slots": [], "events": [track(messageId=visitor)]}
    del body["events"][0]["anonymousId"]  # type: ignore[attr-defined]
    assert (await post(http, body, "/v1/decide")).status_code == 200


async def test_profile_show_prints_what_the_admin_api_answers(
    server: Server, http: httpx.AsyncClient, visitor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await see(http, visitor)
    assert await befit("profile", "show", visitor, "--json", "--url", server.url) == 0
    shown = json.loads(capsys.readouterr().out)
    headers = {"authorization": f"Bearer {SECRET}"}
    assert shown == (await http.get(f"/admin/v1/profiles/{visitor}", headers=headers)).json()
    assert await befit("profile", "show", visitor, "--url", server.url) == 0
    assert "views" in capsys.readouterr().out


async def test_an_unknown_profile_exits_with_1(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert await befit("profile", "show", "nobody", "--url", server.url) == 1
    assert capsys.readouterr().err == "befit: no profile has the id 'nobody'\n"


async def test_a_visitor_is_tagged_and_untagged(
    server: Server, http: httpx.AsyncClient, visitor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await see(http, visitor)
    at = ("--url", server.url)
    assert await befit("profile", "tag", visitor, "vip", "--ttl", "30d", "--by", "grace", "--json", *at) == 0
    assert json.loads(capsys.readouterr().out)["tagged"]["vip"]["source"] == "manual: grace"
    assert await befit("profile", "tag", visitor, "b2b", *at) == 0
    assert capsys.readouterr().out == f"{visitor}: vip, b2b\n"
    assert await befit("profile", "untag", visitor, "vip", *at) == 0
    assert await befit("profile", "untag", visitor, "b2b", *at) == 0
    assert capsys.readouterr().out.endswith(f"{visitor}: no tags\n")
    assert await befit("profile", "tag", visitor, "no tag", *at) == 1
    assert await befit("profile", "tag", "nobody", "vip", *at) == 1
    assert "no profile has the id 'nobody'" in capsys.readouterr().err


async def test_a_wrong_key_exits_with_1(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert await befit("releases", "--url", server.url, "--secret-key", "a-wrong-key-of-some-length") == 1
    assert "secret key" in capsys.readouterr().err


async def test_releases_are_listed(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert await befit("releases", "--url", server.url) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[1] == "100%"


async def test_dead_letters_are_listed_and_replayed(
    server: Server, http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await post(http, batch({"type": "nope"}))
    assert await befit("dead-letters", "list", "--json", "--url", server.url) == 0
    letters = json.loads(capsys.readouterr().out)["letters"]
    assert letters[-1]["field"] == "$.batch[0].type"
    assert await befit("dead-letters", "list", "--url", server.url) == 0
    assert "$.batch[0].type" in capsys.readouterr().out
    assert await befit("dead-letters", "replay", "--offset", str(letters[-1]["offset"]), "--url", server.url) == 1
    assert "0 taken, 1 refused" in capsys.readouterr().out


async def test_a_profile_at_rest_is_what_it_was_while_the_server_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    running = Server(calls_site(tmp_path / "site"), data)
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        await see(http, "ada")
    assert await befit("profile", "show", "ada", "--json", "--url", running.url) == 0
    live = json.loads(capsys.readouterr().out)
    assert await asyncio.to_thread(running.stop) == 0
    assert await befit("profile", "show", "ada", "--json", "--data", str(data)) == 0
    assert json.loads(capsys.readouterr().out) == live
    assert await befit("profile", "show", "nobody", "--data", str(data)) == 1


async def test_a_visitors_values_are_the_same_from_a_server_and_at_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, data = calls_site(tmp_path / "site"), tmp_path / "data"
    running = Server(site, data)
    async with httpx.AsyncClient(base_url=running.url, timeout=20) as http:
        await see(http, "ada")
    ask = ("eval", 'signals.views == 1 && session.events == 1 && profile.first_seen <= now && profile.id == "a:ada"')
    whose = ("--site", str(site), "--profile", "ada")
    assert await befit(*ask, *whose, "--url", running.url) == 0
    assert (
        await befit("eval", "signals.views", *whose, "--vars", '{"signals": {"views": 7}}', "--url", running.url) == 0
    )
    assert await asyncio.to_thread(running.stop) == 0
    assert await befit(*ask, *whose, "--data", str(data)) == 0
    assert capsys.readouterr().out.split() == ["true", "7", "true"]
    assert await befit("eval", "true", "--site", str(site), "--profile", "nobody", "--data", str(data)) == 1


async def test_a_file_of_calls_is_replayed(
    server: Server, visitor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = [track(messageId=f"{visitor}-{n}", anonymousId=visitor, timestamp="2026-01-02T03:04:05Z") for n in range(3)]
    file = tmp_path / "calls.jsonl"
    file.write_text("".join(json.dumps(call) + "\n" for call in calls))
    assert await befit("replay", str(file), "--json", "--url", server.url) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["events"] == 3
    assert await befit("replay", str(file), "--write-key", "key", "--url", server.url) == 0
