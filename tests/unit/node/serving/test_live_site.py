"""The live site: a folder that checks goes live, one that does not changes nothing; releases come, wait, and come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from befit.engine import Program, Traffic
from befit.errors import Conflict, NotFound, SiteError
from befit.node.serving.live_site import LiveSite
from befit.node.serving.programs import compile_files
from befit.node.serving.release_list import list_releases
from befit.releases.registry import FolderRegistry, Published
from befit.site import site_files
from tests.sites import write_site

BROKEN = {"hero": "- {when: 'signals.nope > 1', show: welcome}\n- {show: welcome}\n"}


class Clock:
    """Later with every look."""

    def __init__(self) -> None:
        self._times = count(1)

    def __call__(self) -> int:
        return next(self._times)


class Shop:
    """A site folder, a registry, and the live site as it starts over them again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.registry = FolderRegistry(folder / "releases")
        self.clock = Clock()
        self.write()

    def write(self, signal: str = "") -> None:
        write_site(self.folder, signals=f"{signal}: {{count: Click}}\n" if signal else "")

    async def start(self, *, watched: bool = True) -> LiveSite:
        site = LiveSite(self.folder, self.clock, FolderRegistry(self.registry.folder))
        await site.open(watched=watched)
        return site

    def elsewhere(self, tmp_path: Path, signal: str) -> tuple[Published, Program]:
        """A release that somebody made from a copy of the site."""
        files = site_files(write_site(tmp_path / signal, signals=f"{signal}: {{count: Click}}\n"))
        program = compile_files(files)
        release = Published(id=program.release.id, author="Ada", message=signal, created=self.clock(), files=files)
        return release, program


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def live(site: LiveSite) -> str:
    assert site.traffic.live.release.id == site.current.live
    return site.current.live


async def test_another_release_goes_live_and_the_same_content_does_not(shop: Shop) -> None:
    site = await shop.start()
    first = live(site)
    assert not await site.reload()
    shop.write("clicks")
    assert await site.reload()
    releases = list_releases(await site.registry.releases(), await site.registry.history())
    assert [(each.id == first, each.live, each.share) for each in releases] == [(False, True, 1), (True, False, 0)]
    assert [(each.author, each.message, each.why) for each in releases] == [
        ("working copy", "", "folder changed"),
        ("working copy", "", "first start"),
    ]


async def test_a_folder_that_does_not_check_keeps_the_old_release_and_tells_why(shop: Shop) -> None:
    site = await shop.start()
    before = site.traffic.live
    write_site(shop.folder, slots=BROKEN)
    assert not await site.reload()
    assert site.traffic.live is before
    assert "nope" in str(site.problems[0])
    write_site(shop.folder)
    await site.reload()
    assert site.problems == []


async def test_a_site_that_never_checked_is_an_error_that_names_its_folder(tmp_path: Path) -> None:
    site = LiveSite(tmp_path, lambda: 5, FolderRegistry(tmp_path / "releases"))
    with pytest.raises(SiteError, match=str(tmp_path)):
        await site.open(watched=True)


async def test_a_restart_with_a_broken_folder_serves_the_last_good_release(shop: Shop) -> None:
    first = live(await shop.start())
    write_site(shop.folder, slots=BROKEN)
    site = await shop.start()
    assert live(site) == first
    assert "nope" in str(site.problems[0])


async def test_a_restart_takes_a_folder_that_has_changed_only_when_it_is_watched(shop: Shop) -> None:
    first = live(await shop.start())
    shop.write("clicks")
    assert live(await shop.start(watched=False)) == first
    assert live(await shop.start()) != first


async def test_a_restart_goes_on_with_what_was_published_over_a_folder_that_has_not_changed(
    shop: Shop, tmp_path: Path
) -> None:
    site = await shop.start()
    published, program = shop.elsewhere(tmp_path, "orders")
    await site.publish(published, program, 1.0, "published")
    assert live(site) == live(await shop.start()) == published.id
    shop.write("clicks")
    assert live(await shop.start()) != published.id


