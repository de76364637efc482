"""Whatever is committed and reopened in whatever order: the embedded store behaves like a few dicts."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from befit.model import Profile
from befit.store import Commit, Timer
from befit.store.embedded import EmbeddedStore

HOUR = 3_600_000
DAY = 24 * HOUR
START = 20_000 * DAY + 7 * HOUR

partitions = st.integers(0, 1)
ranks = [f"a:{n}" for n in range(8)] + ["u:\x00", "u:ada", "u:ü"]
ids = st.sampled_from(ranks)
made = st.builds(
    Profile,
    id=st.just(""),
    version=st.integers(0, 2**40),
    traits=st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=9), st.integers(-9, 9), st.booleans())),
)
timers = st.builds(Timer, st.integers(START, START + 20), ids, st.sampled_from(["idle", "dwell", ""]))
messages = st.sampled_from([f"m{n}" for n in range(20)])
# Links lead from a lower to a higher rank, as merges do: never in a circle.
links = st.tuples(ids, ids).filter(lambda pair: ranks.index(pair[0]) < ranks.index(pair[1]))


class StoreModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="befit-store-"))
        self.runner = asyncio.Runner()
        self.now = START
        self.positions = {0: 0, 1: 0}
        self.profiles: dict[str, Profile] = {}
        self.links: dict[str, str] = {}
        self.timers: set[Timer] = set()
        self.seen: dict[tuple[int, str], int] = {}
        self.open()

    def open(self) -> None:
        self.store = EmbeddedStore(f"embedded:{self.folder}")
        self.runner.run(self.store.open())

    @rule(
        partition=partitions,
        folded=st.integers(0, 100),
        written=st.dictionaries(ids, made, max_size=4),
        deleted=st.sets(ids, max_size=3),
        linked=st.lists(links, max_size=3),
        timers_set=st.sets(timers, max_size=5),
        timers_unset=st.sets(timers, max_size=5),
        received=st.dictionaries(messages, st.integers(0, 30 * 60_000), max_size=5),
    )
    def commit(
        self,
        partition: int,
        folded: int,
        written: dict[str, Profile],
        deleted: set[str],
        linked: list[tuple[str, str]],
        timers_set: set[Timer],
        timers_unset: set[Timer],
        received: dict[str, int],
    ) -> None:
        profiles = {
            profile_id: Profile(profile_id, version=one.version, traits=one.traits)
            for profile_id, one in written.items()
        }
        seen = {message: self.now - ago for message, ago in received.items()}
        position = self.positions[partition] + folded
        self.runner.run(
            self.store.commit(
                Commit(partition, position, profiles, deleted, dict(linked), timers_set, timers_unset, seen)
            )
        )
        self.positions[partition] = position
        for profile_id in deleted:
            self.profiles.pop(profile_id, None)
        self.profiles |= profiles
        self.links |= dict(linked)
        self.timers = self.timers - timers_unset | timers_set
        self.seen |= {(partition, message): at for message, at in seen.items()}

    @rule(hours=st.integers(0, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(asked=st.lists(ids, max_size=6))
    def load_and_resolve(self, asked: list[str]) -> None:
        assert self.runner.run(self.store.load(asked)) == [self.profiles.get(profile_id) for profile_id in asked]
        assert self.runner.run(self.store.resolve(asked)) == [self.end_of(profile_id) for profile_id in asked]

    def end_of(self, profile_id: str) -> str:
        while profile_id in self.links:
            profile_id = self.links[profile_id]
        return profile_id

    @rule(now=st.integers(START - 1, START + 21), limit=st.integers(1, 30))
    def due(self, now: int, limit: int) -> None:
        found = self.runner.run(self.store.due(now, limit))
        expected = sorted(timer for timer in self.timers if timer.due <= now)
        assert [timer.due for timer in found] == [timer.due for timer in expected[:limit]]
        assert len(set(found)) == len(found)
        assert set(found) <= set(expected)

    @rule(partition=partitions, asked=st.sets(messages), back=st.integers(0, DAY - HOUR))
    def seen_within_a_day(self, partition: int, asked: set[str], back: int) -> None:
        since = self.now - back
        known = {message: self.seen[partition, message] for message in asked if (partition, message) in self.seen}
        found = self.runner.run(self.store.seen(partition, sorted(asked)))
        assert {m: at for m, at in found.items() if at >= since} == {m: at for m, at in known.items() if at >= since}

    @rule()
    def positions_are_those_of_the_last_commits(self) -> None:
        for partition, position in self.positions.items():
            assert self.runner.run(self.store.position(partition)) == position

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.store.close())
        self.open()

    def teardown(self) -> None:
        self.load_and_resolve(list(ranks))
        self.due(START + 100, 1_000)
        self.positions_are_those_of_the_last_commits()
        self.runner.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)


TestStoreModel = StoreModel.TestCase
TestStoreModel.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
