"""A backtest finds what a replay without any of its shortcuts finds: both releases whole, every event folded twice."""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from befit.engine import Program, decide, ids_of
from befit.engine.deciding.explore import propensity_of
from befit.model import DecideRequest, Event, Profile, Release
from befit.releases.backtest import Backtest
from befit.releases.twins import World, moment
from befit.site import load_site
from tests.events import START
from tests.sites import write_site

SCHEMA = """name: shop
schema:
  page: {category: string}
  traits: {plan: string}
  events:
    Product Viewed: {category: string, price: double}
    Order Completed: {total: double}
    Reminded: {trigger: string}
"""
SIGNALS = {
    "views": ("{count: Product Viewed}", "{count: Product Viewed, where: event.properties.price > 50.0}"),
    "recent": ("{count: Product Viewed, within: 10m}", "{count: Product Viewed, within: 60m}"),
    "books": (
        "{count: Product Viewed, where: 'event.properties.category == \"books\"', within: session}",
        "{count: Product Viewed, where: 'event.properties.category == \"toys\"', within: session}",
    ),
    "spent": (
        "{sum: event.properties.total, of: Order Completed}",
        "{max: event.properties.total, of: Order Completed}",
    ),
    "idle": (
        "{absence: Order Completed, after: Product Viewed, for: 10m}",
        "{absence: Order Completed, after: Product Viewed, for: 2m}",
    ),
    "page_time": ("{dwell: page}", "{dwell: session}"),
    "here": ("{count: Page Ping, where: 'page.category == \"books\"'}", "{count: Page Ping}"),
}
TAGS = {
    "viewer": ("{when: signals.recent >= 2, ttl: 20m}", "{when: signals.recent >= 3, ttl: 20m}"),
    "buyer": (
        "{on: Order Completed, when: event.properties.total > 20.0, unset: {on: Reminded}}",
        "{on: Order Completed, ttl: 5m, unset: {on: Reminded}}",
    ),
    "long": (
        "{when: 'signals.page_time > duration(\"4s\")', ttl: 1h}",
        "{when: 'signals.page_time > duration(\"9s\")', ttl: 1h}",
    ),
    "rich": ("{when: '\"buyer\" in tags && signals.spent > 60.0'}", "{when: '\"buyer\" in tags'}"),
}
TRIGGERS = {
    "lingering": (
        '{when: \'signals.page_time >= duration("10s") && page.category == "books"\', show: {hero: offer}, for: 5m}',
        "{when: 'signals.page_time >= duration(\"20s\")', show: {hero: offer}, for: 5m}",
    ),
    "reminding": (
        "{on: page, when: signals.idle, emit: Reminded, cooldown: 30m}",
        "{on: page, when: signals.idle, tag: reminded}",
    ),
}
SLOTS = {
    "hero": (
        "- {when: '\"rich\" in tags', show: offer, variant: big}\n"
        "- {when: signals.views >= 3, show: counted, cap: {session: 2}}\n- {show: welcome}\n",
        "- {when: signals.views >= 3, show: counted}\n- {when: '\"rich\" in tags', show: offer}\n- {show: welcome}\n",
    ),
    "side": (
        "- {when: 'signals.books > 1 && page.category == \"books\"', show: offer}\n- {show: welcome}\n",
        "explore: 50%\nrules:\n- {when: signals.books > 1, show: offer}\n- {show: welcome}\n",
    ),
    "foot": (
        '- {when: \'("view" + "er") in tags\', show: offer}\n- {when: \'"long" in tags\', show: offer, variant: big}\n- {when: signals.here > 1, show: counted}\n- {show: welcome}\n',
        "- {when: '\"viewer\" in tags', show: offer}\n- {when: 'now - profile.first_seen > duration(\"10m\")', show: counted}\n- {show: welcome}\n",
    ),
    "top": (
        "- {when: 'profile.traits.plan == \"gold\" || session.page_views > 2', show: offer}\n- {show: welcome}\n",
        "- {when: 'profile.traits.plan == \"free\" || session.page_views > 3', show: offer}\n- {show: welcome}\n",
    ),
    "ear": (
        "- {when: signals.views > 0, show: offer, cap: {ever: 1}}\n- {show: welcome}\n",
        "- {when: signals.views > 0, show: offer, cap: {ever: 2}}\n- {show: welcome}\n",
    ),
    "chin": (
        "- {when: session.events > 4, show: offer}\n- {show: welcome}\n",
        "- {when: session.events > 6, show: offer}\n- {show: welcome}\n",
    ),
    "neck": (
        "- {when: 'context.locale == \"de\"', show: offer}\n- {show: welcome}\n",
        "- {when: 'context.locale == \"en\"', show: offer}\n- {show: welcome}\n",
    ),
}
MODULES = {
    "offer": "type: banner\nprops: {title: Offer}\nvariants: {big: {title: Big}}\n",
    "counted": 'type: banner\nprops: {title: "${signals.views} views"}\n',
}
PARTS = [*SIGNALS, *TAGS, *TRIGGERS, *SLOTS]


