"""A delayed trigger acts exactly when a reading of the whole history, in order of event time, says so.

Timers come as the log would bring them: in time, or after events that are newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from befit.engine import Program
from tests.events import Visitor, ms, track
from tests.sites import program_of

DELAY = 100


class Happened(NamedTuple):
    at: int
    name: str


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    trigger = f"idle: {{on: [Add, Change], delay: {DELAY}s, cancel_on: [Order, Empty], emit: Nudged}}\n"
    return program_of(tmp_path_factory.mktemp("site"), triggers=trigger)


names = st.sampled_from(["Add", "Change", "Order", "Empty", "Other"])
histories = st.lists(
    st.builds(Happened, st.integers(0, 1_000), names),
    max_size=25,
    unique_by=lambda happened: happened.at,
)


def naive(history: Sequence[Happened]) -> list[int]:
    """When it acts: `DELAY` after each event that sets it off and is followed, before that time, by none that matters."""
    acts = []
    ordered = sorted(history)
    for number, (at, name) in enumerate(ordered):
        following = (later for later in ordered[number + 1 :] if later.name != "Other")
        if name in ("Add", "Change") and next(following, Happened(10**9, "")).at >= at + DELAY:
            acts.append(at + DELAY)
    return acts


def acted(visitor: Visitor) -> list[int]:
    """The moments for which it acted, from the timers that are named in what it emitted."""
    return [(int(found.message_id.split(":")[-2]) - ms(0)) // 1000 for found in visitor.emitted]


@given(history=histories, slow=st.lists(st.booleans(), min_size=25, max_size=25))
def test_in_order_of_time_it_acts_when_it_should_however_slow_timers_are(
    program: Program, history: list[Happened], slow: list[bool]
) -> None:
    visitor = Visitor(program)
    for (at, name), late in zip(sorted(history), slow, strict=False):
        if not late:
            visitor.wait(at)
        visitor.does(track(name, at))
    visitor.wait(10_000)
    assert acted(visitor) == naive(history)
    assert visitor.profile.timers == {}


@given(order=st.permutations(range(12)), history=st.lists(names, min_size=12, max_size=12))
def test_until_it_acts_the_order_in_which_events_arrive_is_no_matter(
    program: Program, order: list[int], history: list[str]
) -> None:
    visitor = Visitor(program)
    for number in order:
        visitor.does(track(history[number], number))
    visitor.wait(10_000)
    assert acted(visitor) == naive([Happened(number, name) for number, name in enumerate(history)])
