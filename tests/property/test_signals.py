"""Every signal kind equals a naive recomputation from the full history, late and out-of-order events included."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from befit.engine.signals import FAINT, Affinity, Distinct, Kind, Scalar, Sliding, Total

WITHIN = 1_000
times = st.integers(0, 5_000)
amounts = st.integers(-50, 50)
histories = st.lists(st.tuples(times, amounts), min_size=1, max_size=60)


def replayed(kind: Kind, history: list[tuple[int, Any]]) -> Any:
    state = None
    for time, value in history:
        state = kind.update(state, time, value)
    return state


def newest(history: list[tuple[int, int]]) -> int:
    return max(time for time, _ in history)


@given(histories, st.integers(0, 2_000))
def test_sliding_count_and_sum_hold_exactly_the_events_in_the_half_open_window(
    history: list[tuple[int, int]], later: int
) -> None:
    now = newest(history) + later
    inside = [value for time, value in history if now - WITHIN < time <= now]
    count, total = Sliding(0, True, WITHIN), Sliding(0, False, WITHIN)
    assert count.read(replayed(count, history), now) == len(inside)
    assert total.read(replayed(total, history), now) == sum(inside)


@given(histories)
def test_lifetime_count_and_sum_do_not_depend_on_the_order_of_arrival(history: list[tuple[int, int]]) -> None:
    count, total = Total(0, True), Total(0, False)
    assert count.read(replayed(count, history[::-1]), 0) == len(history)
    assert total.read(replayed(total, history[::-1]), 0) == sum(value for _, value in history)


@given(histories)
def test_last_and_first_go_by_event_time_and_not_by_arrival(history: list[tuple[int, int]]) -> None:
    last, first = Scalar(True, None), Scalar(False, None)
    latest = [value for time, value in history if time == newest(history)]
    earliest_time = min(time for time, _ in history)
    earliest = [value for time, value in history if time == earliest_time]
    assert last.read(replayed(last, history), 10_000) == latest[-1]
    assert first.read(replayed(first, history), 10_000) == earliest[0]


@given(histories, st.integers(0, 2_000))
def test_distinct_counts_different_values_in_the_window(history: list[tuple[int, int]], later: int) -> None:
    now = newest(history) + later
    windowed, lifetime = Distinct(WITHIN), Distinct(0)
    inside = {value for time, value in history if now - WITHIN < time <= now}
    assert windowed.read(replayed(windowed, history), now) == len(inside)
    assert lifetime.read(replayed(lifetime, history), now) == len({value for _, value in history})


@given(
    st.lists(st.tuples(times, st.sampled_from("abc"), st.integers(1, 10)), min_size=1, max_size=40),
    st.integers(0, 1_000),
)
def test_affinity_is_the_sum_of_weights_each_halved_every_half_life(
    history: list[tuple[int, str, int]], later: int
) -> None:
    kind = Affinity(half_life=700)
    now = max(time for time, _, _ in history) + later
    scores = kind.read(replayed(kind, [(time, (key, weight)) for time, key, weight in history]), now)
    for key in {key for _, key, _ in history}:
        naive = sum(weight * 0.5 ** ((now - time) / 700) for time, name, weight in history if name == key)
        assert scores.get(key, 0.0) == (pytest.approx(naive) if naive >= FAINT else 0.0)
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


@pytest.mark.parametrize(
    "kind",
    [
        Total(0, True),
        Total(0, False),
        Sliding(0, True, WITHIN),
        Sliding(0, False, WITHIN),
        Distinct(0),
        Distinct(WITHIN),
    ],
)
@given(st.lists(st.tuples(times, amounts, st.integers(0, 2)), min_size=3, max_size=60))
def test_a_history_split_over_devices_and_merged_equals_the_whole(
    kind: Kind, history: list[tuple[int, int, int]]
) -> None:
    states = [replayed(kind, [(t, v) for t, v, device in history if device == n]) for n in range(3)]
    parts = [state for state in states if state is not None]
    whole = replayed(kind, [(t, v) for t, v, _ in history])
    now = max(t for t, _, _ in history)
    for order in (parts, parts[::-1]):
        merged = order[0]
        for part in order[1:]:
            merged = kind.merge(merged, part)
        assert kind.read(merged, now) == kind.read(whole, now)


@given(st.integers(200, 1_000))
def test_a_busy_sliding_window_stays_small_and_off_by_at_most_one_bucket(count: int) -> None:
    kind = Sliding(0, True, 64_000)
    history = [(n * 50, 0) for n in range(count)]
    state = replayed(kind, history)
    now = history[-1][0] + 20_000
    exact = sum(1 for time, _ in history if now - 64_000 < time <= now)
    assert len(state) <= 192
    assert exact <= kind.read(state, now) <= exact + 1_000 // 50 + 1


def test_an_affinity_fades_away() -> None:
    kind = Affinity(half_life=1_000)
    state = kind.update(None, 0, ("books", 1))
    assert list(kind.read(state, 6_000)) == ["books"]
    assert kind.read(state, 7_000) == {}
