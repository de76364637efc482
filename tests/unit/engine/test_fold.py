"""fold: traits, declared types, lateness, signals that err, size."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from befit.engine import decide
from befit.engine.limits import PROFILE_BYTES
from befit.engine.signals import MISSING
from befit.model import DecideRequest
from tests.events import Visitor, event, ms, page, track
from tests.sites import program_of

SITE = """
name: test
schema:
  traits: {plan: string, age: int}
  page: {price: double}
  events: {Order Completed: {total: double, coupon: string}}
"""
SIGNALS = """
orders: {count: Order Completed}
spent: {sum: event.properties.total, of: Order Completed}
big: {count: Order Completed, where: 'event.properties.total >= 500.0'}
last_purchase: {last: timestamp, of: Order Completed}
ratio: {last: 'event.properties.a / event.properties.b', of: Ratio}
"""


@pytest.fixture
def ada(tmp_path: Path) -> Visitor:
    return Visitor(program_of(tmp_path, site=SITE, signals=SIGNALS))


def test_whole_numbers_become_doubles_where_the_site_declares_doubles(ada: Visitor) -> None:
    ada.does(track("Order Completed", 0, total=500), track("Order Completed", 1, total=9.5))
    assert (ada.signal("spent", 1), ada.signal("big", 1), ada.signal("orders", 1)) == (509.5, 1, 2)


def test_a_malformed_attribute_spoils_that_attribute_and_not_the_event(ada: Visitor) -> None:
    effects = ada.does(track("Order Completed", 0, total="plenty", coupon="X"))
    assert ada.signal("orders", 0) == 1
    assert ada.signal("spent", 0) == 0.0
    assert "Order Completed.total" in effects.spoiled


def test_a_value_that_errs_spoils_only_its_signal(ada: Visitor) -> None:
    effects = ada.does(track("Ratio", 0, a=1, b=0))
    assert ada.signal("ratio", 0) is MISSING
    assert any("ratio" in spoiled for spoiled in effects.spoiled)
    ada.does(track("Ratio", 1, a=6, b=3))
    assert ada.signal("ratio", 1) == 2


def test_traits_go_by_event_time_and_null_removes(ada: Visitor) -> None:
    ada.does(event("identify", "identify", 10, traits={"plan": "gold", "age": 30}))
    ada.does(event("identify", "identify", 5, traits={"plan": "silver"}))
    assert ada.profile.traits == {"plan": "gold", "age": 30}
    ada.does(event("identify", "identify", 20, traits={"age": None}))
    assert ada.profile.traits == {"plan": "gold"}


def test_a_late_event_counts_within_the_allowed_lateness_and_not_after_it(ada: Visitor) -> None:
    within = track("Order Completed", 0, total=1.0)
    within.received_at = ms(86_000)
    after = track("Order Completed", 0, total=1.0)
    after.received_at = ms(90_000)
    assert not ada.does(within).late
    version = ada.profile.version
    assert ada.does(after).late
    assert (ada.signal("orders", 0), ada.profile.version) == (1, version)


def test_page_attributes_come_from_the_page_call_and_have_their_declared_types(ada: Visitor) -> None:
    ada.does(page("/p", 0, price=20, note="x"))
    assert ada.profile.session is not None
    assert ada.profile.session.pages[-1].attributes == {"path": "/p", "price": 20.0, "note": "x"}


def test_a_profile_stays_under_its_size_cap(tmp_path: Path) -> None:
    signals = "".join(f"v{n}: {{distinct: event.properties.v, of: V}}\n" for n in range(12))
    bob = Visitor(program_of(tmp_path, signals=signals))
    for n in range(320):
        bob.does(track("V", n, v=f"{n}-" + "x" * 150))
    assert len(msgspec.msgpack.encode(bob.profile)) <= PROFILE_BYTES


def test_folding_the_same_events_gives_the_same_bytes(tmp_path: Path) -> None:
    program = program_of(tmp_path, site=SITE, signals=SIGNALS)
    history = [
        page("/", 0),
        track("Order Completed", 1, total=2),
        event("identify", "identify", 2, traits={"plan": "x"}),
    ]
    raw = msgspec.msgpack.encode(history)
    folded = []
    for _ in range(2):
        visitor = Visitor(program)
        visitor.does(*msgspec.msgpack.decode(raw, type=list[type(history[0])]))  # type: ignore[misc]
        folded.append(msgspec.msgpack.encode(visitor.profile))
    assert folded[0] == folded[1]


def test_a_sum_of_text_spoils_the_signal_and_not_the_event(tmp_path: Path) -> None:
    bob = Visitor(program_of(tmp_path, signals="total: {sum: event.properties.n, of: Add}\nadds: {count: Add}\n"))
    effects = bob.does(track("Add", 0, n=2), track("Add", 1, n="three"), track("Add", 2, n=True))
    assert (bob.signal("total", 2), bob.signal("adds", 2)) == (2.0, 3)
    assert any("total" in spoiled for spoiled in effects.spoiled)


def test_declared_times_are_times_to_conditions_and_numbers_to_the_store(tmp_path: Path) -> None:
    site = """
name: times
schema:
  page: {published: timestamp}
  traits: {patience: duration}
  events: {Wait: {length: duration, since: timestamp}}
"""
    signals = """
long: {count: Wait, where: 'event.properties.length > duration("1m")'}
since: {last: event.properties.since, of: Wait}
"""
    slots = {
        "hero": """
- {when: 'page.published < timestamp("2026-01-01T00:00:00Z") && profile.traits.patience > duration("5s")', show: old}
- {show: welcome}
"""
    }
    bob = Visitor(program_of(tmp_path, site=site, signals=signals, slots=slots, modules={"old": "type: banner\n"}))
    bob.does(
        page("/", 0, published="2025-05-01T00:00:00Z"),
        event("identify", "identify", 1, traits={"patience": "10s"}),
        track("Wait", 2, length="90s", since="2026-01-01T00:00:00Z"),
        track("Wait", 3, length="5s"),
        track("Wait", 4, length=90),
    )
    stored = msgspec.msgpack.encode(bob.profile)
    bob.profile = msgspec.msgpack.decode(stored, type=type(bob.profile))
    assert bob.signal("long", 5) == 1
    assert str(bob.signal("since", 5)) == "2026-01-01T00:00:00Z"
    assert decide(bob.profile, DecideRequest(slots=["hero"]), bob.program, ms(5))[0].module == "old"


def test_the_top_of_an_affinity_may_be_that_of_the_session(tmp_path: Path) -> None:
    signals = "taste: {affinity: event.properties.c, half_life: 1d, weights: {V: 1}, within: session}\n"
    bob = Visitor(program_of(tmp_path, signals=signals))
    bob.does(page("/", 0), track("V", 1, c="books"))
    assert bob.signal("taste_top", 2) == "books"
    assert bob.signal("taste_top", 9_000) is MISSING


def test_the_traits_of_a_group_are_not_those_of_the_visitor(ada: Visitor) -> None:
    ada.does(event("group", "group", 0, group_id="g", traits={"plan": "company"}))
    assert ada.profile.traits == {}
