"""Publishing on a node: what is broken never starts, the guard of the live release decides, and a job ends in one word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from befit.errors import Conflict, InputError, NotFound, SiteError, Unavailable, Unmeasured
from befit.node.serving import publishing as module
from befit.node.serving.live_site import LiveSite
from befit.node.serving.publishing import Publishing
from befit.releases.publication import BUSY, BlastRadius, Changed, Job, SlotRadius, Upload
from befit.releases.registry import FolderRegistry
from befit.site import site_files
from tests.sites import write_site

GUARDED = "name: test\nguard: {changed: 20%}\n"


class Shop:
    """A live site, and a measurement that comes to what a test says."""

    def __init__(self, site: LiveSite, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.result: BlastRadius | Exception = radius(0)
        self.measured: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.publishing = Publishing(site, self._measure, lambda: 0.0)

    async def _measure(
        self, files: Mapping[str, str], against: str, on_progress: Callable[[float], None]
    ) -> BlastRadius:
        self.measured.append(against)
        on_progress(0.5)
        await self.gate.wait()
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def upload(self, signal: str = "clicks", **fields: Any) -> Upload:
        files = site_files(
            write_site(self.folder / signal, site=fields.pop("yaml", GUARDED), signals=f"{signal}: {{count: Click}}\n")
        )
        return Upload(files=files, author="Ada", message="why", **fields)

    async def publish(self, upload: Upload) -> Job:
        job = await self.publishing.start(upload)
        await until(lambda: job.state not in BUSY)
        return self.publishing.job(job.id)

    @property
    def live(self) -> str:
        return self.site.current.live


async def until(holds: Callable[[], bool]) -> None:
    """Let the others work until it holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - jobs are looked at, as their senders do
            await asyncio.sleep(0.01)


def radius(changed: int, of: int = 100) -> BlastRadius:
    return BlastRadius(of, Changed(changed, changed / of, {"hero": SlotRadius(changed, changed / of)}))


@pytest.fixture
async def shop(tmp_path: Path) -> Shop:
    folder = write_site(tmp_path / "site", site=GUARDED)
    site = LiveSite(folder, lambda: 5, FolderRegistry(tmp_path / "releases"))
    await site.open(watched=False)
    return Shop(site, tmp_path)


async def test_a_release_goes_live_and_is_kept_with_who_and_why(shop: Shop) -> None:
    before = shop.live
    shop.result = radius(20)
    job = await shop.publish(shop.upload(commit="a" * 40))
    assert (job.state, job.progress, job.report) == ("live", 1.0, shop.result)
    assert job.release == shop.live != before
    assert shop.measured == [before]
    kept = await shop.site.registry.get(job.release)
    assert kept is not None
    assert (kept.author, kept.message, kept.commit, kept.kind) == ("Ada", "why", "a" * 40, "published")
    assert shop.site.current.why == "published"


async def test_more_than_the_guard_allows_is_refused_with_numbers_and_slots(shop: Shop) -> None:
    before = shop.live
    shop.result = radius(21)
    job = await shop.publish(shop.upload())
    assert (job.state, shop.live) == ("refused", before)
    assert job.detail == (
        "21 of 100 visitors of the last day (21.0%) would see something else: hero 21.0%; the site allows 20%"
    )
    assert await shop.site.registry.get(job.release) is None


async def test_what_is_accepted_goes_live_and_the_history_says_so(shop: Shop) -> None:
    shop.result = radius(90)
    job = await shop.publish(shop.upload(accept=True))
    assert (job.state, shop.live) == ("live", job.release)
    (switch, *_) = await shop.site.registry.history()
    assert switch.by == "Ada"
    assert switch.why.startswith("published, accepted although 90 of 100 visitors")


async def test_a_rollout_counts_by_its_share(shop: Shop) -> None:
    shop.result = radius(90)
    job = await shop.publish(shop.upload(share=0.2))
    assert (job.state, shop.site.current.candidate, shop.site.current.share) == ("live", job.release, 0.2)
    assert (await shop.publish(shop.upload(share=0.3))).state == "refused"
    assert shop.site.current.share == 0.2


@pytest.mark.parametrize("guard", ["", "guard: {changed: 100%}\n"])
async def test_a_draft_does_not_raise_its_own_limit(shop: Shop, guard: str) -> None:
    shop.result = radius(90)
    raising = shop.upload("raised", yaml=f"name: test\n{guard}")
    assert (await shop.publish(raising)).state == "refused"
    raising.accept = True
    assert (await shop.publish(raising)).state == "live"
    assert (await shop.publish(shop.upload("next"))).state == "live"


