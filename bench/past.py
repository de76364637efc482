"""A past to replay: the log of the demo shop, with as many simulated visitors and events as a figure asks for."""

from __future__ import annotations

import asyncio
import heapq
import random
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from befit.log.embedded import EmbeddedLog
from befit.model import IMPRESSION, MODULE_CLICKED, Event

SHOP: Final = Path(__file__).parents[1] / "examples" / "shop"
SITE: Final = SHOP / "site"
END: Final = 1_790_000_000_000
DAY_MS: Final = 86_400_000
SEEN: Final = {
    "home": (("hero", "welcome"), ("recommendations", "bestsellers")),
    "category": (("hero", "welcome"), ("sidebar", "gift-ideas")),
    "product": (("recommendations", "bestsellers"),),
    "cart": (("checkout", "nothing"),),
}
"""Slots on each type of page, and the module that the past shows there."""
CLICKS: Final = 0.04
APPEND: Final = 200
CONTEXT: Final[dict[str, Any]] = {
    "library": {"name": "@befit/browser", "version": "0.1.0"},
    "locale": "en-GB",
    "timezone": "Europe/Berlin",
    "screen": {"width": 1920, "height": 1080, "density": 1},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
}

_encode = msgspec.msgpack.Encoder().encode


def past(visitors: int, per_visitor: int, days: int = 8, seed: int = 1) -> Iterator[Event]:
    """`visitors` visitors with `per_visitor` events each, over the `days` before END, in order of time."""
    sys.path.insert(0, str(SHOP))
    import visitors as model  # type: ignore[import-not-found]  # the example is no package

    products = yaml.safe_load((SITE / "collections" / "products.yaml").read_text())
    categories = sorted({product["category"] for product in products})
    crowd = model.visitors(visitors, random.Random(seed), categories)

    def behaviour(number: int) -> Iterator[Event]:
        dice = random.Random(seed * 1_000_003 + number)
        start = END - days * DAY_MS + dice.randrange(days * DAY_MS - 3_600_000)
        steps = model.browse(crowd[number], dice, products)
        return islice(_events(crowd[number].anonymous_id, steps, start, dice), per_visitor)

    # Visitors come one after the other: only those who are there now are held.
    starts = sorted(
        (random.Random(seed * 1_000_003 + number).randrange(days * DAY_MS - 3_600_000), number)
        for number in range(visitors)
    )
    here: list[tuple[int, int, Event, Iterator[Event]]] = []
    for start, number in chain(starts, [(days * DAY_MS, -1)]):
        while here and (number < 0 or here[0][0] < END - days * DAY_MS + start):
            _, who, event, rest = here[0]
            yield event
            following = next(rest, None)
            if following is None:
                heapq.heappop(here)
            else:
                heapq.heapreplace(here, (following.timestamp, who, following, rest))
        if number >= 0:
            rest = behaviour(number)
            first = next(rest)
            heapq.heappush(here, (first.timestamp, number, first, rest))


def _events(visitor: str, steps: Iterator[Any], start: int, dice: random.Random) -> Iterator[Event]:
    """A visitor's steps as events, with the impressions of the slots on each page and some clicks on them."""
    page: dict[str, Any] = {}
    time, count = start, 0

    def event(name: str, properties: dict[str, Any], kind: Any = "track") -> Event:
        nonlocal count
        count += 1
        context = {**CONTEXT, "viewId": f"{visitor}-{page.get('n', 0)}", "page": page["page"]}
        return Event(
            type=kind,
            name=name,
            message_id=f"{visitor}-{count}-5f2k9d8s",
            anonymous_id=visitor,
            timestamp=time,
            received_at=time,
            properties=properties,
            context=context,
        )

    for step in steps:
        time += int(step.wait * 1000)
        call = step.call
        if call["type"] != "page":
            yield event(call["event"], dict(call["properties"]))
            continue
        kind = call["properties"]["type"]
        path = f"/{kind}/{call['properties'].get('product_id', '')}"
        page = {"n": count, "page": {"path": path, "url": f"https://shop.example{path}", "title": kind, "referrer": ""}}
        yield event("page", dict(call["properties"]), "page")
        for slot, module in SEEN.get(kind, ()):
            time += 500
            shown = {"slot": slot, "module": module, "variant": "", "decisionId": f"{visitor}{count}.{slot}"}
            yield event(IMPRESSION, shown)
            if dice.random() < CLICKS:
                time += 900
                yield event(MODULE_CLICKED, {**shown, "target": "cta"})


async def write_past(data: Path, events: Iterator[Event]) -> int:
    """Write the events into the log of a data folder, as a server would have; how many."""
    now = 0
    log = EmbeddedLog(f"embedded:{data}", "events", lambda: now)
    await log.open()
    count = 0
    while group := list(islice(events, APPEND)):
        now = group[-1].received_at
        await log.append(0, [_encode(event) for event in group])
        count += len(group)
    await log.close()
    return count


if __name__ == "__main__":
    print(asyncio.run(write_past(Path(sys.argv[1]), past(int(sys.argv[2]), int(sys.argv[3])))))
