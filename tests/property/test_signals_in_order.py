"""Sequences and funnels equal a naive search through the full history, whatever the order in which events come in."""

from __future__ import annotations

import random
from collections.abc import Sequence as List
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from befit.engine.kinds.funnel import Funnel
from befit.engine.kinds.sequence import Sequence
from befit.engine.kinds.steps import Steps
from befit.engine.limits import STEP_EVENTS
from befit.model import SequenceStep, Signal
from tests.histories import DEVICES, Arrival, Happened, events, histories, merged, state_of

NAMES = "ABCD"
names = st.sampled_from(NAMES)
withins = st.sampled_from([0, 1_500, 4_000])
Place = tuple[int, int, int]
"""Where something lies in time: (time, 0 for the end of an absence and 1 for an event, number of the event)."""


class Chain(NamedTuple):
    """Steps that were taken in order: when the first of them was, and where the last."""

    start: int
    place: Place


event_step = st.builds(SequenceStep, on=names)
between = st.one_of(
    event_step,
    st.builds(SequenceStep, on=names, optional=st.just(True)),
    st.builds(SequenceStep, on=names, forbidden=st.just(True)),
    st.builds(SequenceStep, on=names, absent_ms=st.sampled_from([300, 1_000])),
)
last_step = st.one_of(event_step, st.builds(SequenceStep, on=names, absent_ms=st.sampled_from([300, 1_000])))
sequences = st.builds(
    lambda first, middle, last, within: Signal(
        name="s", kind="sequence", type="bool", steps=(first, *middle, last), within_ms=within
    ),
    event_step,
    st.lists(between, max_size=3),
    last_step,
    withins,
)
funnels = st.builds(
    lambda steps, within: Signal(name="f", kind="funnel", type="int", steps=tuple(steps), within_ms=within),
    st.lists(event_step, min_size=2, max_size=4),
    withins,
)


class Naive:
    """A search for chains, straight from the definition in `befit.engine.kinds.sequence`."""

    def __init__(self, signal: Signal, history: List[Happened], now: int) -> None:
        self.signal = signal
        self.now = now
        self.taken = [number for number, step in enumerate(signal.steps) if not step.forbidden]
        ordered = sorted((event.time, event.value) for event in history)
        self.events = [((time, 1, number), mask) for number, (time, mask) in enumerate(ordered)]

    def completions(self) -> list[Place]:
        """Where the sequence was completed, again and again, each time from what came after the time before."""
        found: list[Place] = []
        while True:
            after = found[-1] if found else (-1, 0, 0)
            done = [chain.place for chain in self.chains(self.taken[-1], after)]
            if not done:
                return found
            found.append(min(done))

    def holds(self, completions: List[Place]) -> bool:
        """Whether it is complete at the end."""
        if not completions:
            return False
        if not self.signal.steps[-1].absent_ms:
            return True
        undoes = 1 << self.taken[-1] | 1 << self.taken[0]
        return not any(mask & undoes for place, mask in self.events if place > completions[-1])

    def chains(self, step: int, after: Place) -> list[Chain]:
        """All chains that end with this step, of events after a place."""
        if step == self.taken[0]:
            return [Chain(place[0], place) for place, mask in self.events if place > after and mask >> step & 1]
        return [
            found
            for before in self.taken
            if before < step and all(s.optional or s.forbidden for s in self.signal.steps[before + 1 : step])
            for found in self.continued(self.chains(before, after), before, step)
        ]

    def continued(self, chains: list[Chain], before: int, step: int) -> list[Chain]:
        """These chains, which end with the step `before`, with one step more."""
        forbidden = [n for n in range(before + 1, step) if self.signal.steps[n].forbidden]
        lasts, within = self.signal.steps[step].absent_ms, self.signal.within_ms
        if lasts:
            return [
                Chain(chain.start, due)
                for chain in chains
                if (due := (chain.place[0] + lasts, 0, step))[0] <= self.now
                and not self.comes([*forbidden, step], chain.place, due)
                and not any(chain.place < other.place < due for other in chains)
            ]
        return [
            Chain(chain.start, place)
            for chain in chains
            for place, mask in self.events
            if place > chain.place
            and mask >> step & 1
            and not self.comes(forbidden, chain.place, place)
            and not (within and place[0] - chain.start > within)
        ]

    def comes(self, steps: List[int], start: Place, end: Place) -> bool:
        """Whether an event of one of these steps lies after `start` and not after `end`."""
        bits = sum(1 << step for step in steps)
        return any(mask & bits for place, mask in self.events if start < place <= end)


def masked(signal: Signal, history: list[Arrival]) -> list[Arrival]:
    """The history with masks instead of names, without the events that are no steps."""
    steps = Steps(signal.steps, [None] * len(signal.steps))
    found = [
        each._replace(value=steps.mask(each.value, ())) if isinstance(each, Happened) else each for each in history
    ]
    return [each for each in found if not isinstance(each, Happened) or each.value]


def waited(kind: Sequence, state: Any, now: int) -> Any:
    """The state after all timers that are due by `now`."""
    while state is not None and 0 < (due := kind.due(state)) <= now:
        state = kind.elapse(state, due)
    return state


def check(signal: Signal, history: list[Happened], state: Any, now: int) -> None:
    kind, naive = Sequence(signal), Naive(signal, history, now)
    completions = naive.completions()
    state = waited(kind, state, now)
    assert (state is not None and kind.read(state, now)) == naive.holds(completions)
    assert (0 if state is None else kind.completed(state)) == (completions[-1][0] if completions else 0)


