"""The registry of releases in a folder: what is saved stays, what serves changes in one step, and nothing grows without end."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from msgspec.structs import replace

from befit.errors import SettingsError
from befit.releases import registry as module
from befit.releases.registry import Current, FolderRegistry, Published, summary_of


def release(number: int, **fields: object) -> Published:
    made = Published(
        id=f"{number:012x}",
        author="Ada",
        message=f"{number}",
        created=number,
        files={"site.yaml": f"name: s{number}\n"},
    )
    return replace(made, **fields)


def serves(live: Published, since: int = 1, candidate: Published | None = None) -> Current:
    share = 0.05 if candidate else 0.0
    return Current(live=live.id, since=since, candidate=candidate.id if candidate else "", share=share)


@pytest.fixture
def registry(tmp_path: Path) -> FolderRegistry:
    return FolderRegistry(tmp_path / "releases")


async def test_an_empty_one_knows_nothing(registry: FolderRegistry) -> None:
    assert (await registry.current(), await registry.history(), await registry.releases()) == (None, [], [])
    assert await registry.get("0123456789ab") is None


async def test_what_was_saved_is_there_after_a_restart(registry: FolderRegistry) -> None:
    one, two = release(1), release(2, commit="a" * 40)
    await registry.save(one)
    await registry.save(two)
    await registry.switch(serves(one))
    await registry.switch(serves(one, 2, two))
    again = FolderRegistry(registry.folder)
    assert await again.get(one.id) == one
    assert await again.releases() == [summary_of(two), summary_of(one)]
    assert await again.current() == serves(one, 2, two)
    assert await again.history() == [serves(one, 2, two), serves(one)]


async def test_only_a_publishing_says_anew_who_made_a_release(registry: FolderRegistry) -> None:
    draft, folder, published = (release(1, kind=kind, message=kind) for kind in ("draft", "folder", "published"))
    steps = [(draft, draft), (folder, folder), (draft, folder), (published, published), (folder, published)]
    steps += [(draft, published), (replace(published, message="again"), replace(published, message="again"))]
    for saved, kept in steps:
        await registry.save(saved)
        assert await registry.get(draft.id) == kept
        assert await registry.releases() == [summary_of(kept)]


async def test_each_kind_keeps_its_newest_and_whatever_serves(
    registry: FolderRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", {"published": 2, "folder": 1, "draft": 1})
    first, candidate = release(1), release(2)
    await registry.save(first)
    await registry.save(candidate)
    await registry.switch(serves(first, 1, candidate))
    for number in range(3, 9):
        await registry.save(release(number))
        await registry.save(release(number + 100, kind="folder"))
        await registry.save(release(number + 200, kind="draft"))
    kept = [208, 108, 8, 7, 2, 1]
    assert [each.created for each in await registry.releases()] == kept
    assert len(list(registry.folder.glob("*.json"))) == len(kept) + 1
    await registry.switch(serves(release(8)))
    await registry.save(release(9))
    assert [each.created for each in await registry.releases()] == [208, 108, 9, 8, 7]


async def test_switches_are_remembered_up_to_a_bound(registry: FolderRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_SWITCHES", 3)
    for since in range(1, 6):
        await registry.switch(serves(release(1), since))
    assert [each.since for each in await registry.history()] == [5, 4, 3]


async def test_waiting_ends_with_the_next_switch(registry: FolderRegistry) -> None:
    now = serves(release(1))
    await registry.switch(now)
    waiting = asyncio.create_task(registry.wait(now))
    await registry.switch(now)
    after = serves(release(2), 2)
    await registry.switch(after)
    async with asyncio.timeout(10):
        assert await waiting == after
        assert await registry.wait(now) == after


@pytest.mark.parametrize("name", ["../site", "a/b", "", "switches", "."])
async def test_an_id_is_no_path(registry: FolderRegistry, name: str) -> None:
    await registry.switch(serves(release(1)))
    assert await registry.get(name) is None


async def test_a_damaged_file_is_named(registry: FolderRegistry) -> None:
    await registry.save(release(1))
    path = registry.folder / f"{release(1).id}.json"
    path.write_text(path.read_text()[:40])
    with pytest.raises(SettingsError, match=str(path)):
        await registry.get(release(1).id)


@pytest.mark.parametrize("moment", ["os.fsync", "pathlib.Path.replace"])
async def test_a_crash_in_the_middle_of_a_change_leaves_what_was(registry: FolderRegistry, moment: str) -> None:
    """The process dies before the new file is synced, or before it takes the name of the old one."""
    await registry.save(release(1))
    await registry.switch(serves(release(1)))
    script = f"""
        import asyncio, os, pathlib, signal
        from befit.releases.registry import FolderRegistry
        from tests.unit.releases.test_registry import release, serves
        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        registry = FolderRegistry(pathlib.Path({str(registry.folder)!r}))
        {moment} = die
        asyncio.run(CHANGE)
    """
    for change in ("registry.switch(serves(release(2), 2))", "registry.save(release(2))", "registry.save(release(1))"):
        code = textwrap.dedent(script).replace("CHANGE", change)
        crashed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], check=False)
        assert crashed.returncode == -signal.SIGKILL
    again = FolderRegistry(registry.folder)
    assert await again.current() == serves(release(1))
    assert await again.releases() == [summary_of(release(1))]
    assert await again.get(release(1).id) == release(1)
    await again.save(release(2))
    await again.switch(serves(release(2), 2))
    assert await again.current() == serves(release(2), 2)
