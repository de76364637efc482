"""Signals that are new or changed in a release begin with their history from the log, while the node goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from befit.engine import Program, Traffic
from befit.log import EventLog, open_log
from befit.model import DeadLetter, Event, Profile
from befit.node.past.backfill import Backfill
from befit.node.past.rebuild import compare, rebuild
from befit.node.profiles import Profiles
from befit.node.worker import Worker
from befit.store import Commit, ProfileStore, open_store
from tests.events import event, ms, track
from tests.sites import program_of

BEFORE = "clicks: {count: Click}\nkept: {count: Order}\n"
AFTER = """
clicks: {count: Click, within: 1h}
kept: {count: Order}
orders: {count: Order}
waiting: {absence: Order, after: Click, for: 10m}
first_seen: {first: timestamp, of: Click}
"""


MOMENTS = count(1)


def by(visitor: str, name: str, at: float) -> Event:
    return event("track", name, at, anonymous_id=visitor)


class House:
    """Log, store, worker and backfill over a folder; `traffic` is what serves."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder = folder
        self.traffic = Traffic(program)
        self.buried: list[DeadLetter] = []

    async def open(self) -> None:
        self.log: EventLog = open_log(f"embedded:{self.folder}", "events")
        self.store: ProfileStore = open_store(f"embedded:{self.folder}")
        await self.log.open()
        await self.store.open()
        self.profiles = Profiles(self.store)
        self.worker = Worker(
            self.log,
            self.store,
            self.profiles,
            lambda: self.traffic,
            self.buried.extend,
            lambda batch: None,
            lambda: ms(0),
        )
        await self.worker.open()
        self.backfill = Backfill(
            self.folder / "backfill",
            self.log,
            self.store,
            self.profiles,
            self.worker,
            lambda: self.traffic,
            lambda: next(MOMENTS),
        )
        await self.backfill.open()

    async def close(self) -> None:
        await self.backfill.close()
        await self.log.close()
        await self.store.close()

    async def happens(self, *events: Event, fold: bool = True) -> None:
        await self.log.append(0, [msgspec.msgpack.encode(found) for found in events])
        if fold:
            await self.worker.catch_up()

    async def publish(self, program: Program, *, at_once: bool = False) -> None:
        def swap() -> None:
            self.traffic = Traffic(program)

        await self.backfill.go_live(Traffic(program), swap, at_once=at_once)

    async def roll_out(self, candidate: Program, share: float) -> None:
        traffic = Traffic(self.traffic.live, candidate, share)

        def swap() -> None:
            self.traffic = traffic

        await self.backfill.go_live(traffic, swap, at_once=False)

    async def profile(self, name: str = "a:ada") -> Profile:
        (lead,) = await self.store.resolve([name])
        found = await self.profiles.get(lead)
        assert found is not None
        return found

    async def value(self, signal: str, at: float, name: str = "a:ada") -> object:
        return self.traffic.live.read_signal(signal, await self.profile(name), ms(at))

    async def differences(self, folder: Path) -> list[str]:
        """Profiles that are not what the whole log says, folded with the program of today."""
        rebuilt = open_store(f"embedded:{folder}")
        await rebuilt.open()
        try:
            await rebuild(self.log, rebuilt, self.traffic.live)
            return [found.profile_id for found in (await compare(self.log, self.store, rebuilt))[1]]
        finally:
            await rebuilt.close()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return program_of(tmp_path_factory.mktemp("before"), signals=BEFORE)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return program_of(tmp_path_factory.mktemp("after"), signals=AFTER)


@pytest.fixture
async def house(tmp_path: Path, before: Program) -> AsyncIterator[House]:
    house = House(tmp_path, before)
    await house.open()
    yield house
    await house.close()


async def test_a_new_signal_starts_with_its_history_and_a_changed_one_with_another(
    house: House, after: Program
) -> None:
    await house.happens(track("Click", 0), track("Click", 5_000), track("Order", 5_001))
    await house.publish(after)
    assert await house.value("orders", 5_002) == 1
    assert await house.value("clicks", 5_002) == 1
    await house.happens(track("Order", 5_003))
    assert await house.value("orders", 5_004) == 2


