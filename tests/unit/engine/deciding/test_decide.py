"""decide: the rule tree, traces, caps and cool-downs, computed props, triggers above rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from befit.engine import decide
from befit.errors import NotFound
from befit.model import DecideRequest, Decision
from tests.events import Visitor, impression, ms, page, track
from tests.sites import program_of

SIGNALS = """
views: {count: Product Viewed}
last_purchase: {last: timestamp, of: Order Completed}
taste: {affinity: event.properties.category, half_life: 3d, weights: {Product Viewed: 1}}
"""
SLOTS = {
    "hero": """
- {when: 'now - signals.last_purchase < duration("168h")', show: loyalty}
- when: 'signals.views > 1'
  rules:
    - {when: 'page.path == "/sale"', show: sale, cap: {session: 2, cooldown: 10s}}
    - {when: 'signals.views > 3', show: many}
- {show: welcome}
""",
    "row": "- {show: picked}\n",
    "ranked": "- {show: welcome}\n- {when: 'signals.views > 0', show: many, priority: 5}\n",
}
MODULES = {
    "loyalty": "type: banner\nprops: {title: Thank you}\nvariants: {red: {title: Thanks in red}}\n",
    "sale": "type: banner\nprops: {title: Sale}\n",
    "many": "type: banner\nprops: {title: 'Seen ${string(signals.views)} so far', views: '${signals.views}'}\n",
    "picked": "type: carousel\nprops:\n  items: {pick: things, where: 'item.id != \"t0\"', affinity: taste, by: category, limit: 3}\n",
}
THINGS = "".join(f"- {{id: t{n}, category: {'books' if n % 2 else 'toys'}}}\n" for n in range(6))


@pytest.fixture
def ada(tmp_path: Path) -> Visitor:
    return Visitor(program_of(tmp_path, signals=SIGNALS, slots=SLOTS, modules=MODULES, collections={"things": THINGS}))


def decision(visitor: Visitor, slot: str, at: float, **more: Any) -> Decision:
    return decide(visitor.profile, DecideRequest(slots=[slot], **more), visitor.program, ms(at))[0]


def props(found: Decision) -> Any:
    return msgspec.json.decode(msgspec.json.encode(found.props))


def test_the_first_branch_that_holds_wins_and_a_missing_value_makes_a_branch_false(ada: Visitor) -> None:
    assert decision(ada, "hero", 0).module == "welcome"
    ada.does(*(track("Product Viewed", n) for n in range(5)))
    assert decision(ada, "hero", 5).module == "many"
    ada.does(track("Order Completed", 6))
    assert decision(ada, "hero", 7).module == "loyalty"
    assert decision(ada, "hero", 6 + 8 * 86_400).module == "many"


def test_a_branch_without_a_matching_child_gives_way_to_the_next(ada: Visitor) -> None:
    ada.does(*(track("Product Viewed", n) for n in range(2)))
    assert decision(ada, "hero", 5).module == "welcome"


def test_the_trace_says_how_every_branch_turned_out_and_with_which_values(ada: Visitor) -> None:
    ada.does(*(track("Product Viewed", n) for n in range(2)))
    trace = decision(ada, "hero", 5, trace=True).trace
    assert trace is not None
    assert [(step.rule, step.outcome) for step in trace] == [
        ("hero.0", "missing"),
        ("hero.1", "true"),
        ("hero.1.0", "missing"),
        ("hero.1.1", "false"),
        ("hero.2", "chosen"),
    ]
    assert trace[3].values == {"signals.views": 2}
    assert trace[3].where.startswith("slots/hero.yaml:")


def test_a_request_may_bring_its_own_page(ada: Visitor) -> None:
    ada.does(*(track("Product Viewed", n) for n in range(2)))
    assert decision(ada, "hero", 5, page={"path": "/sale"}).module == "sale"


def test_caps_and_cool_downs_count_impressions(ada: Visitor) -> None:
    ada.does(*(track("Product Viewed", n) for n in range(2)), page("/sale", 3))
    assert decision(ada, "hero", 4).module == "sale"
    ada.does(impression("hero", "sale", 5))
    assert decision(ada, "hero", 14).module == "welcome"
    cooling = decision(ada, "hero", 14, trace=True).trace
    assert cooling is not None
    assert [step.outcome for step in cooling if step.rule == "hero.1.0"] == ["cooling"]
    assert decision(ada, "hero", 16).module == "sale"
    ada.does(impression("hero", "sale", 16))
    assert decision(ada, "hero", 60).module == "welcome"
    ada.does(page("/sale", 4000))
    assert decision(ada, "hero", 4001).module == "sale"


def test_priority_orders_branches(ada: Visitor) -> None:
    assert decision(ada, "ranked", 0).module == "welcome"
    ada.does(track("Product Viewed", 0))
    assert decision(ada, "ranked", 0).module == "many"


def test_props_are_computed_and_a_single_expression_keeps_its_type(ada: Visitor) -> None:
    ada.does(track("Product Viewed", 0))
    assert props(decision(ada, "ranked", 0)) == {"title": "Seen 1 so far", "views": 1}


def test_picked_items_come_by_affinity_then_in_order(ada: Visitor) -> None:
    assert [item["id"] for item in props(decision(ada, "row", 0))["items"]] == ["t1", "t2", "t3"]
    ada.does(track("Product Viewed", 0, category="toys"))
    assert [item["id"] for item in props(decision(ada, "row", 0))["items"]] == ["t2", "t4", "t1"]


def test_no_slots_means_all_and_an_unknown_slot_is_named(ada: Visitor) -> None:
    found = decide(ada.profile, DecideRequest(), ada.program, ms(0))
    assert {one.slot for one in found} == {"hero", "row", "ranked"}
    with pytest.raises(NotFound, match="heroo"):
        decision(ada, "heroo", 0)


def test_every_decision_names_its_release_and_has_its_own_id(ada: Visitor) -> None:
    found = decide(ada.profile, DecideRequest(), ada.program, ms(0))
    assert {one.release for one in found} == {ada.program.release.id}
    assert len({one.decision_id for one in found}) == len(found)
    again = decide(ada.profile, DecideRequest(), ada.program, ms(1))
    assert {one.decision_id for one in found}.isdisjoint(one.decision_id for one in again)