async def test_a_restart_goes_on_with_a_rollout(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    published, program = shop.elsewhere(tmp_path, "orders")
    await site.publish(published, program, 0.05, "published")
    again = await shop.start()
    assert again.current == site.current
    assert again.traffic.candidate is not None
    assert (again.traffic.candidate.release.id, again.traffic.share) == (published.id, 0.05)


async def test_a_folder_saved_during_a_rollout_waits_until_it_is_saved_again_after_it(
    shop: Shop, tmp_path: Path
) -> None:
    site = await shop.start()
    before = live(site)
    published, program = shop.elsewhere(tmp_path, "orders")
    await site.publish(published, program, 0.05, "published")
    shop.write("clicks")
    assert not await site.reload()
    assert (live(site), site.current.candidate) == (before, published.id)
    assert "promote or abandon" in str(site.problems[0])
    await site.abandon("Ada")
    assert await site.reload()
    assert site.problems == []


async def test_promoting_gives_the_candidate_to_everybody_and_abandoning_to_nobody(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    before = live(site)
    published, program = shop.elsewhere(tmp_path, "orders")
    for share in (0.05, 0.2):
        await site.publish(published, program, share, "published")
        assert (live(site), site.current.candidate, site.traffic.share) == (before, published.id, share)
    await site.abandon("Ada")
    assert (live(site), site.traffic.candidate) == (before, None)
    await site.publish(published, program, 0.2, "published")
    await site.promote("Ada")
    assert (live(site), site.traffic.candidate, site.current.why) == (published.id, None, "promoted")
    for change in (site.promote, site.abandon):
        with pytest.raises(Conflict, match="being rolled out"):
            await change("Ada")


async def test_one_candidate_at_a_time(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    await site.publish(*shop.elsewhere(tmp_path, "orders"), 0.05, "published")
    for share in (0.05, 1.0):
        with pytest.raises(Conflict, match="promote or abandon it first"):
            await site.publish(*shop.elsewhere(tmp_path, "clicks"), share, "published")


async def test_a_live_release_is_not_rolled_out_but_can_be_described(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    shop.write("clicks")
    await site.reload()
    published, program = shop.elsewhere(tmp_path, "clicks")
    assert published.id == live(site)
    with pytest.raises(Conflict, match="already"):
        await site.publish(published, program, 0.05, "published")
    switches = await site.registry.history()
    await site.publish(published, program, 1.0, "published")
    assert await site.registry.history() == switches
    described = await site.registry.get(published.id)
    assert described is not None
    assert (described.author, described.message) == ("Ada", "clicks")


async def test_rollback_goes_to_the_release_before_and_back_again(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    first = live(site)
    with pytest.raises(Conflict, match="no release was live before"):
        await site.rollback("", "Ada")
    published, program = shop.elsewhere(tmp_path, "orders")
    await site.publish(published, program, 1.0, "published")
    await site.rollback("", "Ada")
    assert (live(site), site.current.by, site.current.why) == (first, "Ada", "rolled back")
    await site.rollback("", "Ada")
    assert live(site) == published.id
    await site.rollback(first, "Ada")
    assert live(site) == first


async def test_rollback_during_a_rollout_ends_it(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    first = live(site)
    await site.publish(*shop.elsewhere(tmp_path, "orders"), 0.05, "published")
    await site.rollback("", "Ada")
    assert (live(site), site.traffic.candidate) == (first, None)


async def test_only_what_was_live_can_be_rolled_back_to(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    with pytest.raises(NotFound):
        await site.rollback("0123456789ab", "Ada")
    with pytest.raises(NotFound):
        await site.rollback("../site", "Ada")
    with pytest.raises(Conflict, match="live already"):
        await site.rollback(live(site), "Ada")
    draft, _ = shop.elsewhere(tmp_path, "orders")
    await site.registry.save(replace(draft, kind="draft"))
    with pytest.raises(Conflict, match="never live"):
        await site.rollback(draft.id, "Ada")


async def test_a_folder_that_did_not_change_stays_out_after_a_rollback(shop: Shop) -> None:
    site = await shop.start()
    first = live(site)
    shop.write("clicks")
    await site.reload()
    await site.rollback("", "Ada")
    assert not await site.reload()
    assert live(await shop.start()) == first


async def test_another_version_of_befit_goes_on_with_the_same_sites_under_their_new_ids(
    shop: Shop, tmp_path: Path
) -> None:
    site = await shop.start()
    folder, (published, program) = live(site), shop.elsewhere(tmp_path, "orders")
    await site.publish(published, program, 0.05, "published")
    old = {folder: "0123456789ab", published.id: "ba9876543210"}
    for name, older in old.items():
        kept = await site.registry.get(name)
        assert kept is not None
        await site.registry.save(replace(kept, id=older))
        (shop.registry.folder / f"{name}.json").unlink()
    before = replace(site.current, live=old[folder], candidate=old[published.id], folder=old[folder])
    await site.registry.switch(before)
    again = await shop.start()
    assert (live(again), again.current.candidate, again.current.folder) == (folder, published.id, folder)
    assert again.traffic.share == 0.05
    assert (await again.registry.history())[:2] == [again.current, before]


async def test_a_release_that_this_version_of_befit_cannot_use_gives_way_to_the_folder(
    shop: Shop, tmp_path: Path
) -> None:
    site = await shop.start()
    first = live(site)
    published, program = shop.elsewhere(tmp_path, "orders")
    published.files["site.yaml"] += "of_old: 1\n"
    await site.publish(published, program, 1.0, "published")
    assert live(await shop.start(watched=False)) == first


async def test_who_goes_back_does_not_wait_for_a_release_that_gets_ready(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    await site.publish(*shop.elsewhere(tmp_path, "orders"), 1.0, "published")
    preparing = asyncio.Event()

    async def slowly(traffic: Traffic, put: Callable[[], None], *, at_once: bool) -> None:
        if not at_once:
            preparing.set()
            await asyncio.Event().wait()
        put()

    async def told() -> None:
        """Nobody is connected."""

    site.attach(slowly, told)
    late = asyncio.create_task(site.publish(*shop.elsewhere(tmp_path, "clicks"), 1.0, "published"))
    await preparing.wait()
    first = next(each.id for each in await site.registry.releases() if each.kind == "folder")
    await site.rollback("", "Ada")
    assert live(site) == first
    with pytest.raises(Conflict, match="another release"):
        await late


async def test_who_goes_back_does_not_wait_for_a_release_that_has_not_begun_to_get_ready(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await shop.start()
    first = live(site)
    await site.publish(*shop.elsewhere(tmp_path, "orders"), 1.0, "published")
    saving, go_on = asyncio.Event(), asyncio.Event()
    save = site.registry.save

    async def slowly(published: Published) -> None:
        saving.set()
        await go_on.wait()
        await save(published)

    async def for_ever(traffic: Traffic, put: Callable[[], None], *, at_once: bool) -> None:
        if not at_once:
            await asyncio.Event().wait()
        put()

    async def told() -> None:
        """Nobody is connected."""

    site.attach(for_ever, told)
    monkeypatch.setattr(site.registry, "save", slowly)
    late = asyncio.create_task(site.publish(*shop.elsewhere(tmp_path, "clicks"), 1.0, "published"))
    await saving.wait()
    back = asyncio.create_task(site.rollback(first, "Ada"))
    await asyncio.sleep(0)
    go_on.set()
    async with asyncio.timeout(10):
        await back
        with pytest.raises(Conflict, match="another release"):
            await late
    assert live(site) == first


async def test_what_cannot_be_remembered_does_not_stay_live(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await shop.start()
    before, seen = live(site), []

    async def swap(traffic: Traffic, put: Callable[[], None], *, at_once: bool) -> None:
        put()

    async def told() -> None:
        seen.append(live(site))

    async def full(current: object) -> None:
        raise OSError(28, "No space left on device")

    site.attach(swap, told)
    monkeypatch.setattr(site.registry, "switch", full)
    published, program = shop.elsewhere(tmp_path, "orders")
    with pytest.raises(OSError, match="No space"):
        await site.publish(published, program, 1.0, "published")
    assert live(site) == before
    assert seen == [published.id, before]


async def test_nodes_that_share_a_registry_follow_each_other(shop: Shop, tmp_path: Path) -> None:
    one = await shop.start()
    other = LiveSite(shop.folder, shop.clock, one.registry)
    await other.open(watched=False)
    following = asyncio.create_task(other.follow())
    await asyncio.sleep(0)
    published, program = shop.elsewhere(tmp_path, "orders")
    told = asyncio.Event()

    async def swap(traffic: Traffic, put: Callable[[], None], *, at_once: bool) -> None:
        put()

    async def tell() -> None:
        told.set()

    other.attach(swap, tell)
    await one.publish(published, program, 0.3, "published")
    async with asyncio.timeout(10):
        await told.wait()
    assert other.current == one.current
    assert other.traffic.candidate is not None
    following.cancel()


async def test_a_node_does_not_follow_itself_back(shop: Shop, tmp_path: Path) -> None:
    site = await shop.start()
    following = asyncio.create_task(site.follow())
    told: list[str] = []

    async def swap(traffic: Traffic, put: Callable[[], None], *, at_once: bool) -> None:
        put()

    async def tell() -> None:
        told.append(live(site))

    site.attach(swap, tell)
    await site.publish(*shop.elsewhere(tmp_path, "orders"), 1.0, "published")
    for _ in range(20):
        await site.rollback("", "Ada")
    other = LiveSite(shop.folder, shop.clock, site.registry)
    await other.open(watched=False)
    await other.publish(*shop.elsewhere(tmp_path, "clicks"), 1.0, "published")
    async with asyncio.timeout(10):
        while live(site) != live(other):  # noqa: ASYNC110 - once this is followed, all before it was looked at
            await asyncio.sleep(0.01)
    following.cancel()
    assert told == [each.live for each in (await site.registry.history())[-2::-1]]
