"""What `befit.store.base.ProfileStore` promises, line by line, held against every driver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from befit.model import Activation, Page, Profile, Session, Shown, Tag
from befit.store import Commit, ProfileStore, Timer

OpenStore = Callable[[], Awaitable[ProfileStore]]

HOUR = 3_600_000
DAY = 24 * HOUR
NOON = 20_000 * DAY + 12 * HOUR


def profiles(*made: Profile) -> dict[str, Profile]:
    return {profile.id: profile for profile in made}


def full_profile() -> Profile:
    """A profile with something in every field."""
    return Profile(
        id="u:ada",
        ids=["u:ada", "a:1", "a:ü"],
        version=17,
        first_seen=NOON,
        last_seen=NOON + 5,
        traits={"name": "Ada", "age": 36, "score": 0.5, "vip": True, "address": {"city": "Zürich"}, "none": None},
        trait_times={"name": NOON},
        consent={"analytics": True, "ads": False},
        signals={"clicks": 3, "recent": [[NOON, 1], [NOON + 1, 2]], "affinity": {"shoes": [0.25, NOON]}},
        tags={"vip": Tag(NOON, NOON + DAY, "vip-rule")},
        triggers={"idle": Activation(True, NOON, NOON + 1, "s1")},
        timers={"idle": NOON + 9},
        shown={"hero.1": Shown(3, NOON, "s1", 1, 20_000, 2)},
        sessions=2,
        session=Session(
            "s1", NOON, NOON + 5, 9, 2, 1_000, {"path": "/"}, [Page("v1", {"path": "/"}, NOON, NOON + 1)], ["tea"]
        ),
        context={"device": "phone", "locale": "de-CH"},
    )


async def before_and_after_restart(store: ProfileStore, open_store: OpenStore) -> AsyncIterator[ProfileStore]:
    yield store
    yield await open_store()


class TestPosition:
    async def test_a_new_store_has_folded_nothing(self, store: ProfileStore) -> None:
        assert await store.position(0) == 0
        assert await store.position(7) == 0

    async def test_goes_on_with_each_commit_and_by_partition(self, open_store: OpenStore) -> None:
        store = await open_store()
        await store.commit(Commit(0, 10))
        await store.commit(Commit(1, 3))
        await store.commit(Commit(0, 25))
        async for opened in before_and_after_restart(store, open_store):
            assert [await opened.position(partition) for partition in range(3)] == [25, 3, 0]


class TestProfiles:
    async def test_come_back_as_they_were_written(self, open_store: OpenStore) -> None:
        store = await open_store()
        await store.commit(Commit(0, 1, profiles=profiles(full_profile(), Profile("a:2"))))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.load(["a:2", "a:none", "u:ada"]) == [Profile("a:2"), None, full_profile()]

    async def test_load_takes_exact_ids_and_follows_no_link(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, profiles=profiles(Profile("u:ada")), links={"a:1": "u:ada"}))
        assert await store.load(["a:1", "u:ad", "u:adaa"]) == [None, None, None]

    async def test_nothing_asked_nothing_found(self, store: ProfileStore) -> None:
        assert await store.load([]) == []

    async def test_each_load_gives_objects_of_its_own(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, profiles=profiles(full_profile())))
        one, twin = await store.load(["u:ada", "u:ada"])
        assert one is not None
        one.version = 99
        one.traits["name"] = "changed"
        one.tags.clear()
        assert twin == full_profile()
        assert await store.load(["u:ada"]) == [full_profile()]

    async def test_what_a_caller_does_to_a_committed_profile_afterwards_is_not_stored(
        self, store: ProfileStore
    ) -> None:
        profile = full_profile()
        await store.commit(Commit(0, 1, profiles=profiles(profile)))
        profile.version = 99
        profile.signals.clear()
        assert await store.load(["u:ada"]) == [full_profile()]

    async def test_a_later_commit_replaces_the_whole_profile(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, profiles=profiles(full_profile())))
        await store.commit(Commit(0, 2, profiles=profiles(Profile("u:ada", version=18))))
        assert await store.load(["u:ada"]) == [Profile("u:ada", version=18)]

    async def test_deleted_ones_are_gone_and_may_come_back(self, open_store: OpenStore) -> None:
        store = await open_store()
        await store.commit(Commit(0, 1, profiles=profiles(Profile("a:1"), Profile("a:2"))))
        await store.commit(Commit(0, 2, deleted={"a:1", "a:never"}))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.load(["a:1", "a:2"]) == [None, Profile("a:2")]
        store = await open_store()
        await store.commit(Commit(0, 3, profiles=profiles(Profile("a:1", version=2))))
        assert await store.load(["a:1"]) == [Profile("a:1", version=2)]

    async def test_deleted_and_written_in_one_commit_is_written(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, profiles=profiles(Profile("a:1")), deleted={"a:1"}))
        assert await store.load(["a:1"]) == [Profile("a:1")]

    @pytest.mark.parametrize("odd", ["a:", "a:\x00", "u:ü\N{SNOWMAN}", "a:" + "x" * 1000, "u:a/b?c=d e", "u:{x}"])
    async def test_any_id_will_do(self, store: ProfileStore, odd: str) -> None:
        timer = Timer(NOON, odd, "t")
        await store.commit(
            Commit(0, 1, {odd: Profile(odd)}, links={"a:link": odd}, timers_set={timer}, seen={odd: NOON})
        )
        assert await store.load([odd]) == [Profile(odd)]
        assert await store.resolve(["a:link"]) == [odd]
        assert await store.due(NOON, 10) == [timer]
        assert await store.seen(0, [odd]) == {odd: NOON}


class TestLinks:
    async def test_an_id_without_a_link_leads_to_itself(self, store: ProfileStore) -> None:
        assert await store.resolve(["a:1", "u:ada"]) == ["a:1", "u:ada"]
        assert await store.resolve([]) == []

    async def test_a_link_leads_to_its_profile(self, open_store: OpenStore) -> None:
        store = await open_store()
        await store.commit(Commit(0, 1, links={"a:1": "u:ada", "a:2": "u:ada"}))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.resolve(["a:1", "a:3", "a:2", "a:1"]) == ["u:ada", "a:3", "u:ada", "u:ada"]

    async def test_a_chain_is_followed_to_its_end(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, links={"a:1": "a:2"}))
        await store.commit(Commit(0, 2, links={"a:2": "u:ada"}))
        await store.commit(Commit(0, 3, links={"u:ada": "u:lovelace"}))
        assert await store.resolve(["a:1", "a:2", "u:ada", "u:lovelace"]) == ["u:lovelace"] * 4

    async def test_a_later_link_replaces_an_earlier_one(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, links={"a:1": "u:ada"}))
        await store.commit(Commit(0, 2, links={"a:1": "u:bob"}))
        assert await store.resolve(["a:1"]) == ["u:bob"]


class TestSeen:
    async def test_finds_those_folded_and_no_others(self, open_store: OpenStore) -> None:
        store = await open_store()
        await store.commit(Commit(0, 1, seen={"m1": NOON, "m2": NOON + 1}))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.seen(0, ["m0", "m1", "m2", "m"]) == {"m1": NOON, "m2": NOON + 1}
            assert await opened.seen(0, ["m0"]) == {}
            assert await opened.seen(0, []) == {}

    async def test_belongs_to_its_partition(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, seen={"m": NOON}))
        await store.commit(Commit(1, 1, seen={"n": NOON}))
        assert await store.seen(0, ["m", "n"]) == {"m": NOON}
        assert await store.seen(1, ["m", "n"]) == {"n": NOON}

    @pytest.mark.parametrize("hour", range(0, 48, 3))
    async def test_reaches_24_hours_back_at_any_hour(self, open_store: OpenStore, hour: int) -> None:
        store = await open_store()
        now = NOON + hour * HOUR
        await store.commit(Commit(0, 1, seen={"older": now - 3 * DAY}))
        await store.commit(Commit(0, 2, seen={"yesterday": now - DAY, "too old": now - DAY - 1}))
        await store.commit(Commit(0, 3, seen={"half a day ago": now - DAY // 2}))
        await store.commit(Commit(0, 4, seen={"now": now}))
        asked = ["older", "too old", "yesterday", "half a day ago", "now"]
        async for opened in before_and_after_restart(store, open_store):
            seen = await opened.seen(0, asked)
            assert {name for name, at in seen.items() if at >= now - DAY} == {"yesterday", "half a day ago", "now"}

    async def test_received_again_counts_from_the_later_time(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, seen={"m": NOON}))
        await store.commit(Commit(0, 2, seen={"m": NOON + 30 * HOUR}))
        assert await store.seen(0, ["m"]) == {"m": NOON + 30 * HOUR}


class TestTimers:
    async def test_due_ones_come_earliest_first(self, open_store: OpenStore) -> None:
        store = await open_store()
        timers = [Timer(NOON + n * 1000, f"a:{9 - n}", "idle") for n in range(6)]
        await store.commit(Commit(0, 1, timers_set=set(timers)))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.due(NOON + 3000, 10) == timers[:4]
            assert await opened.due(NOON - 1, 10) == []
            assert await opened.due(NOON + DAY, 10) == timers

    async def test_no_more_than_asked_for(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, timers_set={Timer(NOON + n, "a:1", "t") for n in range(10)}))
        assert await store.due(NOON + DAY, 3) == [Timer(NOON + n, "a:1", "t") for n in range(3)]

    async def test_stay_until_they_are_unset(self, open_store: OpenStore) -> None:
        store = await open_store()
        early, late = Timer(NOON, "a:1", "t"), Timer(NOON + 1, "a:1", "t")
        await store.commit(Commit(0, 1, timers_set={early, late}))
        assert await store.due(NOON + 1, 10) == [early, late]
        assert await store.due(NOON + 1, 10) == [early, late]
        await store.commit(Commit(0, 2, timers_unset={early}))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.due(NOON + 1, 10) == [late]

    async def test_one_set_later_may_be_due_earlier(self, store: ProfileStore) -> None:
        late, early = Timer(NOON + 10, "a:1", "t"), Timer(NOON + 5, "a:2", "t")
        await store.commit(Commit(0, 1, timers_set={late}))
        assert await store.due(NOON + 10, 10) == [late]
        await store.commit(Commit(0, 2, timers_set={early}))
        assert await store.due(NOON + 10, 10) == [early, late]
        await store.commit(Commit(0, 3, timers_unset={early, late}))
        assert await store.due(NOON + 10, 10) == []
        await store.commit(Commit(0, 4, timers_set={Timer(1, "a:3", "t")}))
        assert await store.due(NOON, 10) == [Timer(1, "a:3", "t")]

    async def test_many_may_be_due_at_one_moment(self, store: ProfileStore) -> None:
        timers = {Timer(NOON, f"a:{n}", name) for n in range(3) for name in ("idle", "dwell")}
        await store.commit(Commit(0, 1, timers_set=timers))
        found = await store.due(NOON, 10)
        assert len(found) == 6
        assert set(found) == timers

    async def test_unsetting_what_is_not_there_is_no_error(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, timers_unset={Timer(NOON, "a:1", "t")}))
        assert await store.due(NOON, 10) == []

    async def test_those_of_all_partitions_are_found(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, timers_set={Timer(NOON, "a:1", "t")}))
        await store.commit(Commit(1, 1, timers_set={Timer(NOON - 1, "a:2", "t")}))
        assert await store.due(NOON, 10) == [Timer(NOON - 1, "a:2", "t"), Timer(NOON, "a:1", "t")]


class TestCount:
    async def test_counts_each_profile_once_however_often_it_is_written(self, open_store: OpenStore) -> None:
        store = await open_store()
        assert await store.count() == 0
        for n in range(30):
            await store.commit(Commit(0, n, profiles=profiles(Profile("a:1", version=n), Profile("a:2", version=n))))
        await store.commit(Commit(1, 1, profiles=profiles(Profile("a:3"))))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.count() == 3

    async def test_counts_down_what_is_deleted(self, store: ProfileStore) -> None:
        await store.commit(Commit(0, 1, profiles=profiles(*(Profile(f"a:{n}") for n in range(10)))))
        await store.commit(Commit(0, 2, deleted={"a:1", "a:2", "a:none"}))
        assert await store.count() == 8

    async def test_is_near_the_truth_for_many(self, store: ProfileStore) -> None:
        for start in range(0, 5_000, 100):
            made = {f"a:{n}": Profile(f"a:{n}") for n in range(start, start + 100)}
            await store.commit(Commit(0, start, profiles=made))
        assert await store.count() == pytest.approx(5_000, rel=0.1)


async def test_a_commit_changes_all_its_parts_together(open_store: OpenStore) -> None:
    store = await open_store()
    old = Timer(NOON, "a:1", "idle")
    await store.commit(Commit(0, 1, profiles=profiles(Profile("a:1", version=1)), timers_set={old}, seen={"m1": NOON}))
    new = Timer(NOON + 1, "u:ada", "idle")
    merge = Commit(0, 2, profiles(full_profile()), {"a:1"}, {"a:1": "u:ada"}, {new}, {old}, {"m2": NOON})
    await store.commit(merge)
    async for opened in before_and_after_restart(store, open_store):
        assert await opened.load(["a:1", "u:ada"]) == [None, full_profile()]
        assert await opened.resolve(["a:1"]) == ["u:ada"]
        assert await opened.due(NOON + 1, 10) == [new]
        assert await opened.seen(0, ["m1", "m2"]) == {"m1": NOON, "m2": NOON}
        assert await opened.position(0) == 2
        assert await opened.count() == 1


class TestNotes:
    async def test_the_last_one_under_a_name_is_there_after_a_restart(self, open_store: OpenStore) -> None:
        store = await open_store()
        assert await store.note("timeline:0") is None
        await store.commit(Commit(0, 1, notes={"timeline:0": b"one", "other": b""}))
        await store.commit(Commit(0, 2, notes={"timeline:0": b"two"}))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.note("timeline:0") == b"two"
            assert await opened.note("other") == b""


class TestOutbox:
    async def test_calls_wait_in_order_until_they_are_settled(self, open_store: OpenStore) -> None:
        store = await open_store()
        await store.commit(Commit(0, 1, outbox={"b": b"second", "a": b"first", "c": b"third"}))
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.outbox(2) == [("a", b"first"), ("b", b"second")]
            assert await opened.outbox(2, after="a") == [("b", b"second"), ("c", b"third")]
            assert await opened.outbox(2, after="c") == []
        store = await open_store()
        await store.settle(["a", "c", "never"])
        async for opened in before_and_after_restart(store, open_store):
            assert await opened.outbox(10) == [("b", b"second")]


class TestIds:
    async def test_every_profile_is_found_once_from_cursor_to_cursor(self, store: ProfileStore) -> None:
        names = sorted(f"a:{number}" for number in range(25))
        await store.commit(Commit(0, 1, profiles=profiles(*map(Profile, [*names, "u:ada"]))))
        await store.commit(Commit(0, 2, deleted={"a:7"}))
        found: list[str] = []
        cursor = ""
        while True:
            some, cursor = await store.ids(cursor, 10)
            assert len(some) <= 10
            found += some
            if not cursor:
                break
        assert sorted(found) == sorted({*names, "u:ada"} - {"a:7"})

    async def test_an_empty_store_has_none(self, store: ProfileStore) -> None:
        assert await store.ids("", 10) == ([], "")
