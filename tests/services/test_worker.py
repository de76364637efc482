"""The worker over real drivers: exactly once in effect, whatever happens in between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from befit.engine import Program, Traffic
from befit.errors import Unavailable
from befit.log import EventLog, open_log
from befit.model import DeadLetter, Event, Profile
from befit.node.batch import Batch
from befit.node.past.rebuild import compare, rebuild
from befit.node.past.timeline import note_name, read_timeline
from befit.node.profiles import Profiles
from befit.node.worker import Worker
from befit.store import Commit, ProfileStore, open_store
from tests.events import event, ms, track
from tests.sites import program_of

SIGNALS = "clicks: {count: Click}\nidle: {absence: Order, after: Click, for: 10m}\n"
TRIGGERS = """
greet: {on: Hello, emit: Greeted}
late: {on: Click, delay: 5m, cancel_on: Order, tag: idle, per_day: 2, emit: Greeted}
twice: {sequence: [Click, Hello], within: 10m, untag: idle, webhook: crm}
"""
SITE = "name: test\nwebhooks: {crm: {url: 'https://crm.example'}}\n"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("site")
    return program_of(folder, site=SITE, signals=SIGNALS + "greeted: {count: Greeted}\n", triggers=TRIGGERS)


class Workshop:
    """A log, a store and the workers that come and go."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.program = program
        self.log: EventLog = open_log(f"embedded:{folder}", "events")
        self.store: ProfileStore = open_store(f"embedded:{folder}")
        self.letters: list[DeadLetter] = []

    async def open(self) -> None:
        await self.log.open()
        await self.store.open()

    async def close(self) -> None:
        await self.log.close()
        await self.store.close()

    async def worker(self) -> Worker:
        worker = Worker(
            self.log,
            self.store,
            Profiles(self.store),
            lambda: Traffic(self.program),
            self.letters.extend,
            lambda batch: None,
            lambda: ms(0),
        )
        await worker.open()
        return worker

    async def append(self, events: Sequence[Event]) -> None:
        await self.log.append(0, [msgspec.msgpack.encode(found) for found in events])

    async def profile(self, name: str = "a:ada") -> Profile:
        (lead,) = await self.store.resolve([name])
        (profile,) = await self.store.load([lead])
        assert profile is not None
        return profile


@pytest.fixture
async def shop(tmp_path: Path, program: Program) -> Any:
    workshop = Workshop(tmp_path / "data", program)
    await workshop.open()
    yield workshop
    await workshop.close()


async def test_a_new_worker_goes_on_where_the_last_one_committed(shop: Workshop) -> None:
    await shop.append([track("Click", n) for n in range(3)])
    assert await (await shop.worker()).catch_up() == 3
    await shop.append([track("Click", n) for n in range(3, 5)])
    assert await (await shop.worker()).catch_up() == 2
    assert (await shop.profile()).signals["clicks"] == 5


async def test_a_commit_that_fails_is_folded_again_and_counts_once(shop: Workshop, monkeypatch: Any) -> None:
    await shop.append([track("Click", 0), track("Hello", 1)])
    worker = await shop.worker()
    commit = shop.store.commit

    async def failing(commit: Commit) -> None:
        raise Unavailable("the store is away")

    monkeypatch.setattr(shop.store, "commit", failing)
    with pytest.raises(Unavailable):
        await worker.catch_up()
    monkeypatch.setattr(shop.store, "commit", commit)
    await worker.catch_up()
    signals = (await shop.profile()).signals
    assert (signals["clicks"], signals["greeted"]) == (1, 1)


async def test_a_commit_of_a_merge_that_fails_is_folded_again_and_counts_once(shop: Workshop, monkeypatch: Any) -> None:
    worker = await shop.worker()
    await shop.append([track("Click", 0)])
    await worker.catch_up()
    commit = shop.store.commit

    async def failing(commit: Commit) -> None:
        raise Unavailable("the store is away")

    await shop.append([track("Click", 1), event("identify", "identify", 2, user_id="ada-l")])
    monkeypatch.setattr(shop.store, "commit", failing)
    with pytest.raises(Unavailable):
        await worker.catch_up()
    monkeypatch.setattr(shop.store, "commit", commit)
    await worker.catch_up()
    assert (await shop.profile()).signals["clicks"] == 2


async def test_an_event_that_cannot_be_folded_goes_to_the_dead_letters_and_the_others_go_on(
    shop: Workshop, monkeypatch: Any
) -> None:
    take = Batch.take

    def poisoned(batch: Batch, found: Event, traffic: Traffic) -> None:
        take(batch, found, traffic)
        if found.name == "Poison":
            raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Batch, "take", poisoned)
    await shop.append([track("Click", 0), track("Poison", 1, why="bug"), track("Click", 2)])
    await shop.log.append(0, [b"not msgpack"])
    await (await shop.worker()).catch_up()
    profile = await shop.profile()
    assert (profile.signals["clicks"], profile.version) == (2, 2)
    assert [(letter.source, letter.offset) for letter in shop.letters] == [("fold", 1), ("fold", 3)]
    call = msgspec.json.decode(shop.letters[0].payload)
    assert (call["event"], call["properties"]) == ("Poison", {"why": "bug"})


async def test_what_a_trigger_emits_is_folded_too(shop: Workshop) -> None:
    await shop.append([track("Hello", 0)])
    await (await shop.worker()).catch_up()
    assert (await shop.profile()).signals["greeted"] == 1


steps = st.tuples(
    st.sampled_from(["ada", "bob"]),
    st.sampled_from(["", "", "u1", "u2"]),
    st.sampled_from(["Click", "Order", "Hello", "page", "alias", "idle"]),
    st.integers(0, 3_000),
    st.booleans(),
)


@given(history=st.lists(steps, max_size=25), cut=st.integers(1, 7))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_folding_the_log_again_gives_the_same_profiles_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, program: Program, history: list[Any], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("replay")
    live, again = Workshop(folder / "live", program), open_store(f"embedded:{folder}/again")
    await live.open()
    await again.open()
    events = [made(number, *step) for number, step in enumerate(history)]
    for start in range(0, len(events), cut):  # other batches than the rebuild will see
        await live.append(events[start : start + cut])
        await (await live.worker()).catch_up()
    await rebuild(live.log, again, program)
    _, differences = await compare(live.log, live.store, again)
    assert differences == []
    assert await again.outbox(1) == []
    await again.close()
    await live.close()


def made(number: int, anonymous: str, user: str, name: str, at: int, again: bool) -> Event:
    kind: Any = {"page": "page", "alias": "alias", "idle": "tag"}.get(name, "track")
    found = event(
        kind, name, at, message_id=f"m{number // 2 if again else number}", anonymous_id=anonymous, user_id=user
    )
    if kind == "tag":
        found.properties = {"set": again, "ttl_ms": at * 1_000, "by": user}
    if kind == "alias" and user:
        found.previous_id = "u1"
    return found


async def test_the_timeline_says_which_release_folded_from_which_record_on(
    shop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    worker = await shop.worker()
    await shop.append([track("Click", 1), track("Click", 2)])
    await worker.catch_up()
    before, shop.program = shop.program, program_of(tmp_path_factory.mktemp("next"), signals="orders: {count: Order}\n")
    await shop.append([track("Click", 3)])
    await worker.catch_up()
    await shop.append([track("Click", 4)])
    await (await shop.worker()).catch_up()
    eras = read_timeline(await shop.store.note(note_name(0)))
    assert [(era.offset, era.live) for era in eras] == [(0, before.release.id), (2, shop.program.release.id)]