@lru_cache(maxsize=400)
def release(changes: frozenset[str]) -> Release:
    """The site with the second form of these parts."""

    def yaml(parts: dict[str, tuple[str, str]]) -> str:
        return "".join(f"{name}: {forms[name in changes]}\n" for name, forms in parts.items())

    with tempfile.TemporaryDirectory() as name:
        write_site(
            Path(name),
            site=SCHEMA,
            signals=yaml(SIGNALS),
            tags=yaml(TAGS),
            triggers=yaml(TRIGGERS),
            slots={slot: forms[slot in changes] for slot, forms in SLOTS.items()},
            modules=MODULES,
        )
        return load_site(Path(name))


Ways = Counter[tuple[str, str, str, str]]


def naive(base: Release, draft: Release, events: list[Event], since: int) -> tuple[set[str], Ways, Counter[Any]]:
    """Visitors who came; (visitor, slot, from, to) -> decisions that differ; (visitor, slot, shown, propensity) -> impressions."""
    programs = [Program(msgspec.structs.replace(each, id=base.id)) for each in (base, draft)]
    worlds = [World(program) for program in programs]
    lead = worlds[0].visitors.lead
    slots = [slot.name for slot in base.slots]
    seen: dict[str, int] = {}
    came: list[list[Any]] = []  # these three begin with the id of the profile
    changes: list[list[Any]] = []
    impressions: list[list[Any]] = []

    def compare(name: str, asked: list[str], now: int) -> None:
        shown = []
        for world in worlds:
            name = world.visitors.lead(name)
            profile = world.visitors.profiles.get(name) or Profile(id=name, ids=[name])
            shown.append(decide(profile, DecideRequest(slots=asked), world.program, now))
        for one, other in zip(*shown, strict=True):
            contents = [(d.module, d.variant, msgspec.json.encode(d.props)) for d in (one, other)]
            if contents[0] != contents[1]:
                labels = [f"{d.module}/{d.variant}" if d.variant else d.module or "nothing" for d in (one, other)]
                changes.append([name, one.slot, *labels])

    for event in events:
        emitted = event.message_id.endswith(f":{event.properties.get('trigger')}")
        if event.type == "timer" or emitted:
            continue
        if event.message_id in seen and event.received_at - seen[event.message_id] <= DAY:
            continue
        seen[event.message_id] = event.received_at
        now = moment(event)
        owner = f"u:{event.user_id}" if event.user_id else f"a:{event.anonymous_id}"
        for world in worlds:
            for name in ids_of(event):
                profile = world.visitors.profiles.get(world.visitors.lead(name))
                if profile is not None:
                    world.elapse(profile, now)
        late = event.received_at - event.timestamp > base.site.lateness_ms and not event.historical
        counts = now >= since and not late
        asked = str(event.properties.get("slot"))
        if counts and event.name in ("Impression", "Module Clicked"):
            compare(owner, [asked], now)
            if event.name == "Impression":
                shown = event.properties["module"]
                impressions.append([lead(owner), asked, shown, propensity_of(event.properties["decisionId"])])
        for world in worlds:
            taken = world.play(msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event))
        ended = {each.id for each in taken.ended} if taken is not None else set()
        for note in (*came, *changes, *impressions):
            if taken is not None and note[0] in ended:
                note[0] = taken.profile.id
        if counts and lead(owner) in worlds[0].visitors.profiles:
            came.append([lead(owner)])
            if event.type == "page":
                compare(owner, slots, now)
    return {name for (name,) in came}, Counter(map(tuple, changes)), Counter(map(tuple, impressions))


DAY = 86_400_000
ids = st.sampled_from(["ada", "bob", "cyd"])
names = st.sampled_from(
    2 * ["page", "Product Viewed", "Page Ping", "Impression", "Noise"]
    + ["Module Clicked", "Order Completed", "identify", "alias", "Reminded", "timer", "emitted"]
)
steps = st.tuples(
    names,
    ids,
    st.sampled_from([0, 1, 5, 30, 200, 700, 2_000, 40_000]),  # seconds since the event before
    st.sampled_from(["", "", "", "ann", "ben"]),  # user id
    st.integers(0, 5),  # what else it says
    st.sampled_from([0, 0, 0, 0, 60, 3_000, 100_000]),  # seconds that it comes late
)


