"""Where a signal kind stops being exact, its value stays within the bound that it states, also after merges."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from befit.engine.kinds.affinity import Affinity
from befit.engine.kinds.distinct import Distinct, RecentDistinct
from befit.engine.kinds.hyperloglog import estimate, sketch, unite
from befit.engine.kinds.kind import Kind
from befit.engine.kinds.moments import Streak
from befit.engine.kinds.numbers import INT_MAX, Extreme, Mean, Total
from befit.engine.kinds.top import RecentTop, Top
from befit.engine.kinds.windows import Sliding, SlidingTotal
from befit.engine.limits import (
    AFFINITY_KEYS,
    DISTINCT_VALUES,
    STREAK_RUNS,
    TOP_EVENTS,
    TOP_KEYS,
    WINDOW_ENTRIES,
)
from tests.histories import Happened, merged, state_of

WITHIN = 6_400
BUCKET = WITHIN // 64
seeds = st.integers(0, 10_000)


def busy(seed: int, count: int) -> list[Happened]:
    """Many events on three devices, most of them about in order of time."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        late = dice.choice((0, 0, 0, dice.randrange(3_000)))
        found.append(Happened(max(0, number * 20 - late), dice.randint(-50, 50), dice.randrange(3)))
    return found


def values(history: list[Happened], start: int, end: int) -> list[int]:
    """The values of events in (start, end]."""
    return [event.value for event in history if start < event.time <= end]


