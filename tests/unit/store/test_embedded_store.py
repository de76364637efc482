"""What is particular to the embedded store: its folder, reading at rest, links in a circle, days that are dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rocksdict import WriteBatch

from befit.errors import BefitError, SettingsError, Unavailable
from befit.model import Profile
from befit.rocksdb import Database
from befit.store import Commit, Timer
from befit.store.embedded import EmbeddedStore

DAY = 86_400_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EmbeddedStore]:
    store = EmbeddedStore(f"embedded:{tmp_path}")
    await store.open()
    yield store
    await store.close()


async def test_is_of_one_process_at_a_time(store: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"store is in use by another befit process: stop that one"):
        await EmbeddedStore(f"embedded:{tmp_path}").open()


async def test_can_be_read_but_not_written_with_mode_ro(store: EmbeddedStore, tmp_path: Path) -> None:
    timer = Timer(5, "a:1", "t")
    await store.commit(Commit(0, 9, {"a:1": Profile("a:1")}, links={"a:2": "a:1"}, timers_set={timer}, seen={"m": 7}))
    reader = EmbeddedStore(f"embedded:{tmp_path}?mode=ro")
    await reader.open()
    assert await reader.load(["a:1"]) == [Profile("a:1")]
    assert await reader.resolve(["a:2"]) == ["a:1"]
    assert await reader.due(5, 10) == [timer]
    assert await reader.seen(0, ["m"]) == {"m": 7}
    assert await reader.position(0) == 9
    assert await reader.count() == 1
    with pytest.raises(Unavailable, match="open for reading only"):
        await reader.commit(Commit(0, 10))
    await reader.close()


async def test_reading_where_nothing_was_written_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere/store holds no data yet"):
        await EmbeddedStore(f"embedded:{tmp_path}/nowhere?mode=ro").open()
    assert not (tmp_path / "nowhere").exists()


def test_a_url_that_cannot_be_used_says_what_to_write() -> None:
    with pytest.raises(SettingsError, match="unknown option 'partitions'; known: mode"):
        EmbeddedStore("embedded:data?partitions=2")


async def test_links_in_a_circle_are_an_error_and_not_an_endless_loop(store: EmbeddedStore) -> None:
    await store.commit(Commit(0, 1, links={"a:1": "a:2", "a:2": "a:1"}))
    with pytest.raises(BefitError, match="'a:1' lead in a circle"):
        await store.resolve(["a:0", "a:1"])


async def test_message_ids_of_days_gone_by_are_dropped(store: EmbeddedStore) -> None:
    for day in range(100, 130):
        await store.commit(Commit(0, day, seen={f"m{n}": day * DAY + n for n in range(50)}))
        await store.commit(Commit(1, day, seen={"other partition": day * DAY}))
    assert len(list(store._database.families["seen"].keys())) == 2 * 51


async def test_a_late_id_of_a_dropped_day_does_not_stay(store: EmbeddedStore) -> None:
    await store.commit(Commit(0, 1, seen={"today": 100 * DAY}))
    await store.commit(Commit(0, 2, seen={"long ago": 7 * DAY, "yesterday": 99 * DAY}))
    assert await store.seen(0, ["today", "yesterday", "long ago"]) == {"today": 100 * DAY, "yesterday": 99 * DAY}
    assert len(list(store._database.families["seen"].keys())) == 2


async def test_a_commit_is_one_write(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    really_write = Database.write

    async def write(database: Database, build: Callable[[], WriteBatch]) -> None:
        written.append(len(build()))
        await really_write(database, build)

    monkeypatch.setattr(Database, "write", write)
    timer = Timer(5, "a:1", "t")
    await store.commit(Commit(0, 9, {"a:1": Profile("a:1")}, {"a:3"}, {"a:2": "a:1"}, {timer}, {timer}, {"m": 7}))
    assert written == [7]  # profile, deletion, link, timer set and unset, message id, position


async def test_committing_to_a_closed_store_is_refused(tmp_path: Path) -> None:
    store = EmbeddedStore(f"embedded:{tmp_path}")
    await store.open()
    await store.close()
    with pytest.raises(Unavailable, match="is closed"):
        await store.commit(Commit(0, 1))