def make(number: int, step: tuple[Any, ...], at: int) -> Event:
    name, anonymous_id, _, user_id, n, late = step
    category = ("books", "toys", "books")[n % 3]
    common: dict[str, Any] = {
        "name": name,
        "message_id": f"m{number - (number % 11 == 10)}",  # now and then one comes twice
        "anonymous_id": anonymous_id,
        "user_id": user_id,
        "timestamp": at - late * 1000,
        "received_at": at,
        "historical": number % 13 == 12,
        "context": {"viewId": f"v{n % 2}", "page": {"path": f"/{n}"}, "locale": "de" if n == 5 else "en"},
    }
    match name:
        case "page":
            return Event(type="page", properties={"category": category}, **common)
        case "identify":
            return Event(type="identify", traits={"plan": "gold" if n % 2 else "free"}, **common)
        case "alias":
            return Event(
                type="alias", **{**common, "user_id": user_id or "ann", "previous_id": "ben" if n % 2 else "bob"}
            )
        case "timer":
            return Event(type="timer", **{**common, "name": "tag:viewer"})
        case "emitted":
            message = f"{common['message_id']}:reminding"
            emitted = {**common, "name": "Reminded", "message_id": message}
            return Event(type="track", properties={"trigger": "reminding"}, **emitted)
        case "Impression" | "Module Clicked":
            decision = f"t{number - n}.hero" + (".p0250" if n == 3 else "")
            slot = ("hero", "ear", "ear", "foot", "side", "top")[n]
            shown = {
                "slot": slot,
                "module": ("welcome", "offer", "counted")[n % 3],
                "variant": "",
                "decisionId": decision,
            }
            return Event(type="track", properties=shown, **common)
        case "Page Ping":
            return Event(type="track", properties={"visible_ms": 15_000, "scroll": 10 * n}, **common)
        case "Order Completed":
            return Event(type="track", properties={"total": 20.0 * n}, **common)
    return Event(type="track", properties={"category": category, "price": 30.0 * n}, **common)


def history(steps: list[tuple[Any, ...]]) -> list[Event]:
    at, events = START, []
    for number, step in enumerate(steps):
        at += step[2] * 1000
        events.append(make(number, step, at))
    return events


@settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(
    before=st.frozensets(st.sampled_from(PARTS), max_size=2),
    after=st.frozensets(st.sampled_from(PARTS), min_size=1, max_size=2),
    steps=st.lists(steps, min_size=30, max_size=60),
    skip=st.sampled_from([0, 0, 1, 2]),
)
def test_finds_what_a_whole_replay_finds(
    before: frozenset[str], after: frozenset[str], steps: list[tuple[Any, ...]], skip: int
) -> None:
    base, draft = release(before), release(before ^ after)
    events = history(steps)
    since = events[len(events) * skip // 4].received_at if events else 0
    backtest = Backtest(base, draft, since, remembered_ms=DAY)
    for event in events:
        backtest.take(msgspec.msgpack.encode(event))

    visitors, ways, impressions = naive(base, draft, events, since)

    found = backtest.findings(examples=100)
    assert found.visitors == len(visitors)
    assert found.changed == len({name for name, *_ in ways})
    assert {slot for _, slot, *_ in ways} <= set(backtest.slots)
    for slot in (each.name for each in base.slots):
        own = [(name, one, other, count) for (name, at, one, other), count in ways.items() if at == slot]
        said = found.slots.get(slot)
        assert (said.visitors if said else 0) == len({name for name, *_ in own})
        assert sorted(said.examples if said else []) == sorted({name for name, *_ in own})
        counts: Counter[tuple[str, str]] = Counter()
        for _, one, other, count in own:
            counts[one, other] += count
        assert {(o, t): n for o, to in (said.changed if said else {}).items() for t, n in to.items()} == counts
        if said is not None and slot in backtest.slots:
            shown = Counter(
                {
                    (one, p): sum(c for (_, s, o, q), c in impressions.items() if (s, o, q) == (slot, one, p))
                    for _, s, one, p in impressions
                    if s == slot
                }
            )
            cells: Counter[tuple[str, float]] = Counter()
            for visitor in said.cells:
                for cell in visitor:
                    cells[cell.action, cell.propensity] += cell.shown
            assert cells == shown


def test_a_release_against_itself_changes_nothing() -> None:
    assert Backtest(release(frozenset()), release(frozenset()), 0, remembered_ms=DAY).slots == []
