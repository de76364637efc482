"""What a backtest notes of a visitor: rewards within their time, and what comes together when visitors turn out to be one."""

from __future__ import annotations

from befit.releases.shown import NONE, Shown
from befit.releases.tally import CLICK_MS, CONVERSION_MS, PENDING, Findings, Tally

OFFER = Shown(None, (("offer", 1.0),), ())
SAME = (NONE, NONE)


def seen(tally: Tally, time: int, decision: str) -> None:
    tally.impression(time, "hero", decision, tally.slot("hero").cell("offer", 1.0, *SAME))


def counts(tally: Tally) -> list[tuple[int, int, int]]:
    return [(cell.shown, cell.clicked, cell.converted) for cell in tally.slot("hero").cells.values()]


def test_a_click_rewards_the_newest_impression_of_its_decision_once() -> None:
    tally = Tally(0)
    seen(tally, 0, "d1")
    seen(tally, 10, "d1")
    tally.click(20, "d1")
    tally.click(20, "other")
    assert [seen.clicked for seen in tally.pending] == [False, True]
    tally.click(30, "d1")
    tally.click(40, "d1")
    assert counts(tally) == [(2, 2, 0)]


def test_a_click_that_comes_too_late_is_no_reward() -> None:
    tally = Tally(0)
    seen(tally, 0, "d1")
    tally.click(CLICK_MS + 1, "d1")
    assert counts(tally) == [(1, 0, 0)]
    tally.click(CLICK_MS, "d1")
    assert counts(tally) == [(1, 1, 0)]


def test_a_conversion_rewards_all_impressions_of_a_day_once() -> None:
    tally = Tally(0)
    seen(tally, 0, "d1")
    seen(tally, CONVERSION_MS, "d2")
    tally.convert(CONVERSION_MS + 1)
    tally.convert(CONVERSION_MS + 2)
    assert counts(tally) == [(2, 0, 1)]


def test_what_waits_for_a_reward_is_bounded() -> None:
    tally = Tally(0)
    for number in range(2 * PENDING):
        seen(tally, number, f"d{number}")
    assert len(tally.pending) == PENDING
    tally.convert(3 * PENDING)
    assert counts(tally) == [(2 * PENDING, 0, PENDING)]


def test_visitors_who_turn_out_to_be_one_are_counted_once() -> None:
    one, other = Tally(0), Tally(0)
    seen(one, 0, "d1")
    seen(other, 5, "d2")
    other.decided("hero", OFFER, OFFER, same=False)
    other.decided("hero", OFFER, OFFER, same=True)
    one.add(other)
    one.click(6, "d2")
    found = Findings(slots={})
    found.add("u:ada", one, examples=1)
    assert counts(one) == [(2, 1, 0)]
    assert (found.visitors, found.changed) == (1, 1)
    slot = found.slots["hero"]
    assert (slot.visitors, slot.decided, slot.changed, slot.examples) == (1, 2, {"nothing": {"nothing": 1}}, ["u:ada"])


def test_findings_of_two_parts_add_up() -> None:
    parts = []
    for name in ("a:ada", "a:bob"):
        tally = Tally(0)
        tally.decided("hero", OFFER, OFFER, same=False)
        seen(tally, 0, "d")
        part = Findings(slots={})
        part.add(name, tally, examples=5)
        parts.append(part)
    parts[0].join(parts[1], examples=5)
    slot = parts[0].slots["hero"]
    assert (parts[0].visitors, parts[0].changed, slot.visitors, len(slot.cells)) == (2, 2, 2, 2)
    assert (slot.changed, slot.examples) == ({"nothing": {"nothing": 2}}, ["a:ada", "a:bob"])
