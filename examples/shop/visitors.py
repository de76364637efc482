"""How simulated visitors behave: each has a taste, looks at what befits it, and sometimes buys. Pure and seeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Product = dict[str, Any]
Call = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who somebody is: weights of the categories, how long they look (seconds), how easily they buy (0 to 1)."""

    anonymous_id: str
    taste: dict[str, float]
    patience: float
    ease: float


@dataclass(frozen=True, slots=True)
class Step:
    """What a visitor does next: waits this many seconds, then makes the call. `note` says it in words, if it matters."""

    wait: float
    call: Call
    note: str = ""


def visitors(count: int, rng: Random, categories: Sequence[str]) -> list[Visitor]:
    """`count` visitors, `sim-01` and so on; the same ones for the same seed."""
    return [
        Visitor(
            anonymous_id=f"sim-{number:02}",
            taste={category: rng.random() ** 3 + 0.02 for category in categories},
            patience=rng.uniform(6, 25),
            ease=rng.uniform(0.05, 0.5),
        )
        for number in range(1, count + 1)
    ]


def browse(visitor: Visitor, rng: Random, products: Sequence[Product]) -> Iterator[Step]:
    """Visit after visit, without end. The calls have no ids, times and contexts yet: those belong to who sends them."""
    pause = rng.uniform(0, 8)
    while True:
        yield from _visit(visitor, rng, products, pause)
        pause = rng.uniform(10, 60)


def _visit(visitor: Visitor, rng: Random, products: Sequence[Product], pause: float) -> Iterator[Step]:
    cart: list[Product] = []
    yield _page({"type": "home"}, pause, f"{visitor.anonymous_id} comes in")
    yield from _dwell(rng, visitor.patience / 3)
    for _ in range(rng.randint(2, 9)):
        category = rng.choices(list(visitor.taste), list(visitor.taste.values()))[0]
        if rng.random() < 0.35:
            yield _page({"type": "category", "category": category}, rng.uniform(0.5, 2))
            yield _track("Product List Viewed", {"list_id": category, "category": category})
            yield from _dwell(rng, visitor.patience / 3)
        product = rng.choice([each for each in products if each["category"] == category])
        yield from _look(visitor, rng, product)
        if rng.random() < visitor.ease:
            cart.append(product)
            yield _track(
                "Product Added",
                {**_about(product), "quantity": 1, "cart_items": len(cart)},
                wait=rng.uniform(0.5, 2),
                note=f"{visitor.anonymous_id} puts {product['name']} into the cart",
            )
    if cart and rng.random() < 0.6:
        yield from _buy(visitor, rng, cart)


def _look(visitor: Visitor, rng: Random, product: Product) -> Iterator[Step]:
    page = {"type": "product", "product_id": product["id"], "category": product["category"], "price": product["price"]}
    yield _page(page, rng.uniform(0.5, 2))
    yield _track(
        "Product Viewed",
        _about(product),
        note=f"{visitor.anonymous_id} looks at {product['name']} ({product['category']})",
    )
    yield from _dwell(rng, rng.expovariate(1 / visitor.patience))


def _buy(visitor: Visitor, rng: Random, cart: list[Product]) -> Iterator[Step]:
    total = round(sum(product["price"] for product in cart), 2)
    items = {"total": total, "currency": "EUR", "cart_items": len(cart)}
    yield _page({"type": "cart"}, rng.uniform(0.5, 2))
    yield _track("Cart Viewed", items)
    yield _page({"type": "checkout"}, rng.uniform(2, 8))
    yield _track("Checkout Started", items)
    yield _track(
        "Order Completed",
        {**items, "order_id": f"{visitor.anonymous_id}-{rng.randrange(16**6):06x}", "cart_items": 0},
        wait=rng.uniform(3, 10),
        note=f"{visitor.anonymous_id} orders {len(cart)} for {total:.2f} EUR",
    )
    yield _page({"type": "thanks"}, 0.2)


def _dwell(rng: Random, seconds: float) -> Iterator[Step]:
    """Visible time, told as the browser SDK tells it: every 5 seconds, and the rest at the end."""
    scroll = 0
    while seconds > 0.5:
        visible = min(5.0, seconds)
        seconds -= visible
        scroll = min(100, scroll + rng.randint(0, 40))
        yield _track("Page Ping", {"visible_ms": round(visible * 1000), "scroll": scroll}, wait=visible)


def _page(properties: dict[str, Any], wait: float, note: str = "") -> Step:
    return Step(wait, {"type": "page", "properties": properties}, note)


def _track(event: str, properties: dict[str, Any], wait: float = 0.05, note: str = "") -> Step:
    return Step(wait, {"type": "track", "event": event, "properties": properties}, note)


def _about(product: Product) -> dict[str, Any]:
    return {"product_id": product["id"], **{name: product[name] for name in ("name", "category", "price")}}