@settings(max_examples=300)
@given(sequences, histories(names, most=14), st.integers(0, 1_500))
def test_a_sequence_is_what_the_full_history_says(signal: Signal, history: list[Arrival], later: int) -> None:
    now = max(event.time for event in events(history)) + later
    arrived = masked(signal, history)
    check(signal, events(arrived), state_of(Sequence(signal), arrived), now)


@settings(max_examples=300)
@given(sequences, histories(names, most=14), st.data())
def test_timers_that_come_between_the_events_change_nothing(
    signal: Signal, history: list[Arrival], data: st.DataObject
) -> None:
    kind = Sequence(signal)
    states: list[Any] = [None] * DEVICES
    arrived = masked(signal, history)
    for each in events(arrived):
        state = kind.update(states[each.device], each.time, each.value)
        states[each.device] = waited(kind, state, data.draw(st.integers(0, 6_000)))
    check(signal, events(arrived), merged(kind, states), 6_500)


def test_a_late_event_prevents_an_absence_whose_timer_has_come() -> None:
    steps = (SequenceStep(on="A"), SequenceStep(on="X", absent_ms=1_000), SequenceStep(on="B"))
    signal = Signal(name="s", kind="sequence", type="bool", steps=steps)
    kind = Sequence(signal)
    state = waited(kind, kind.update(None, 0, 1), 1_000)
    late = kind.update(state, 500, 2)
    assert kind.due(late) == 0
    assert not kind.read(kind.update(late, 1_200, 4), 1_200)


def test_a_chain_that_goes_on_does_not_hide_one_that_began_later() -> None:
    a, no_x, b, no_y, c, d = (
        SequenceStep(on="A"),
        SequenceStep(on="X", forbidden=True),
        SequenceStep(on="B", optional=True),
        SequenceStep(on="Y", forbidden=True),
        SequenceStep(on="C"),
        SequenceStep(on="D"),
    )
    signal = Signal(name="s", kind="sequence", type="bool", steps=(a, no_x, b, no_y, c, d), within_ms=5)
    # C at 5 goes on with the chain of A at 0 and B at 1: X ended what A at 2 had begun, but not before C at 3.
    history: list[Arrival] = [Happened(time, name) for time, name in enumerate("ABACXCD")]
    check(signal, events(masked(signal, history)), state_of(Sequence(signal), masked(signal, history)), 10)
    assert Sequence(signal).read(state_of(Sequence(signal), masked(signal, history)), 10)


@settings(max_examples=40)
@given(
    sequences,
    st.lists(st.tuples(st.integers(1, 300), names), min_size=STEP_EVENTS, max_size=60),
    st.integers(0, 16),
    st.randoms(),
)
def test_a_long_history_is_exact_while_no_event_is_later_than_what_is_remembered(
    signal: Signal, gaps: list[tuple[int, str]], late_by: int, dice: random.Random
) -> None:
    time, history = 0, []
    for gap, name in gaps:
        time += gap
        history.append(Happened(time, name))
    in_order = events(masked(signal, list(history)))
    order = sorted(range(len(in_order)), key=lambda place: place + dice.random() * late_by)
    state = state_of(Sequence(signal), [in_order[place] for place in order])
    if state is not None:
        assert len(state[1]) <= STEP_EVENTS
    check(signal, in_order, state, time + 500)


def test_an_event_that_is_later_than_what_is_remembered_is_left_out() -> None:
    signal = Signal(name="s", kind="sequence", type="bool", steps=(SequenceStep(on="A"), SequenceStep(on="B")))
    kind = Sequence(signal)
    state = state_of(kind, [Happened(time, 2) for time in range(10, 10 + 2 * STEP_EVENTS)])
    left_out = kind.update(state, 5, 1)
    assert left_out == state
    assert not kind.read(left_out, 0)
    assert kind.read(kind.update(state, 9 + STEP_EVENTS + 1, 1), 0)


@settings(max_examples=200)
@given(funnels, histories(names, most=14))
def test_a_funnel_is_the_longest_chain_that_began_within_its_time(signal: Signal, history: list[Arrival]) -> None:
    arrived = masked(signal, history)
    naive = Naive(signal, events(arrived), 10_000)
    best = max((step + 1 for step in range(len(signal.steps)) if naive.chains(step, (-1, 0, 0))), default=0)
    kind = Funnel(signal)
    state = state_of(kind, arrived)
    assert (kind.empty if state is None else kind.read(state, 0)) == best


@settings(max_examples=300)
@given(
    st.one_of(sequences, funnels),
    st.lists(histories(names, most=10), min_size=3, max_size=3),
    st.lists(st.integers(0, 6_000), min_size=3, max_size=3),
)
def test_merging_is_commutative_and_associative(signal: Signal, parts: list[list[Arrival]], waits: list[int]) -> None:
    kind = Sequence(signal) if signal.kind == "sequence" else Funnel(signal)
    states = [state_of(kind, masked(signal, part)) for part in parts]
    if None in states:
        return
    if isinstance(kind, Sequence):
        states = [waited(kind, state, until) for state, until in zip(states, waits, strict=True)]
    one, two, three = states
    before = msgspec.msgpack.encode(states)
    assert kind.merge(one, two) == kind.merge(two, one)
    assert merged(kind, states) == kind.merge(one, kind.merge(two, three))
    assert msgspec.msgpack.encode(states) == before
