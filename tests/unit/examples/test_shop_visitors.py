"""The simulated visitors of the demo shop: seeded, plausible, and a calm stream."""

import importlib
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
import yaml

SHOP = Path(__file__).parents[3] / "examples" / "shop"
PRODUCTS: list[dict[str, Any]] = yaml.safe_load((SHOP / "site/collections/products.yaml").read_text(encoding="utf-8"))
BY_ID = {product["id"]: product for product in PRODUCTS}
CATEGORIES = sorted({product["category"] for product in PRODUCTS})


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SHOP))
    return importlib.import_module("visitors")


@pytest.fixture
def simulation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SHOP))
    return importlib.import_module("simulate")


def steps(model: ModuleType, seed: int, count: int = 2000) -> list[Any]:
    visitor = model.visitors(1, Random(seed), CATEGORIES)[0]
    return list(islice(model.browse(visitor, Random(seed), PRODUCTS), count))


def test_the_same_seed_makes_the_same_visitors_do_the_same(model: ModuleType) -> None:
    assert steps(model, 3) == steps(model, 3)
    assert steps(model, 3) != steps(model, 4)


def test_a_visitor_looks_most_at_what_they_like_most(model: ModuleType) -> None:
    visitor = model.visitors(1, Random(5), CATEGORIES)[0]
    views = Counter(
        step.call["properties"]["category"]
        for step in islice(model.browse(visitor, Random(5), PRODUCTS), 5000)
        if step.call.get("event") == "Product Viewed"
    )
    assert views.most_common(1)[0][0] == max(visitor.taste, key=visitor.taste.__getitem__)


@pytest.mark.parametrize("seed", range(5))
def test_calls_tell_of_products_that_exist_on_the_page_where_the_visitor_is(model: ModuleType, seed: int) -> None:
    page: dict[str, Any] = {}
    for step in steps(model, seed):
        assert step.wait >= 0
        properties = step.call["properties"]
        if step.call["type"] == "page":
            page = properties
        elif step.call["event"] in ("Product Viewed", "Product Added"):
            product = BY_ID[properties["product_id"]]
            assert page["product_id"] == product["id"]
            assert (properties["category"], properties["price"]) == (product["category"], product["price"])


@pytest.mark.parametrize("seed", range(5))
def test_an_order_is_what_was_put_into_the_cart_during_the_visit(model: ModuleType, seed: int) -> None:
    cart: list[float] = []
    orders = 0
    for step in steps(model, seed, 8000):
        properties = step.call["properties"]
        match step.call.get("event", properties.get("type")):
            case "home":
                cart = []
            case "Product Added":
                cart.append(properties["price"])
                assert properties["cart_items"] == len(cart)
            case "Order Completed":
                orders += 1
                assert properties["total"] == pytest.approx(sum(cart))
    assert orders > 0


def test_visible_time_is_told_in_steps_of_five_seconds_while_it_passes(model: ModuleType) -> None:
    pings = [step for step in steps(model, 1) if step.call.get("event") == "Page Ping"]
    assert {step.call["properties"]["visible_ms"] for step in pings} >= {5000}
    for step in pings:
        assert 0 < step.call["properties"]["visible_ms"] <= 5000
        assert step.wait * 1000 == pytest.approx(step.call["properties"]["visible_ms"], abs=1)


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_twelve_visitors_make_three_to_six_events_a_second(simulation: ModuleType, seed: int) -> None:
    crowd = simulation.Crowd("run", seed, 12, PRODUCTS)
    seconds = 3600
    assert 3 <= len(list(crowd.take(seconds))) / seconds <= 6


def test_a_crowd_gives_each_call_its_visitor_an_id_of_its_own_and_the_page_view_it_belongs_to(
    simulation: ModuleType,
) -> None:
    calls = [call for call, _ in simulation.Crowd("first", 7, 12, PRODUCTS).take(600)]
    assert {call["anonymousId"] for call in calls} == {f"sim-{number:02}" for number in range(1, 13)}
    assert len({call["messageId"] for call in calls}) == len(calls)
    views: dict[str, str] = {}
    for call in calls:
        if call["type"] == "page":
            views[call["anonymousId"]] = call["context"]["viewId"]
        assert call["context"]["viewId"] == views[call["anonymousId"]]
    again = [call for call, _ in simulation.Crowd("second", 7, 12, PRODUCTS).take(600)]
    assert not {call["messageId"] for call in again} & {call["messageId"] for call in calls}
    assert [call["properties"] for call in again] == [call["properties"] for call in calls]


def test_a_crowd_hands_out_calls_when_they_are_due_and_not_before(simulation: ModuleType) -> None:
    crowd = simulation.Crowd("run", 7, 3, PRODUCTS)
    first = crowd.next_at
    assert list(crowd.take(first - 0.001)) == []
    assert len(list(crowd.take(first))) == 1
    assert crowd.next_at > first
