"""Every signal kind equals a naive recomputation from the full history: late and out-of-order events, windows, merges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from befit.cel import Duration
from befit.engine.kinds.affinity import FAINT
from befit.engine.kinds.kind import MISSING, Kind
from befit.engine.kinds.windows import period_of
from befit.engine.signals import kind_of
from befit.model import Signal
from tests.histories import Arrival, Happened, events, histories, merged, state_of

WITHIN = 1_000
EACH = 700
ORIGIN = 4 * 86_400_000
numbers = st.integers(-50, 50)
keys = st.sampled_from(["a", "b", "c", "a longer key than fits as it is", "ä"])

Naive = Callable[[list[Happened], int], Any]


class Case(NamedTuple):
    """A signal, what it takes from events, and its value by the definition: of the events in its window, at `now`."""

    signal: Signal
    values: st.SearchStrategy[Any]
    naive: Naive


def top(inside: list[Happened], now: int) -> list[str]:
    counts = Counter(event.value for event in inside)
    return sorted(counts, key=lambda key: (-counts[key], key))[:3]


def streak(history: list[Happened], now: int) -> int:
    marked = {(event.time - ORIGIN) // EACH for event in history}
    current = (now - ORIGIN) // EACH
    last = current if current in marked else current - 1
    length = 0
    while last - length in marked:
        length += 1
    return length


def mean(inside: list[Happened], now: int) -> Any:
    return sum(event.value for event in inside) / len(inside)


WINDOWS: list[dict[str, Any]] = [
    {},
    {"window": "sliding", "within_ms": WITHIN},
    {"window": "tumbling", "each_ms": EACH},
]
CASES = [
    *(Case(Signal(name="s", kind="count", type="int", **w), st.none(), lambda e, now: len(e)) for w in WINDOWS),
    *(
        Case(Signal(name="s", kind="sum", type="int", **w), numbers, lambda e, _: sum(x.value for x in e))
        for w in WINDOWS
    ),
    *(
        Case(Signal(name="s", kind="min", type="int", **w), numbers, lambda e, _: min(x.value for x in e))
        for w in WINDOWS
    ),
    *(
        Case(Signal(name="s", kind="max", type="int", **w), numbers, lambda e, _: max(x.value for x in e))
        for w in WINDOWS
    ),
    *(Case(Signal(name="s", kind="mean", type="double", **w), numbers, mean) for w in WINDOWS),
    *(
        Case(Signal(name="s", kind="distinct", type="int", **w), keys, lambda e, now: len({x.value for x in e}))
        for w in WINDOWS
    ),
    *(Case(Signal(name="s", kind="top", type="list(string)", limit=3, **w), keys, top) for w in WINDOWS),
    Case(
        Signal(name="s", kind="rate", type="double", window="sliding", within_ms=WITHIN, per_ms=100),
        st.none(),
        lambda e, now: len(e) * 100 / WITHIN,
    ),
    Case(
        Signal(name="s", kind="recency", type="duration"),
        st.none(),
        lambda e, now: Duration.from_ms(now - max(x.time for x in e)),
    ),
    Case(Signal(name="s", kind="streak", type="int", each_ms=EACH), st.none(), streak),
]


def inside(signal: Signal, history: Sequence[Happened], now: int) -> list[Happened]:
    """The events in the window of a signal at `now`."""
    if signal.window == "sliding":
        return [event for event in history if now - WITHIN < event.time <= now]
    if signal.window == "tumbling":
        return [event for event in history if (event.time - ORIGIN) // EACH == (now - ORIGIN) // EACH]
    return list(history)


def name_of(case: Case) -> str:
    return f"{case.signal.kind}-{case.signal.window}"


def made(signal: Signal) -> Kind:
    kind = kind_of(signal)
    assert kind is not None
    return kind


def value_of(kind: Kind, state: Any, now: int) -> Any:
    """The value as conditions see it; MISSING while it is not known."""
    try:
        return kind.empty if state is None else kind.read(state, now)
    except KeyError:
        return MISSING


@pytest.mark.parametrize("case", CASES, ids=name_of)
@given(data=st.data(), later=st.integers(0, 2_000))
def test_a_value_is_that_of_the_full_history(case: Case, data: st.DataObject, later: int) -> None:
    kind = made(case.signal)
    history = data.draw(histories(case.values))
    now = max(event.time for event in events(history)) + later
    value = value_of(kind, state_of(kind, history), now)
    window = inside(case.signal, events(history), now)
    expected = case.naive(window, now) if window else kind.empty
    assert value == (pytest.approx(expected) if case.signal.kind == "mean" and window else expected)


@pytest.mark.parametrize("case", CASES, ids=name_of)
@given(data=st.data())
def test_merging_is_commutative_and_associative_and_changes_neither_side(case: Case, data: st.DataObject) -> None:
    kind = made(case.signal)
    parts = [data.draw(histories(case.values, most=20)) for _ in range(3)]
    one, two, three = (state_of(kind, part) for part in parts)
    before = deepcopy([one, two, three])
    assert canonical(kind.merge(one, two)) == canonical(kind.merge(two, one))
    left = kind.merge(kind.merge(one, two), three)
    right = kind.merge(one, kind.merge(two, three))
    assert canonical(left) == canonical(right)
    assert [one, two, three] == before


def canonical(state: Any) -> bytes:
    return msgspec.msgpack.encode(state, order="deterministic")


@pytest.mark.parametrize("case", CASES, ids=name_of)
@given(data=st.data())
def test_a_state_survives_being_stored_between_any_two_events(case: Case, data: st.DataObject) -> None:
    kind = made(case.signal)
    history = events(data.draw(histories(case.values)))
    kept: Any = None
    stored: Any = None
    for event in history:
        kept = kind.update(kept, event.time, event.value)
        stored = kind.update(stored, event.time, event.value)
        stored = msgspec.msgpack.decode(msgspec.msgpack.encode(stored))
    assert stored == kept


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.get("window", "lifetime"))
@given(history=histories(numbers), later=st.integers(0, 2_000))
def test_last_and_first_go_by_event_time_and_not_by_arrival(
    window: dict[str, Any], history: list[Arrival], later: int
) -> None:
    now = max(event.time for event in events(history)) + later
    for kind, pick in (("last", max), ("first", min)):
        if kind == "first" and window.get("window") == "sliding":
            continue
        signal = Signal(name="s", kind=kind, type="int", **window)
        among = inside(signal, events(history), now)
        value = value_of(made(signal), state_of(made(signal), history), now)
        if among:
            time = pick(event.time for event in among)
            assert value in {event.value for event in among if event.time == time}
        else:
            assert value is MISSING


@given(st.lists(st.tuples(st.integers(0, 3), numbers), min_size=1))
def test_of_events_in_the_same_millisecond_last_is_the_last_to_arrive_and_first_the_first(
    history: list[tuple[int, int]],
) -> None:
    last, first = (made(Signal(name="s", kind=kind, type="int")) for kind in ("last", "first"))
    arrived: list[Arrival] = [Happened(time, value) for time, value in history]
    newest, oldest = max(time for time, _ in history), min(time for time, _ in history)
    assert last.read(state_of(last, arrived), 9) == [value for time, value in history if time == newest][-1]
    assert first.read(state_of(first, arrived), 9) == next(value for time, value in history if time == oldest)


@given(histories(st.tuples(st.sampled_from("abc"), st.integers(1, 10))), st.integers(0, 1_000))
def test_affinity_is_the_sum_of_weights_each_halved_every_half_life(history: list[Arrival], later: int) -> None:
    kind = made(Signal(name="s", kind="affinity", type="map(string, double)", half_life_ms=700))
    now = max(event.time for event in events(history)) + later
    scores = kind.read(state_of(kind, history), now)
    for key in "abc":
        weights = [(event.time, event.value[1]) for event in events(history) if event.value[0] == key]
        naive = sum(weight * 0.5 ** ((now - time) / 700) for time, weight in weights)
        if abs(naive - FAINT) > 1e-9:
            assert scores.get(key, 0.0) == (pytest.approx(naive) if naive > FAINT else 0.0)
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


@given(st.lists(histories(st.tuples(st.sampled_from("abc"), st.integers(1, 10)), most=15), min_size=3, max_size=3))
def test_affinities_merge_in_any_order_up_to_rounding(parts: list[list[Arrival]]) -> None:
    kind = made(Signal(name="s", kind="affinity", type="map(string, double)", half_life_ms=700))
    one, two, three = (state_of(kind, part) for part in parts)
    assert kind.merge(one, two) == kind.merge(two, one)
    left, right = merged(kind, [one, two, three]), kind.merge(one, kind.merge(two, three))
    assert left.keys() == right.keys()
    for key in left:
        assert left[key] == pytest.approx(right[key])


@given(st.datetimes(datetime(1960, 1, 1), datetime(2060, 1, 1)))
def test_days_begin_at_midnight_utc_and_weeks_on_monday(moment: datetime) -> None:
    time = round(moment.replace(tzinfo=UTC).timestamp() * 1000)
    day, week = 86_400_000, 7 * 86_400_000
    midnight = round(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp() * 1000)
    monday = midnight - moment.weekday() * day
    assert period_of(time, day) == period_of(midnight, day) == period_of(midnight - 1, day) + 1
    assert period_of(time, week) == period_of(monday, week) == period_of(monday - 1, week) + 1
