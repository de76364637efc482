"""Signals of every kind and window, from YAML to their values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from befit.cel import Duration, Timestamp
from befit.engine import Program, fold, merge, timer_event
from befit.engine.deciding.rules import is_timed
from befit.engine.signals import MISSING
from befit.model import Profile, SequenceStep, Signal
from befit.node.view import full_view
from tests.events import START, Visitor, event, ms, page, track
from tests.sites import program_of

DAY = 86_400
MIDNIGHT = DAY - START // 1000 % DAY
"""Seconds from START to the next midnight, UTC."""

SiteOf = Callable[[str], Visitor]


@pytest.fixture
def site_of(tmp_path: Path) -> SiteOf:
    return lambda signals: Visitor(program_of(tmp_path, signals=signals))


def test_min_max_and_mean_are_missing_at_first_and_take_whole_numbers_for_doubles(site_of: SiteOf) -> None:
    ada = site_of(
        "".join(f"{kind}_price: {{{kind}: event.properties.price, of: Bought}}\n" for kind in ("min", "max", "mean"))
    )
    names = ("min_price", "max_price", "mean_price")
    assert [ada.signal(name, 0) for name in names] == [MISSING] * 3
    ada.does(track("Bought", 0, price=20), track("Bought", 1, price=5.5), track("Bought", 2, price=10.5))
    assert [ada.signal(name, 2) for name in names] == [5.5, 20.0, 12.0]
    assert type(ada.signal("max_price", 2)) is float


@pytest.mark.parametrize("price", ["dear", True, None, float("inf"), float("nan"), [1]])
def test_what_is_no_number_is_counted_as_spoiled_and_changes_nothing(site_of: SiteOf, price: object) -> None:
    ada = site_of(
        "spent: {sum: event.properties.price, of: Bought}\nleast: {min: event.properties.price, of: Bought}\n"
    )
    effects = ada.does(track("Bought", 0, price=price))
    assert [spoiled.partition(":")[0] for spoiled in effects.spoiled] == ["signals.spent", "signals.least"]
    assert (ada.signal("spent", 0), ada.signal("least", 0)) == (0.0, MISSING)


@pytest.mark.parametrize("value", [None, [1, 2], {"a": 1}])
def test_what_is_no_single_value_is_counted_as_spoiled_and_changes_nothing(site_of: SiteOf, value: object) -> None:
    ada = site_of("".join(f"{kind}_x: {{{kind}: event.properties.x, of: E}}\n" for kind in ("last", "distinct", "top")))
    assert len(ada.does(track("E", 0, x=value)).spoiled) == 3
    assert ada.profile.signals == {}


def test_the_least_and_greatest_of_times_are_times(site_of: SiteOf) -> None:
    ada = site_of("first: {min: timestamp, of: E}\nlatest: {max: timestamp, of: E}\n")
    ada.does(track("E", 7), track("E", 3), track("E", 5))
    assert [ada.signal(name, 9) for name in ("first", "latest")] == [Timestamp.from_ms(ms(3)), Timestamp.from_ms(ms(7))]
    assert type(ada.signal("first", 9)) is Timestamp


def test_a_tumbling_window_starts_anew_at_midnight_utc(site_of: SiteOf) -> None:
    ada = site_of("today: {count: E, each: 1d}\nbest: {max: event.properties.x, of: E, each: 1d}\n")
    ada.does(track("E", 0, x=1.0), track("E", MIDNIGHT - 1, x=2.0))
    assert (ada.signal("today", MIDNIGHT - 0.001), ada.signal("best", MIDNIGHT - 0.001)) == (2, 2.0)
    assert (ada.signal("today", MIDNIGHT), ada.signal("best", MIDNIGHT)) == (0, MISSING)
    ada.does(track("E", MIDNIGHT + 1, x=3.0), track("E", MIDNIGHT - 5, x=9.0))
    assert (ada.signal("today", MIDNIGHT + 2), ada.signal("best", MIDNIGHT + 2)) == (1, 3.0)


def test_a_session_window_starts_anew_with_each_session_and_takes_no_events_from_before_it(site_of: SiteOf) -> None:
    ada = site_of("here: {count: E, within: session}\n")
    ada.does(track("E", 0), track("E", 1))
    assert ada.signal("here", 2) == 2
    assert ada.signal("here", 4_000) == 0
    ada.does(track("E", 4_000), track("E", 2))
    assert ada.signal("here", 4_001) == 1


def test_a_page_window_starts_anew_with_each_page_view_and_takes_no_events_from_before_it(site_of: SiteOf) -> None:
    ada = site_of("here: {count: E, within: page}\n")
    ada.does(track("E", 0))
    assert ada.signal("here", 0) == 1
    ada.does(page("/a", 1, "a"), track("E", 3), track("E", 2))
    assert ada.signal("here", 3) == 2
    ada.does(page("/b", 4, "b"), track("E", 3))
    assert ada.signal("here", 4) == 0
    ada.does(track("E", 5))
    assert ada.signal("here", 5) == 1
    ada.does(track("E", 8_000))
    assert ada.signal("here", 8_000) == 1


def test_before_the_first_page_view_nothing_is_left_of_another_session(site_of: SiteOf) -> None:
    ada = site_of("here: {count: E, within: page}\n")
    ada.does(track("E", 0), track("E", 1), track("E", 8_000))
    assert ada.signal("here", 8_000) == 1


def test_top_lists_the_most_frequent_keys(site_of: SiteOf) -> None:
    ada = site_of("favourites: {top: event.properties.category, of: [View, Add], limit: 2}\n")
    assert ada.signal("favourites", 0) == []
    ada.does(
        *(track("View", n, category=category) for n, category in enumerate("bcabc")), track("Add", 9, category="c")
    )
    assert ada.signal("favourites", 9) == ["c", "b"]


def test_a_rate_is_per_unit_of_time_over_its_window(site_of: SiteOf) -> None:
    ada = site_of("pace: {rate: View, per: 1m, within: 10m}\n")
    assert ada.signal("pace", 0) == 0.0
    ada.does(*(track("View", 10 * n) for n in range(30)))
    assert (ada.signal("pace", 300), ada.signal("pace", 745)) == (3.0, 1.5)


def test_recency_is_the_time_since_the_newest_event(site_of: SiteOf) -> None:
    ada = site_of("since: {recency: View, where: 'event.properties.big == true'}\n")
    assert ada.signal("since", 0) is MISSING
    ada.does(track("View", 5, big=True), track("View", 3, big=True), track("View", 8, big=False))
    assert ada.signal("since", 65) == Duration.parse("1m")
    assert type(ada.signal("since", 65)) is Duration


def test_a_streak_lasts_until_a_whole_period_has_gone_by_without_an_event(site_of: SiteOf) -> None:
    ada = site_of("days: {streak: Visit, every: 1d}\n")
    assert ada.signal("days", 0) == 0
    ada.does(track("Visit", 0), track("Visit", 5), track("Visit", MIDNIGHT + 1), track("Visit", MIDNIGHT + DAY + 1))
    assert ada.signal("days", MIDNIGHT + DAY + 2) == 3
    assert ada.signal("days", MIDNIGHT + 3 * DAY - 1) == 3
    assert ada.signal("days", MIDNIGHT + 3 * DAY) == 0


def test_a_late_event_closes_the_gap_in_a_streak(site_of: SiteOf) -> None:
    ada = site_of("days: {streak: Visit, every: 1d}\n")
    ada.does(track("Visit", 0), track("Visit", MIDNIGHT + DAY))
    assert ada.signal("days", MIDNIGHT + DAY) == 1
    ada.does(track("Visit", MIDNIGHT + 5))
    assert ada.signal("days", MIDNIGHT + DAY) == 3


def test_steps_may_be_optional_and_events_between_them_forbidden(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, {on: B, optional: true}, {not: X, where: event.properties.bad == true}, C]}\n")
    ada.does(track("A", 0), track("X", 1, bad=True), track("C", 2))
    assert ada.signal("s", 2) is False
    ada.does(track("A", 3), track("X", 4, bad=False), track("C", 5))
    assert ada.signal("s", 5) is True


def test_what_is_forbidden_before_a_step_may_come_before_the_one_before_it(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, B, {not: X}, C]}\n")
    ada.does(track("A", 0), track("X", 1), track("B", 2), track("C", 3))
    assert ada.signal("s", 3) is True


def test_a_sequence_is_complete_when_its_steps_arrive_in_the_wrong_order(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, B, C], within: 10s}\n")
    ada.does(track("C", 9), track("A", 0), track("B", 5))
    assert ada.signal("s", 9) is True


def test_a_sequence_tries_each_start_within_its_time(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, B, C], within: 10s}\n")
    ada.does(track("A", 0), track("B", 1), track("A", 8), track("B", 9), track("C", 12))
    assert ada.signal("s", 12) is True


def test_a_late_event_undoes_what_it_forbids_but_not_what_was_done(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, {not: X}, C]}\n")
    assert ada.does(track("A", 0), track("C", 2)).completed == {"s"}
    effects = ada.does(track("X", 1))
    assert (ada.signal("s", 2), effects.completed, "signals.s" in effects.changed) == (False, set(), True)


def test_each_completion_is_told_once(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, B]}\n")
    told = [ada.does(track(name, at)).completed for at, name in enumerate("ABBAAB")]
    assert told == [set(), {"s"}, set(), set(), set(), {"s"}]


def test_an_absence_that_a_timer_ends_is_told_as_a_completion(site_of: SiteOf) -> None:
    ada = site_of("idle: {absence: Order, after: Add, for: 10m}\n")
    ada.does(track("Add", 0))
    due = ada.profile.timers["signal:idle"]
    assert due == ms(600)
    effects = ada.does(timer_event(ada.profile.id, "signal:idle", due))
    assert (effects.completed, ada.signal("idle", 600), ada.profile.timers) == ({"idle"}, True, {})


def test_an_absence_that_a_later_event_shows_before_its_timer_comes_is_told_too(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, {absent: X, for: 10m}, B]}\n")
    ada.does(track("A", 0))
    assert ada.does(track("B", 601)).completed == {"s"}
    assert ada.profile.timers == {}


def test_a_sequence_within_a_session_begins_anew_with_the_next(site_of: SiteOf) -> None:
    ada = site_of("s: {sequence: [A, {absent: X, for: 10m}, B], within: session}\n")
    ada.does(track("A", 0))
    ada.wait(600)
    ada.does(track("B", 8_000))
    assert ada.signal("s", 8_000) is False
    ada.does(track("A", 8_001))
    ada.wait(8_601)
    assert ada.does(track("B", 8_602)).completed == {"s"}
    assert (ada.signal("s", 8_603), ada.signal("s", 20_000)) == (True, False)


def test_a_funnel_counts_the_steps_reached_in_order_within_its_time(site_of: SiteOf) -> None:
    ada = site_of(
        "f: {funnel: [View, {on: Add, where: event.properties.n > 0}, Order], within: 1h}\nhere: {funnel: [View, Add], within: session}\n"
    )
    assert ada.signal("f", 0) == 0
    ada.does(track("Order", 0), track("Add", 1, n=1), track("View", 2))
    assert ada.signal("f", 2) == 1
    ada.does(track("Add", 3, n=0), track("Order", 4))
    assert ada.signal("f", 4) == 1
    ada.does(track("Add", 3_600, n=1))
    assert (ada.signal("f", 3_600), ada.signal("here", 3_600)) == (2, 0)
    ada.does(track("Order", 3_603))
    assert ada.signal("f", 3_603) == 2
    ada.does(track("View", 3_604), track("Add", 3_605, n=1), track("Order", 3_606))
    assert (ada.signal("f", 90_000), ada.signal("here", 3_606), ada.signal("here", 90_000)) == (3, 2, 0)


def test_a_funnel_tells_only_progress(site_of: SiteOf) -> None:
    ada = site_of("f: {funnel: [View, Add]}\n")
    changed = [
        "signals.f" in ada.does(track(name, at)).changed for at, name in enumerate(["View", "View", "Add", "Add"])
    ]
    assert changed == [True, False, True, False]


def test_steps_on_two_devices_make_a_sequence_once_they_are_one_visitor(site_of: SiteOf) -> None:
    program = site_of("s: {sequence: [A, B, C]}\n").program
    phone, laptop = Profile(id="a:1", ids=["a:1"]), Profile(id="a:2", ids=["a:2"])
    fold(laptop, track("B", 60), program)
    fold(phone, track("A", 0), program)
    one = merge(phone, laptop, program, "u:1")
    assert fold(one, track("C", 100), program).completed == {"s"}


def test_a_merged_profile_waits_for_what_its_merged_sequences_await(site_of: SiteOf) -> None:
    program = site_of("s: {sequence: [A, {absent: X, for: 10m}, B, {absent: X, for: 1m}]}\n").program
    phone, laptop = Profile(id="a:1", ids=["a:1"]), Profile(id="a:2", ids=["a:2"])
    fold(phone, track("A", 0), program)
    fold(phone, track("B", 700), program)
    fold(laptop, track("A", 500), program)
    assert (phone.timers, laptop.timers) == ({"signal:s": ms(760)}, {"signal:s": ms(1_100)})
    for one in (merge(phone, laptop, program, "u:1"), merge(laptop, phone, program, "u:1")):
        assert one.timers == {"signal:s": ms(1_100)}
    fold(laptop, track("X", 650), program)
    for one in (merge(phone, laptop, program, "u:1"), merge(laptop, phone, program, "u:1")):
        assert one.timers == {}


def test_of_two_sessions_the_one_that_goes_on_keeps_its_signals(site_of: SiteOf) -> None:
    program = site_of("here: {count: E, within: session}\n").program
    early, later = Profile(id="a:1", ids=["a:1"]), Profile(id="a:2", ids=["a:2"])
    for at in (0, 1, 50):
        fold(early, track("E", at), program)
    fold(later, track("E", 20), program)
    for one in (merge(early, later, program, "u:1"), merge(later, early, program, "u:1")):
        assert program.read_signal("here", one, ms(51)) == 3


def test_a_hidden_signal_works_and_is_shown_to_nobody(site_of: SiteOf) -> None:
    release = site_of("shown: {count: A}\n").program.release
    steps = (SequenceStep(on="A"), SequenceStep(on="B", absent_ms=1_000))
    hidden = Signal(name="on:t", kind="sequence", type="bool", on=("A", "B"), steps=steps, hidden=True)
    ada = Visitor(Program(msgspec.structs.replace(release, signals=(*release.signals, hidden))))
    ada.does(track("A", 0))
    ada.wait(5)
    assert ada.signal("on:t", 5) is True
    assert full_view(ada.profile, ada.program, ms(5))["signals"] == {"shown": 1}


@pytest.mark.parametrize(
    ("signal", "timed"),
    [
        ("{count: A}", False),
        ("{count: A, within: 1m}", True),
        ("{max: event.properties.x, of: A, each: 1d}", True),
        ("{count: A, within: session}", True),
        ("{rate: A, per: 1m, within: 1h}", True),
        ("{recency: A}", True),
        ("{streak: A, every: 1d}", True),
        ("{affinity: event.properties.x, half_life: 1d, weights: {A: 1}}", True),
        ("{sequence: [A, B], within: 1h}", False),
        ("{funnel: [A, B], within: 1h}", False),
        ("{funnel: [A, B], within: page}", True),
        ("{dwell: page}", True),
    ],
)
def test_slots_know_what_changes_by_the_mere_passing_of_time(site_of: SiteOf, signal: str, timed: bool) -> None:
    assert is_timed("signals.s", site_of(f"s: {signal}\n").program) is timed


def test_the_key_that_leads_an_affinity_fades_with_it(site_of: SiteOf) -> None:
    ada = site_of("likes: {affinity: event.properties.x, half_life: 1s, weights: {A: 1}}\n")
    assert ada.signal("likes_top", 0) is MISSING
    assert {"signals.likes", "signals.likes_top"} <= ada.does(track("A", 0, x="books")).changed
    assert (ada.signal("likes_top", 1), ada.signal("likes_top", 60)) == ("books", MISSING)
    assert is_timed("signals.likes_top", ada.program)


def test_a_trait_may_be_what_is_counted(site_of: SiteOf) -> None:
    ada = site_of("plans: {distinct: event.traits.plan, of: identify}\n")
    for at, plan in enumerate(("free", "pro", "free")):
        ada.does(event("identify", "identify", at, traits={"plan": plan}))
    assert ada.signal("plans", 3) == 2