@settings(max_examples=30)
@given(seeds, st.integers(300, 900), st.integers(0, WITHIN // 2))
def test_a_busy_sliding_window_stays_small_and_is_off_by_at_most_one_bucket(seed: int, count: int, later: int) -> None:
    history = busy(seed, count)
    kind = SlidingTotal(0, True, WITHIN)
    state = state_of(kind, history)
    now = max(event.time for event in history) + later
    assert len(state) <= WINDOW_ENTRIES
    least, most = values(history, now - WITHIN, now), values(history, now - WITHIN - BUCKET, now)
    assert len(least) <= kind.read(state, now) <= len(most)


@settings(max_examples=30)
@given(seeds, st.integers(300, 900), st.integers(0, WITHIN // 2))
def test_a_busy_window_has_its_extremes_and_mean_from_the_window_or_the_bucket_before(
    seed: int, count: int, later: int
) -> None:
    history = busy(seed, count)
    now = max(event.time for event in history) + later
    within, before = values(history, now - WITHIN, now), values(history, now - WITHIN - BUCKET, now)
    least, mean = Sliding(Extreme(True, int, None), WITHIN), Sliding(Mean(), WITHIN)
    assert min(before) <= least.read(state_of(least, history), now) <= min(within)
    extra = sorted(before)
    for value in within:
        extra.remove(value)
    low, high = (extreme_mean(within, each, pick) for each, pick in ((extra, min), (extra[::-1], max)))
    assert low - 1e-9 <= mean.read(state_of(mean, history), now) <= high + 1e-9


def extreme_mean(values: list[int], extra: list[int], pick: Callable[..., float]) -> float:
    """The least (greatest) mean of the values and some of the extra ones, which are in ascending (descending) order."""
    return pick(sum(values + extra[:n]) / (len(values) + n) for n in range(len(extra) + 1))


@pytest.mark.parametrize("true", [257, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000])
def test_distinct_beyond_its_exact_range_is_off_by_two_to_three_percent(true: int) -> None:
    errors = []
    for salt in range(10):
        keys = [f"{salt}-{number}" for number in range(true)]
        errors.append(estimate(sketch(keys)) / true - 1)
    assert (sum(error * error for error in errors) / len(errors)) ** 0.5 <= 0.03
    assert max(map(abs, errors)) <= 0.07


@given(st.lists(st.lists(st.integers(0, 600)), min_size=3, max_size=3), st.integers(0, 600))
def test_distinct_is_a_function_of_the_set_of_values_however_they_were_split(
    parts: list[list[int]], filled: int
) -> None:
    kind = Distinct()
    history = [Happened(0, f"v{value}", device) for device, part in enumerate(parts) for value in part]
    history += [Happened(0, f"v{value}", value % 3) for value in range(filled)]
    if not history:
        return
    split = state_of(kind, history)
    whole = state_of(kind, [Happened(0, event.value) for event in reversed(history)])
    assert split == whole
    true = len({event.value for event in history})
    value = kind.read(split, 0)
    assert value == true if true <= DISTINCT_VALUES else abs(value - true) <= 0.1 * true


def test_sketches_unite_to_the_sketch_of_the_union() -> None:
    one, other = [f"a{n}" for n in range(3_000)], [f"a{n}" for n in range(2_000, 6_000)]
    assert unite(sketch(one), sketch(other)) == sketch([*one, *other])
    assert estimate(sketch([])) == 0


@settings(max_examples=30)
@given(seeds, st.integers(200, 600), st.integers(0, 4_000))
def test_distinct_in_a_window_counts_on_to_its_limit_and_stays_there(seed: int, different: int, later: int) -> None:
    dice = random.Random(seed)
    kind = RecentDistinct(WITHIN)
    history = [
        Happened(max(0, number * 10 - dice.choice((0, 0, 500))), f"v{dice.randrange(different)}", dice.randrange(3))
        for number in range(1_000)
    ]
    now = max(event.time for event in history) + later
    true = len({event.value for event in history if now - WITHIN < event.time <= now})
    state = state_of(kind, history)
    assert kind.read(state, now) == min(true, DISTINCT_VALUES)
    assert len(state) <= DISTINCT_VALUES


@settings(max_examples=30)
@given(seeds, st.integers(65, 400), st.integers(1, 4))
def test_top_knows_every_key_that_came_more_often_than_one_in_sixty_four(
    seed: int, different: int, devices: int
) -> None:
    dice = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(different)]
    drawn = dice.choices([f"k{number}" for number in range(different)], weights, k=3_000)
    kind = Top(TOP_KEYS)
    states: list[Any] = [None] * devices
    for key in drawn:
        at = dice.randrange(devices)
        states[at] = kind.update(states[at], 0, key)
    state = merged(kind, states)
    counts = Counter(drawn)
    bound = len(drawn) / TOP_KEYS
    assert len(state) <= TOP_KEYS
    for key, count in counts.items():
        assert count - bound <= state.get(key, 0) <= count
    listed = kind.read(state, 0)
    assert {key for key, count in counts.items() if count > bound} <= set(listed)
    for place, key in enumerate(listed[:5]):
        assert counts[key] >= counts.most_common()[place][1] - 2 * bound


@settings(max_examples=30)
@given(seeds)
def test_top_in_a_window_counts_the_newest_events(seed: int) -> None:
    dice = random.Random(seed)
    kind = RecentTop(5, WITHIN)
    history = [Happened(dice.randrange(20_000), dice.choice("abcdefg"), dice.randrange(3)) for _ in range(500)]
    now = max(event.time for event in history)
    recent = sorted((event.time, event.value) for event in history if event.time > now - WITHIN)[-TOP_EVENTS:]
    counts = Counter(key for _, key in recent)
    assert kind.read(state_of(kind, history), now) == sorted(counts, key=lambda key: (-counts[key], key))[:5]


@settings(max_examples=20)
@given(seeds)
def test_an_affinity_keeps_its_best_keys(seed: int) -> None:
    dice = random.Random(seed)
    kind = Affinity(half_life=1_000_000)
    one, other = (
        {f"{device}{number}": [dice.uniform(1, 100), dice.randrange(1_000)] for number in range(AFFINITY_KEYS)}
        for device in "ab"
    )
    joined = kind.merge(one, other)
    best = sorted(kind.read({**one, **other}, 1_000).items(), key=lambda item: -item[1])[:AFFINITY_KEYS]
    assert list(kind.read(joined, 1_000)) == [key for key, _ in best]
    assert len(joined) == AFFINITY_KEYS


@given(st.sets(st.integers(0, 200), min_size=1, max_size=80), st.randoms())
def test_a_streak_is_never_longer_than_it_was_and_exact_while_few_gaps_are_left(
    marked: set[int], dice: random.Random
) -> None:
    kind = Streak(1_000)
    order = sorted(marked)
    shuffled = order[:]
    dice.shuffle(shuffled)
    now = order[-1] * 1_000 + 999
    true = next(length for length in range(1, 300) if order[-1] - length not in marked)
    in_order, mixed = (state_of(kind, [Happened(n * 1_000, None) for n in each]) for each in (order, shuffled))
    assert kind.read(in_order, now) == true
    assert 1 <= kind.read(mixed, now) <= true
    if len(marked) <= STREAK_RUNS:
        assert mixed == in_order


def test_sums_of_ints_stop_at_the_ends_of_their_range() -> None:
    for kind in (Total(0, False), SlidingTotal(0, False, WITHIN)):
        for sign in (1, -1):
            state = state_of(kind, [Happened(5, sign * INT_MAX), Happened(5, sign * INT_MAX), Happened(5, sign)])
            assert kind.read(state, 5) == sign * INT_MAX


def test_an_affinity_fades_away_and_does_not_grow_before_its_time() -> None:
    kind: Kind = Affinity(half_life=1)
    state = kind.update(None, 5_000, ("books", 1))
    assert kind.read(state, 0) == {"books": 1.0}
    assert list(kind.read(state, 5_006)) == ["books"]
    assert kind.read(state, 5_007) == {}
