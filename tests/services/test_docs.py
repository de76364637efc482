"""The pages' commands work as they are written, against a real server."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.pages import ROOT, Block, blocks
from tests.servers import SECRET_KEY, Server

PAGE = "docs/reference/http.md"
DEMO = "http://127.0.0.1:8400"
CALLS = [block for block in blocks(PAGE, "sh") if "curl" in block.text]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo shop, with its data in `.befit` beside which the commands run."""
    data = tmp_path_factory.mktemp("demo") / ".befit"
    data.mkdir()
    (data / "secret-key").write_text(SECRET_KEY + "\n")
    running = Server(ROOT / "examples" / "shop" / "site", data)
    try:
        yield running.start()
    finally:
        code = running.stop()
    assert code == 0, running.output()


@pytest.fixture(scope="module")
def answers(server: Server) -> dict[str, str]:
    """Where a command stands -> what it printed. They run in the order of the page, as a reader's would."""
    printed = {}
    for block in CALLS:
        command = "set -o pipefail\n" + block.text.replace(DEMO, server.url)
        # `head` may leave a stream before it ends (141) or after curl's own time is over (28).
        ended = {0, 28, 141} if block.info == "text" else {0}
        result = subprocess.run(
            ["bash", "-c", command], cwd=server.data.parent, capture_output=True, text=True, timeout=60
        )
        assert result.returncode in ended, f"{block.where}: {result.stderr}"
        printed[block.where] = result.stdout
    return printed


@pytest.mark.parametrize("block", CALLS, ids=lambda block: block.where)
def test_a_call_of_the_http_page_is_answered_as_the_page_says(answers: dict[str, str], block: Block) -> None:
    said = answers[block.where]
    if block.info == "text":
        assert "event: decision" in said
        return
    answer = json.loads(said)
    assert ("title" in answer and "status" in answer) is (block.info == "problem"), said


@pytest.mark.parametrize("block", CALLS, ids=lambda block: block.where)
def test_an_answer_has_the_members_that_the_page_shows(answers: dict[str, str], block: Block) -> None:
    """The first JSON block between a call and the next one shows its answer."""
    line = int(block.where.rpartition(":")[2])
    after = [int(other.where.rpartition(":")[2]) for other in CALLS]
    end = min((other for other in after if other > line), default=sys.maxsize)
    shown = [each for each in blocks(PAGE, "json") if line < int(each.where.rpartition(":")[2]) < end and not each.info]
    for example in shown[:1]:
        assert missing(json.loads(example.text), json.loads(answers[block.where])) == []


def missing(shown: object, real: object, path: str = "$") -> list[str]:
    """Members that `shown` has and `real` does not, at any depth; of a list the first element stands for all."""
    if isinstance(shown, dict):
        if not isinstance(real, dict):
            return [path]
        lost = [f"{path}.{name}" for name in shown if name not in real]
        return lost + [
            each for name in shown.keys() & real.keys() for each in missing(shown[name], real[name], f"{path}.{name}")
        ]
    if isinstance(shown, list) and shown and isinstance(shown[0], dict):
        return missing(shown[0], real[0], f"{path}[0]") if isinstance(real, list) and real else [path]
    return []


async def test_the_websocket_messages_of_the_page_are_taken(server: Server) -> None:
    subscribe, event = (block.text for block in blocks(PAGE, "json") if block.info == "up")
    kinds: set[str] = set()
    async with connect(f"{server.url.replace('http', 'ws')}/v1/ws") as socket:
        await socket.send(subscribe)
        await socket.send(event)
        while not {"decision", "ack"} <= kinds:
            message = json.loads(await socket.recv())
            assert message["type"] != "error", message
            kinds.add(message["type"])


def befit(*words: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "befit", *words]
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_readme_leads_from_nothing_to_a_site_that_runs(tmp_path: Path) -> None:
    lines = [line for block in blocks("README.md", "sh") for line in block.text.splitlines()]
    steps = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("befit ")]
    init, serve, scenarios = (next(words for words in steps if words[0] == name) for name in ("init", "serve", "test"))
    befit(*init, cwd=tmp_path)
    running = Server(tmp_path / serve[1], tmp_path / "data")
    try:
        page = httpx.get(running.start().url)
        assert page.status_code == 200
        assert "befit" in page.text
    finally:
        assert running.stop() == 0, running.output()
    assert "passed" in befit(*scenarios, cwd=tmp_path)
