"""Triggers on a timer and on a sequence, what bounds them, and what they tell the outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from befit.engine import Call, decide, merge
from befit.model import DecideRequest, Event
from tests.events import Visitor, event, ms, track
from tests.sites import program_of

DAY = 86_400
SITE = """
name: shop
purposes: [marketing, analytics]
webhooks: {crm: {url: "https://crm.example/hook"}}
schema: {events: {Product Added: {sku: string, price: double}, Order Completed: {}, Product Viewed: {}, Go: {}}}
"""
SIGNALS = """
spent: {sum: event.properties.price, of: Product Added}
viewed: {count: Product Viewed, purpose: analytics}
abandoned: {sequence: [Product Added, {absent: Order Completed, for: 10m}]}
"""
MODULES = {"nudge": "type: banner\nprops: {title: Still there}\n"}

VisitorOf = Callable[..., Visitor]


@pytest.fixture
def visitor_of(tmp_path: Path) -> VisitorOf:
    def make(triggers: str, tags: str = "") -> Visitor:
        return Visitor(program_of(tmp_path, site=SITE, signals=SIGNALS, tags=tags, triggers=triggers, modules=MODULES))

    return make


def hero(visitor: Visitor, at: float) -> str:
    return decide(visitor.profile, DecideRequest(slots=["hero"]), visitor.program, ms(at))[0].module


def times(visitor: Visitor) -> list[float]:
    return [(found.timestamp - ms(0)) / 1000 for found in visitor.emitted]


class TestDelay:
    IDLE = "idle: {on: Product Added, delay: 10m, cancel_on: Order Completed, emit: Nudged}\n"

    def test_it_acts_so_long_after_the_newest_event(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.IDLE)
        ada.does(track("Product Added", 0))
        ada.wait(300)
        ada.does(track("Product Added", 300))
        ada.wait(899)
        assert times(ada) == []
        ada.wait(900)
        assert times(ada) == [900]
        ada.wait(10_000)
        assert times(ada) == [900]
        assert ada.profile.timers == {}

    def test_an_event_that_calls_it_off_ends_the_wait(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.IDLE)
        ada.does(track("Product Added", 0), track("Order Completed", 100))
        ada.wait(10_000)
        assert times(ada) == []
        ada.does(track("Product Added", 10_000))
        ada.wait(10_600)
        assert times(ada) == [10_600]

    def test_what_came_before_it_began_does_not_call_it_off_however_late_it_arrives(
        self, visitor_of: VisitorOf
    ) -> None:
        ada = visitor_of(self.IDLE)
        ada.does(track("Product Added", 200), track("Order Completed", 100))
        ada.wait(800)
        assert times(ada) == [800]

    def test_a_late_event_from_before_it_was_called_off_begins_nothing(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.IDLE)
        ada.does(track("Order Completed", 200), track("Product Added", 100))
        ada.wait(10_000)
        assert times(ada) == []

    def test_it_acts_in_time_even_when_its_timer_is_slower_than_the_next_event(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.IDLE)
        ada.does(track("Product Added", 0), track("Order Completed", 601))
        assert times(ada) == [600]
        ada.wait(10_000)
        assert len(ada.emitted) == 1

    def test_its_condition_is_that_of_the_moment_it_acts(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("idle: {on: Product Added, delay: 10m, when: signals.spent >= 50.0, emit: Nudged}\n")
        ada.does(track("Product Added", 0, price=10))
        ada.wait(600)
        assert times(ada) == []
        ada.does(track("Product Added", 700, price=10), track("Product Added", 800, price=40))
        ada.wait(1_400)
        assert times(ada) == [1_400]

    def test_what_it_does_sets_off_what_depends_on_it(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("idle: {on: Product Added, delay: 10m, tag: idle}\n", "cold: {when: '\"idle\" in tags'}\n")
        ada.does(track("Product Added", 0))
        ada.wait(600)
        assert set(ada.tags) == {"idle", "cold"}

    def test_history_sets_off_nothing_whose_time_had_passed_when_it_was_imported(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.IDLE)
        old = track("Product Added", 0)
        old.historical, old.received_at = True, ms(DAY)
        recent = track("Product Added", DAY - 60)
        recent.historical, recent.received_at = True, ms(DAY)
        ada.does(old)
        assert "delay:idle" not in ada.profile.timers
        ada.does(recent)
        ada.wait(2 * DAY)
        assert times(ada) == [DAY + 540]

    def test_what_one_device_called_off_stays_so_when_devices_are_merged(self, visitor_of: VisitorOf) -> None:
        phone, laptop = visitor_of(self.IDLE), visitor_of(self.IDLE)
        phone.does(track("Product Added", 0))
        laptop.does(track("Order Completed", 60))
        phone.profile = merge(phone.profile, laptop.profile, phone.program, phone.profile.id)
        phone.wait(DAY)
        assert times(phone) == []


class TestSequence:
    STEPS = "back: {sequence: [Product Viewed, Product Added], within: 1h, emit: Nudged}\n"

    def test_it_acts_each_time_the_steps_are_completed(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.STEPS)
        ada.does(track("Product Viewed", 0), track("Product Added", 10))
        assert times(ada) == [10]
        ada.does(track("Product Added", 20))
        assert times(ada) == [10]
        ada.does(track("Product Viewed", 30), track("Product Added", 40))
        assert times(ada) == [10, 40]

    def test_its_signal_is_hidden_from_conditions_and_from_people(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.STEPS)
        (hidden,) = [each for each in ada.program.release.signals if each.hidden]
        assert (hidden.name, hidden.kind, hidden.within_ms) == ("on:back", "sequence", 3_600_000)

    def test_it_may_end_in_an_absence(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("idle: {sequence: [Product Added, {absent: Order Completed, for: 10m}], emit: Nudged}\n")
        ada.does(track("Product Added", 0))
        ada.wait(600)
        assert times(ada) == [600]
        ada.does(track("Product Added", 700), track("Order Completed", 710))
        ada.wait(DAY)
        assert times(ada) == [600]

    def test_it_may_follow_a_signal_of_the_site(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("idle: {sequence: abandoned, emit: Nudged}\n")
        ada.does(track("Product Added", 0))
        ada.wait(600)
        assert times(ada) == [600]

    def test_its_condition_must_hold_at_that_moment(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("idle: {sequence: abandoned, when: signals.spent > 20.0, emit: Nudged}\n")
        ada.does(track("Product Added", 0, price=15))
        ada.wait(600)
        assert times(ada) == []
        ada.does(track("Product Added", 700, price=15))
        ada.wait(1_300)
        assert times(ada) == [1_300]

    def test_without_consent_it_does_not_even_follow(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("idle: {sequence: [Go, Go], emit: Nudged, purpose: marketing}\n")
        ada.does(track("Go", 0), consenting(track("Go", 1)))
        assert times(ada) == []
        ada.does(track("Go", 2))
        assert times(ada) == [2]


def consenting(found: Event, **purposes: bool) -> Event:
    found.context = {"consent": {"categoryPreferences": purposes or {"marketing": True}}}
    return found


class TestBounds:
    @pytest.mark.parametrize(
        ("bound", "acts"),
        [
            ("cooldown: 1h", [0, 3_600, DAY, DAY + 3_600]),
            ("per_session: 2", [0, 60, 3_600, 3_660, DAY, DAY + 60, DAY + 3_600]),
            ("per_day: 3", [0, 60, 120, DAY, DAY + 60, DAY + 3_600]),
            ("ever: 4", [0, 60, 120, 3_600]),
        ],
    )
    def test_it_acts_no_more_often_than_it_may(self, visitor_of: VisitorOf, bound: str, acts: list[int]) -> None:
        ada = visitor_of(f"go: {{on: Go, emit: Went, {bound}}}\n")
        midnight = (ms(0) // 86_400_000 + 1) * 86_400 - ms(0) / 1000
        for at in (0, 60, 120, 3_600, 3_660, DAY, DAY + 60, DAY + 3_600):
            ada.does(track("Go", midnight + at))
        assert [at - midnight for at in times(ada)] == acts

    def test_two_devices_share_what_is_left(self, visitor_of: VisitorOf) -> None:
        phone, laptop = (
            visitor_of("go: {on: Go, emit: Went, ever: 3}\n"),
            visitor_of("go: {on: Go, emit: Went, ever: 3}\n"),
        )
        phone.does(track("Go", 0))
        laptop.does(track("Go", 1))
        phone.profile = merge(phone.profile, laptop.profile, phone.program, phone.profile.id)
        phone.does(track("Go", 2), track("Go", 3))
        assert times(phone) == [0, 2]

    def test_a_schedule_bounds_when_it_acts(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("go: {on: Go, emit: Went, schedule: {hours: '9:00-17:00'}}\n")
        midnight = (ms(0) // 86_400_000 + 1) * 86_400 - ms(0) / 1000
        ada.does(*(track("Go", midnight + hour * 3_600) for hour in (8, 9, 16, 17)))
        assert [(at - midnight) / 3_600 for at in times(ada)] == [9, 16]


class TestConsent:
    def test_who_refuses_is_shown_tagged_and_waited_for_no_more(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(
            "nudge: {on: Go, show: {hero: nudge}, tag: nudged, purpose: marketing}\n"
            "later: {on: Go, delay: 10m, emit: Nudged, purpose: marketing}\n"
        )
        ada.does(consenting(track("Go", 0)))
        assert (hero(ada, 1), ada.tags) == ("nudge", ["nudged"])
        ada.does(consenting(track("Product Viewed", 2), marketing=False))
        assert (hero(ada, 3), ada.tags) == ("welcome", [])
        ada.wait(DAY)
        assert times(ada) == []


def data_of(call: Call) -> Any:
    return msgspec.json.decode(call.body)["data"]


class TestWebhook:
    CALLS = "tell: {on: Product Added, webhook: crm}\n"

    def test_a_call_says_which_trigger_acted_for_whom_and_why(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.CALLS, "keen: {on: Product Added}\n")
        ada.does(event("identify", "identify", 0, traits={"email": "ada@shop.example"}))
        (call,) = ada.does(track("Product Added", 1.5, sku="p1", price=9.5)).calls
        body = msgspec.json.decode(call.body)
        assert (call.webhook, body["type"], body["timestamp"]) == ("crm", "trigger", "2026-09-21T14:13:21.500Z")
        assert (body["data"]["trigger"], body["data"]["site"]) == ("tell", "shop")
        assert body["data"]["release"] == ada.program.release.id
        assert body["data"]["profile"] == {
            "id": "ada",
            "ids": ["ada"],
            "known": False,
            "traits": {"email": "ada@shop.example"},
            "tags": ["keen"],
            "signals": {"spent": 9.5, "abandoned": False},
        }
        what = body["data"]["event"]
        assert (what["name"], what["properties"]) == ("Product Added", {"sku": "p1", "price": 9.5})

    def test_folding_the_same_event_again_makes_the_same_call(self, visitor_of: VisitorOf) -> None:
        added = track("Product Added", 1)
        one, other = visitor_of(self.CALLS), visitor_of(self.CALLS)
        assert one.does(added).calls == other.does(added).calls
        assert one.does(track("Product Added", 1)).calls[0].id != other.does(track("Product Added", 1)).calls[0].id

    def test_ids_of_calls_sort_by_time(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.CALLS)
        ids = [call.id for at in range(5) for call in ada.does(track("Product Added", at * 1000)).calls]
        assert (len(ids), ids) == (5, sorted(ids))

    def test_a_timer_that_causes_a_call_is_nobodys_event(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of("tell: {on: Product Added, delay: 1m, webhook: crm}\n")
        ada.does(track("Product Added", 0))
        (call,) = ada.does(track("Product Viewed", 1), track("Product Added", 61)).calls
        assert "event" not in data_of(call)

    def test_what_was_computed_for_another_purpose_is_not_told(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(
            "tell: {on: Product Added, webhook: crm, purpose: marketing}\n",
            "seen: {on: Product Viewed, purpose: analytics}\nmine: {on: Product Viewed, purpose: marketing}\n",
        )
        ada.does(consenting(track("Product Viewed", 0), marketing=True, analytics=True))
        (call,) = ada.does(track("Product Added", 1, price=1)).calls
        assert data_of(call)["profile"]["tags"] == ["mine"]
        assert set(data_of(call)["profile"]["signals"]) == {"spent", "abandoned"}
        assert ada.does(consenting(track("Product Added", 2), marketing=False)).calls == ()

    def test_history_that_is_imported_is_told_to_nobody(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.CALLS)
        old = track("Product Added", 0)
        old.historical = True
        assert ada.does(old).calls == ()

    def test_a_call_that_grows_too_large_leaves_its_largest_parts_out_and_says_so(self, visitor_of: VisitorOf) -> None:
        ada = visitor_of(self.CALLS)
        ada.does(event("identify", "identify", 0, traits={"note": "x" * 9_000}))
        (call,) = ada.does(track("Product Added", 1, text="y" * 12_000)).calls
        assert len(call.body) <= 16_384
        assert data_of(call)["omitted"] == ["event.properties"]
        assert "traits" in data_of(call)["profile"]
