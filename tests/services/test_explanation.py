"""Why a slot shows what it shows, now and in the past, told from the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from befit.engine import Program, Traffic
from befit.errors import NotFound
from befit.log import EventLog, open_log
from befit.model import DecideRequest, Event
from befit.node.past.backfill import Backfill
from befit.node.past.explanation import Explainer, Explanation
from befit.node.profiles import Profiles
from befit.node.serving.programs import Programs
from befit.node.worker import Worker
from befit.releases.registry import FolderRegistry, Published
from befit.site import site_files
from befit.store import ProfileStore, open_store
from tests.events import event, ms, track
from tests.sites import program_of

FIRST: dict[str, Any] = {
    "signals": "clicks: {count: Click}\n",
    "slots": {"hero": "- {when: 'signals.clicks > 1', show: many}\n- {show: few}\n"},
}
SECOND: dict[str, Any] = {
    "signals": "clicks: {count: Click}\norders: {count: Order}\n",
    "slots": {"hero": "- {when: 'signals.orders > 0', show: bought}\n- {show: few}\n"},
}
MODULES = dict.fromkeys(("many", "few", "bought"), "type: banner\n")


class Shop:
    """A node's parts, whose time is that of the events."""

    def __init__(self, folder: Path, programs: list[Program], folders: list[Path]) -> None:
        self.folder = folder
        self.registry = FolderRegistry(folder / "releases")
        self.of = dict(zip(("first", "second"), programs, strict=True))
        self.folders = dict(zip(self.of, folders, strict=True))
        self.traffic = Traffic(programs[0])
        self.now = 0

    async def open(self) -> None:
        for name, program in self.of.items():
            files = site_files(self.folders[name])
            await self.registry.save(
                Published(id=program.release.id, author="ada", message="", created=0, kind="published", files=files)
            )
        self.log: EventLog = open_log(f"embedded:{self.folder}", "events")
        self.store: ProfileStore = open_store(f"embedded:{self.folder}")
        await self.log.open()
        await self.store.open()
        profiles = Profiles(self.store)
        self.worker = Worker(
            self.log, self.store, profiles, lambda: self.traffic, print, lambda batch: None, lambda: self.now
        )
        await self.worker.open()
        marks: Iterator[int] = count(1)
        self.backfill = Backfill(
            self.folder / "b", self.log, self.store, profiles, self.worker, lambda: self.traffic, lambda: next(marks)
        )
        await self.backfill.open()

    async def happens(self, *events: Event) -> None:
        for found in events:
            self.now = found.received_at
            await self.log.append(0, [msgspec.msgpack.encode(found)])
            await self.worker.catch_up()

    async def publish(self, name: str) -> None:
        def swap() -> None:
            self.traffic = Traffic(self.of[name])

        await self.backfill.go_live(Traffic(self.of[name]), swap, at_once=False)

    async def explain(self, at: float, visitor: str = "ada", slot: str = "hero") -> Explanation:
        return await Explainer(self.log, self.store, Programs(self.registry), self.traffic).explain(
            visitor, slot, ms(at)
        )


@pytest.fixture
async def shop(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    sites = [program_of(folder, **site, modules=MODULES) for folder, site in zip(folders, (FIRST, SECOND), strict=True)]
    shop = Shop(tmp_path, sites, folders)
    await shop.open()
    yield shop
    await shop.backfill.close()
    await shop.log.close()
    await shop.store.close()


async def test_the_past_is_explained_as_it_was(shop: Shop) -> None:
    await shop.happens(track("Click", 10), event("track", "Click", 15, anonymous_id="bob"), track("Click", 20))
    before, after = await shop.explain(19), await shop.explain(21)
    assert (before.decision.module, after.decision.module) == ("few", "many")
    assert before.profile["signals"] == {"clicks": 1}
    assert (before.events, after.events) == (1, 2)
    assert after.complete
    trace = before.decision.trace or []
    assert [(step.outcome, step.values) for step in trace] == [("false", {"signals.clicks": 1}), ("chosen", {})]


async def test_each_moment_is_explained_by_the_release_that_served_then(shop: Shop) -> None:
    await shop.happens(track("Click", 10), track("Click", 11), track("Order", 12))
    await shop.publish("second")
    await shop.happens(track("Click", 20))
    before, after = await shop.explain(13), await shop.explain(21)
    assert (before.release, before.decision.module) == (shop.of["first"].release.id, "many")
    assert (after.release, after.decision.module) == (shop.of["second"].release.id, "bought")
    assert after.profile["signals"] == {"clicks": 3, "orders": 1}  # the order from before the release counts


async def test_what_is_explained_now_is_what_is_decided_now(shop: Shop) -> None:
    await shop.happens(track("Click", 1), track("Click", 2), track("Order", 3))
    await shop.publish("second")
    await shop.happens(event("identify", "identify", 4, user_id="ada-l"), track("Order", 5))
    (profile,) = await shop.store.load(["u:ada-l"])
    assert profile is not None
    (decided,) = shop.traffic.decide(profile, DecideRequest(slots=["hero"], trace=True), ms(6))
    for name in ("ada", "ada-l", "u:ada-l"):
        explained = await shop.explain(6, name)
        assert msgspec.structs.replace(explained.decision, decision_id="") == msgspec.structs.replace(
            decided, decision_id=""
        )


async def test_a_visitor_is_found_by_any_id_and_only_their_own_events_count(shop: Shop) -> None:
    await shop.happens(track("Click", 1), event("track", "Click", 2, anonymous_id="phone"))
    await shop.happens(event("identify", "identify", 3, user_id="ada-l"))
    await shop.happens(event("identify", "identify", 4, user_id="ada-l", anonymous_id="phone"))
    assert (await shop.explain(5, "phone")).decision.module == "many"
    assert (await shop.explain(3.5, "phone")).events == 3


async def test_nobody_known_and_no_such_slot_are_said_so(shop: Shop) -> None:
    await shop.happens(track("Click", 1))
    with pytest.raises(NotFound, match="no profile has the id 'nobody'"):
        await shop.explain(2, "nobody")
    with pytest.raises(NotFound, match="no slot 'side'"):
        await shop.explain(2, slot="side")