async def test_without_a_measurement_a_guarded_site_is_not_published_unless_accepted(shop: Shop) -> None:
    shop.result = Unmeasured("the backtest failed: no log")
    job = await shop.publish(shop.upload())
    assert job.state == "refused"
    assert "no log" in job.detail
    assert (await shop.publish(shop.upload(accept=True))).state == "live"
    assert "no log" in shop.site.current.why


async def test_without_a_guard_a_failed_measurement_is_only_told(shop: Shop) -> None:
    assert (await shop.publish(shop.upload("open", yaml="name: test\n"))).state == "live"
    shop.result = Unmeasured("the backtest failed: no log")
    job = await shop.publish(shop.upload("next"))
    assert (job.state, job.detail) == ("live", "the backtest failed: no log")


async def test_nobody_in_the_log_is_no_obstacle_and_is_said(shop: Shop) -> None:
    shop.result = BlastRadius(0, Changed(0, 0.0))
    job = await shop.publish(shop.upload())
    assert (job.state, job.detail) == ("live", "nobody came in the last day, so there is nothing to compare")


async def test_what_does_the_same_is_not_measured(shop: Shop) -> None:
    files = site_files(shop.site.folder)
    job = await shop.publish(Upload(files=files, author="Ada", message="why"))
    assert (job.state, job.release, shop.measured) == ("live", shop.live, [])
    kept = await shop.site.registry.get(shop.live)
    assert kept is not None
    assert kept.author == "Ada"


@pytest.mark.parametrize(
    "change",
    [
        {"slots/hero.yaml": "- {show: nothing}\n"},
        {"site.yaml": "name: test\nnope: 1\n"},
        {"slots/../../evil.yaml": "x: 1\n"},
        {"pages/index.yaml": "x: 1\n"},
        {"/etc/passwd": "x"},
        {"slots/hero.yaml": "\ud800"},
    ],
)
async def test_a_broken_or_tampered_upload_never_becomes_a_job(shop: Shop, change: dict[str, str]) -> None:
    upload = shop.upload()
    upload.files |= change
    with pytest.raises((SiteError, InputError)):
        await shop.publishing.start(upload)
    with pytest.raises((SiteError, InputError)):
        await shop.publishing.keep_draft(upload.files)
    assert [each.id for each in await shop.site.registry.releases()] == [shop.live]


async def test_a_site_without_a_site_yaml_is_none(shop: Shop) -> None:
    with pytest.raises(SiteError, match=r"site\.yaml"):
        await shop.publishing.start(Upload(files={}, author="Ada", message="why"))


async def test_publications_take_turns(shop: Shop) -> None:
    shop.gate.clear()
    first = await shop.publishing.start(shop.upload("one"))
    second = await shop.publishing.start(shop.upload("two"))
    await until(lambda: first.progress > 0)
    assert (first.state, second.state, len(shop.measured)) == ("measuring", "checking", 1)
    shop.gate.set()
    await until(lambda: second.state == "live")
    assert shop.measured[1] == first.release
    assert shop.live == second.release


async def test_a_publication_that_a_rollout_overtakes_fails(shop: Shop) -> None:
    shop.gate.clear()
    rollout = await shop.publishing.start(shop.upload("one", share=0.05))
    late = await shop.publishing.start(shop.upload("two"))
    shop.gate.set()
    await until(lambda: late.state == "failed")
    assert (rollout.state, shop.site.current.candidate) == ("live", rollout.release)
    assert "being rolled out" in late.detail
    with pytest.raises(Conflict):
        await shop.publishing.start(shop.upload("two"))


async def test_too_many_at_once_are_told_to_come_later(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 1)
    shop.gate.clear()
    await shop.publishing.start(shop.upload("one"))
    with pytest.raises(Unavailable):
        await shop.publishing.start(shop.upload("two"))
    await shop.publishing.stop()
    shop.gate.set()
    assert (await shop.publish(shop.upload("two"))).state == "live"


async def test_a_node_that_stops_gives_up_what_is_not_live(shop: Shop) -> None:
    before = shop.live
    shop.gate.clear()
    await shop.publishing.start(shop.upload())
    async with asyncio.timeout(20):
        await shop.publishing.stop()
    assert shop.live == before


async def test_a_job_that_nobody_started_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.publishing.job("nope")
