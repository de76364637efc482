"""Merging profiles is commutative and associative, so all devices of a visitor converge (DESIGN §6.8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from befit.engine import Program, fold, merge
from befit.model import Event, Profile
from tests.sites import program_of

SIGNALS = """
views: {count: Product Viewed}
spent: {sum: event.properties.total, of: Order Completed}
recent: {count: Product Viewed, within: 10s}
last_total: {last: event.properties.total, of: Order Completed}
first_total: {first: event.properties.total, of: Order Completed}
categories: {distinct: event.properties.category, of: Product Viewed}
left: {sequence: [Product Viewed, {absent: Order Completed, for: 5s}]}
bought: {sequence: [Product Viewed, {not: page}, Order Completed], within: 20s}
steps: {funnel: [Product Viewed, Order Completed, page]}
least: {min: event.properties.total, of: Order Completed}
average: {mean: event.properties.total, of: Order Completed, within: 10s}
favourites: {top: event.properties.category, of: Product Viewed}
seen: {distinct: event.properties.category, of: Product Viewed, within: 10s}
since: {recency: Product Viewed}
streak: {streak: Product Viewed, every: 3s}
latest: {last: event.properties.total, of: Order Completed, each: 7s}
here: {count: Product Viewed, within: session}
on_page: {count: Product Viewed, within: page}
"""
TAGS = """
viewer: {on: Product Viewed, ttl: 30s}
buyer: {on: Order Completed}
"""
SITE = """
name: merging
schema: {events: {Order Completed: {total: int}, Product Viewed: {category: string}}}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder: Path = tmp_path_factory.mktemp("site")
    return program_of(folder, site=SITE, signals=SIGNALS, tags=TAGS)


steps = st.tuples(
    st.integers(0, 2),
    st.integers(1_000, 60_000),
    st.sampled_from(["Product Viewed", "Order Completed", "page", "identify"]),
    st.integers(0, 5),
)


def profiles(program: Program, history: list[tuple[int, int, str, int]]) -> list[Profile]:
    made = [Profile(id=f"a:{n}", ids=[f"a:{n}"]) for n in range(3)]
    for number, (device, time, name, value) in enumerate(history):
        fold(made[device], event(number, time, name, value), program)
    return made


def event(number: int, time: int, name: str, value: int) -> Event:
    properties: dict[str, Any] = {"total": value, "category": f"c{value}"}
    kind: Any = name if name in ("page", "identify") else "track"
    return Event(
        type=kind,
        name=name,
        message_id=f"m{number}",
        anonymous_id="x",
        timestamp=time,
        received_at=60_000,
        properties=properties if kind != "identify" else {},
        traits={"size": value} if kind == "identify" else {},
        context={"page": {"path": f"/{value}"}},
    )


def canonical(profile: Profile) -> bytes:
    return msgspec.msgpack.encode(profile, order="deterministic")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, max_size=40))
def test_merge_is_commutative_and_associative(program: Program, history: list[tuple[int, int, str, int]]) -> None:
    one, two, three = profiles(program, history)
    assert canonical(merge(one, two, program, "u:x")) == canonical(merge(two, one, program, "u:x"))
    left = merge(merge(one, two, program, "u:x"), three, program, "u:x")
    right = merge(one, merge(two, three, program, "u:x"), program, "u:x")
    assert canonical(left) == canonical(right)


@given(history=st.lists(steps, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_empty_profile_changes_nothing(program: Program, history: list[tuple[int, int, str, int]]) -> None:
    one = profiles(program, [(0, *step[1:]) for step in history])[0]
    current = one.session.pages[-1].view_id if one.session is not None and one.session.pages else ""
    if current and "on_page" in one.signals and one.signals["on_page"][0] != current:
        del one.signals["on_page"]  # of a page view that is over: nobody can see it any more
    merged = merge(Profile(id="u:x"), one, program, one.id)
    merged.ids = one.ids
    assert canonical(merged) == canonical(one)