async def test_a_release_with_the_same_signals_goes_live_without_reading_anything(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await house.happens(track("Click", 0))
    same = program_of(tmp_path_factory.mktemp("same"), signals=BEFORE + "# a comment\n", tags="t: {on: Click}\n")
    await house.publish(same)
    assert house.backfill.progress is None
    assert await house.value("clicks", 1) == 1


async def test_nobody_sees_half_a_history(house: House, after: Program) -> None:
    """What happens while the log is read counts once, whether its profile is swept before or after."""
    for number in range(300):
        await house.happens(by(f"v{number % 30}", "Order", number), fold=False)
    await house.worker.catch_up()
    publishing = asyncio.create_task(house.publish(after))
    number = 0
    while not publishing.done():
        await house.happens(by(f"v{number % 30}", "Order", 400 + number))
        number += 1
        await asyncio.sleep(0)
    await publishing
    visitor = f"a:v{(number + 1) % 30}"
    assert await house.value("orders", 10_000, visitor) == await house.value("kept", 10_000, visitor)
    await house.backfill.settled()
    for each in range(30):
        assert await house.value("orders", 10_000, f"a:v{each}") == await house.value("kept", 10_000, f"a:v{each}")


async def test_visitors_who_never_come_back_get_their_history_too(house: House, after: Program) -> None:
    await house.happens(*(by(f"v{number}", "Order", number) for number in range(250)))
    await house.publish(after)
    await house.backfill.settled()
    assert house.backfill.progress is None
    names, _ = await house.store.ids("", 1_000)
    stored = await house.store.load(names)
    assert len(stored) == 250
    assert all(profile is not None and profile.signals["orders"] == 1 for profile in stored)
    assert not (house.folder / "backfill" / "0").exists()


async def test_an_absence_that_history_began_is_still_waited_for(house: House, after: Program) -> None:
    await house.happens(track("Click", 0), by("bob", "Click", 1_000))
    await house.happens(track("Order", 3_000))
    await house.publish(after)
    await house.backfill.settled()
    assert await house.value("waiting", 3_001) is False  # it had come true at 600 s; the order ended it
    due = await house.store.due(ms(1_600), 10)
    assert [(timer.profile_id, timer.name, timer.due) for timer in due] == [("a:bob", "signal:waiting", ms(1_600))]


async def test_at_once_a_rollback_drops_states_of_other_definitions_and_reads_the_history_behind(
    house: House, before: Program, after: Program
) -> None:
    await house.happens(track("Click", 0), track("Click", 1))
    await house.publish(after)
    await house.publish(before, at_once=True)
    assert house.traffic.live is before
    await house.happens(track("Click", 2))
    await house.backfill.settled()
    assert await house.value("clicks", 3) == 3


async def test_a_crash_in_between_makes_the_next_start_do_it_again(house: House, after: Program) -> None:
    await house.happens(*(by(f"v{number}", "Click", number) for number in range(250)))
    await house.publish(after)
    await house.close()  # in the middle of the sweep
    await house.open()
    await house.backfill.settled()
    for number in (0, 120, 249):
        assert await house.value("clicks", 250, f"a:v{number}") == 1
    await house.close()
    await house.open()
    assert house.backfill.progress is None


async def test_states_that_an_earlier_version_kept_in_another_shape_are_made_anew(
    tmp_path: Path, before: Program
) -> None:
    """Its store has no note of what its states are."""
    log, store = open_log(f"embedded:{tmp_path}", "events"), open_store(f"embedded:{tmp_path}")
    await log.open()
    await store.open()
    await log.append(0, [msgspec.msgpack.encode(track("Click", 1))])
    await store.commit(Commit(0, 1, profiles={"a:ada": Profile("a:ada", ["a:ada"], signals={"clicks": "of old"})}))
    await log.close()
    await store.close()
    house = House(tmp_path, before)
    await house.open()
    await house.happens(track("Click", 2))
    await house.backfill.settled()
    assert await house.value("clicks", 3) == 2
    await house.close()


async def test_visitors_of_a_candidate_have_the_history_of_its_signals_and_the_others_theirs(
    house: House, after: Program
) -> None:
    for number in range(40):
        await house.happens(by(f"v{number}", "Click", 0), by(f"v{number}", "Click", 5_000))
    await house.roll_out(after, 0.5)
    await house.backfill.settled()
    counts = []
    for number in range(40):
        profile = await house.profile(f"a:v{number}")
        program = house.traffic.program_of(profile)
        counts.append(program.read_signal("clicks", profile, ms(5_001)))
        assert counts[-1] == (1 if program is after else 2)
    assert set(counts) == {1, 2}


async def test_a_crash_in_between_leaves_no_state_of_a_signal_that_is_gone(
    house: House, before: Program, after: Program
) -> None:
    await house.happens(track("Click", 0))
    await house.publish(after)
    await house.publish(before)
    await house.close()  # before the sweep
    await house.open()
    await house.backfill.settled()
    (profile,) = await house.store.load(["a:ada"])
    assert profile is not None
    assert set(profile.signals) == {"clicks"}


async def test_devices_that_join_in_between_bring_both_histories(house: House, after: Program) -> None:
    await house.happens(track("Order", 0), by("phone", "Order", 1))
    await house.publish(after)
    await house.happens(event("identify", "identify", 2, user_id="ada-l"))
    await house.happens(event("identify", "identify", 3, user_id="ada-l", anonymous_id="phone"))
    assert await house.value("orders", 4, "u:ada-l") == 2
    await house.backfill.settled()
    assert await house.value("orders", 4, "u:ada-l") == 2


VISITORS = ("ada", "bob", "cy")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(("Click", "Order", "identify")), st.sampled_from(VISITORS)),
            st.sampled_from(("after", "before", "back", "roll out", "restart", "pause")),
        ),
        max_size=30,
    )
)
async def test_whatever_happens_when_the_profiles_end_as_the_whole_log_says(
    acts: Sequence[tuple[str, str] | str],
    before: Program,
    after: Program,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("house")
    house = House(folder, before)
    await house.open()
    for second, act in enumerate(acts):
        if isinstance(act, tuple):
            name, visitor = act
            happened = (
                event("identify", "identify", second, user_id="u", anonymous_id=visitor)
                if name == "identify"
                else by(visitor, name, second)
            )
            await house.happens(happened)
        elif act == "restart":
            await house.close()
            await house.open()
        elif act == "pause":
            await asyncio.sleep(0.01)
        elif act == "roll out":
            await house.roll_out(after if house.traffic.live is before else before, 0.5)
        else:
            await house.publish(before if act == "before" else after, at_once=act == "back")
    await house.publish(house.traffic.candidate or house.traffic.live)
    await house.backfill.settled()
    assert not house.buried
    assert await house.differences(tmp_path_factory.mktemp("rebuilt")) == []
    await house.close()
