"""The blast radius: what the backtest's process says is taken, and whatever becomes of it ends in an answer."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from befit.errors import Unmeasured
from befit.node.serving import blast_radius
from befit.node.serving.blast_radius import measure
from befit.releases.publication import BlastRadius, Changed, SlotRadius
from befit.site import site_files
from tests.sites import write_site

RESULT = {
    "draft": "a",
    "visitors": 200,
    "complete": True,
    "changed": {"visitors": 50, "share": 0.25, "slots": {"hero": {"visitors": 50, "share": 0.25, "decisions": 70}}},
}


async def run(tmp_path: Path, script: str) -> tuple[BlastRadius, list[float]]:
    """Measure with a script in the place of `befit backtest`."""
    files = site_files(write_site(tmp_path / "site"))
    seen: list[float] = []
    command = (sys.executable, "-c", f"import json, os, sys, time, pathlib\n{script}")
    return await measure(files, "0123456789ab", tmp_path / "data", seen.append, command), seen


def says(line: object) -> str:
    return f"print({json.dumps(line)!r}, file=sys.stderr, flush=True)\n"


async def test_progress_is_handed_on_and_the_result_is_taken(tmp_path: Path) -> None:
    script = says({"progress": 0.4}) + says({"progress": 7}) + f"print({json.dumps(RESULT)!r})"
    radius, seen = await run(tmp_path, script)
    assert radius == BlastRadius(200, Changed(50, 0.25, {"hero": SlotRadius(50, 0.25)}))
    assert seen == [0.4, 1.0]


async def test_the_draft_the_release_and_the_data_folder_are_named_to_it(tmp_path: Path) -> None:
    script = f"""
words = sys.argv[1:]
assert (pathlib.Path(words[0]) / "site.yaml").read_text() == "name: test\\n"
assert words[1:] == ["--against", "0123456789ab", "--data", {str(tmp_path / "data")!r}, "--since", "1d",
                     "--time-limit", "20s", "--json", "--progress-json"], words
print({json.dumps(RESULT)!r})
"""
    radius, _ = await run(tmp_path, script)
    assert radius.visitors == 200


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sys.exit(3)", "exit code 3"),
        (says({"progress": 0.5}) + "print('befit: no log there', file=sys.stderr); sys.exit(1)", "no log there"),
        ("print('[]')", "no result"),
        ("", "no result"),
        ("os.kill(os.getpid(), 9)", "exit code -9"),
        ("sys.stderr.write('x' * 1_000_000); sys.exit(2)", "^the backtest failed: x{500}$"),
        ("sys.stdout.write('x' * 1_000_000)", "no result"),
    ],
)
async def test_a_backtest_without_a_result_is_an_error_that_says_why(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(Unmeasured, match=said):
        await run(tmp_path, script)


async def test_one_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blast_radius, "DEADLINE_S", 0.5)
    mark = tmp_path / "pid"
    with pytest.raises(Unmeasured, match="did not end"):
        await run(tmp_path, f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)")
    assert not mark.exists() or not os.path.exists(f"/proc/{mark.read_text()}")  # noqa: ASYNC240


async def test_its_own_children_end_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blast_radius, "DEADLINE_S", 1.0)
    script = """
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
sys.stderr.write("x" * 1_000_000)
time.sleep(600)
"""
    async with asyncio.timeout(20):
        with pytest.raises(Unmeasured, match="did not end"):
            await run(tmp_path, script)


async def test_a_cancelled_measurement_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    note = "json.dumps([os.getpid(), sys.argv[1]])"
    script = (
        f"pathlib.Path({str(mark)!r}).write_text({note}); print('{{\"progress\": 0}}', file=sys.stderr, flush=True)"
    )
    started = asyncio.Event()
    files = site_files(write_site(tmp_path / "site"))
    command = (sys.executable, "-c", f"import json, os, sys, time, pathlib\n{script}; time.sleep(600)")
    running = asyncio.create_task(measure(files, "a", tmp_path, lambda done: started.set(), command))
    async with asyncio.timeout(20):
        await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    pid, folder = json.loads(mark.read_text())
    assert not os.path.exists(f"/proc/{pid}")  # noqa: ASYNC240
    assert not os.path.exists(folder)  # noqa: ASYNC240


@pytest.mark.parametrize(
    ("radius", "rollout", "words"),
    [
        (BlastRadius(0, Changed(0, 0.0)), 1.0, "nobody came in the last day, so there is nothing to compare"),
        (
            BlastRadius(
                9_311, Changed(1_204, 0.1293, {"side": SlotRadius(9, 0.001), "hero": SlotRadius(1_200, 0.129)})
            ),
            1.0,
            "1,204 of 9,311 visitors of the last day (12.9%) would see something else: hero 12.9%, side 0.1%",
        ),
        (
            BlastRadius(200, Changed(100, 0.5), complete=False),
            0.05,
            "100 of 200 visitors of the last day (50.0%) would see something else (of a sample); "
            "rolled out to 5% of visitors that makes 2.5%",
        ),
    ],
)
def test_it_is_told_in_words(radius: BlastRadius, rollout: float, words: str) -> None:
    assert radius.words(rollout) == words
