"""Quiet events: which they are for a slice, and that noting one does to a profile what folding it does."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from befit.engine import Program, fold
from befit.releases.quiet import Quiet, is_news
from tests.events import Visitor, event, page, ping, track
from tests.sites import program_of

SITE = "name: test\nschema: {page: {category: string}}\n"
OFFER = {"offer": "type: banner\nprops: {title: Offer}\n"}


def program(folder: Path, hero: str, **parts: Any) -> Program:
    slots = {"hero": f"- {{when: '{hero}', show: offer}}\n- {{show: welcome}}\n"}
    return program_of(folder, site=parts.pop("site", SITE), slots=slots, modules=OFFER, **parts)


@pytest.mark.parametrize(
    ("hero", "parts", "quiet", "loud"),
    [
        (
            "signals.views > 1",
            {"signals": "views: {count: Product Viewed}"},
            ["Noise", "Page Ping"],
            ["Product Viewed", "page"],
        ),
        ('page.category == "books"', {}, ["Noise", "Page Ping"], ["page", "screen", "identify", "alias", "group"]),
        ("page.scroll > 50", {}, ["Noise"], ["Page Ping"]),
        ('session.dwell > duration("1m")', {}, ["Noise"], ["Page Ping"]),
        ('signals.time > duration("1m")', {"signals": "time: {dwell: page}"}, ["Noise"], ["Page Ping"]),
        ("session.events > 3", {}, ["Noise"], []),
        ('context.locale == "de"', {}, ["Noise", "Page Ping"], []),
        ('"here" in tags', {"tags": "here: {when: session.events > 3}"}, [], ["Noise"]),
        (
            '"here" in tags',
            {"tags": "here: {on: Noise, unset: {on: Order Completed}}"},
            ["Page Ping"],
            ["Noise", "Order Completed"],
        ),
    ],
)
def test_what_is_quiet(tmp_path: Path, hero: str, parts: Any, quiet: list[str], loud: list[str]) -> None:
    known = Quiet([program(tmp_path, hero, **parts)])
    assert [name for name in (*quiet, *loud) if known.knows(name)] == quiet


def test_an_impression_counts_where_a_cap_does(tmp_path: Path) -> None:
    slots = {"hero": "- {show: offer, cap: {day: 1}}\n- {show: welcome}\n", "side": "- {show: welcome}\n"}
    assert Quiet([program_of(tmp_path, slots=slots, modules=OFFER)]).capped == {"hero"}


@pytest.mark.parametrize("at", [5, 20, -100, 1_500])
def test_noting_an_event_does_what_folding_it_does(tmp_path: Path, at: int) -> None:
    visitor = Visitor(program(tmp_path, "session.events > 3"))
    visitor.does(page("/", 0), track("Product Viewed", 10))
    folded, noted = visitor.profile, deepcopy(visitor.profile)
    noise = event("track", "Noise", at)
    fold(folded, noise, visitor.program)
    assert Quiet([visitor.program]).take(noted, noise.timestamp)
    assert noted == folded


def test_an_event_that_begins_a_session_must_be_folded(tmp_path: Path) -> None:
    visitor = Visitor(program(tmp_path, "session.events > 3"))
    quiet = Quiet([visitor.program])
    assert not quiet.take(visitor.profile, event("track", "Noise", 0).timestamp)
    visitor.does(page("/", 0))
    before = deepcopy(visitor.profile)
    assert not quiet.take(visitor.profile, event("track", "Noise", 1_801).timestamp)
    assert visitor.profile == before


def test_a_ping_from_another_tab_must_be_folded(tmp_path: Path) -> None:
    visitor = Visitor(program(tmp_path, 'page.category == "books"'))
    visitor.does(page("/a", 0, view="one"), page("/b", 1, view="two"))
    quiet = Quiet([visitor.program])
    late = ping(5, 10, view="one")
    assert not quiet.take(visitor.profile, late.timestamp, "one")
    assert quiet.take(visitor.profile, late.timestamp, "two")


def test_an_event_that_says_something_new_of_the_context_must_be_folded(tmp_path: Path) -> None:
    visitor = Visitor(program(tmp_path, "context.hour < 9"))
    quiet = Quiet([visitor.program])
    assert quiet.context == {"timezone"}
    visitor.does(event("page", "page", 0, context={"timezone": "Europe/Berlin", "locale": "de"}))
    assert not is_news({"timezone": "Europe/Berlin", "locale": "en"}, visitor.profile, quiet.context)
    assert not is_news({}, visitor.profile, quiet.context)
    assert is_news({"timezone": "Asia/Tokyo"}, visitor.profile, quiet.context)
