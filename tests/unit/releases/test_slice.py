"""Slices: what a slot depends on, directly or through other things, and which slots two releases decide alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from befit.engine import Program
from befit.model import Release
from befit.releases.difference import Difference
from befit.releases.slice import changed_slots, cut, tags_read
from befit.site import load_site
from tests.events import page, track
from tests.sites import write_site

SITE: dict[str, Any] = {
    "signals": "views: {count: Product Viewed}\nspent: {sum: event.properties.total, of: Order Completed}\nclicks: {count: Product Clicked}\n",
    "tags": "viewer: {when: signals.views >= 3}\nbuyer: {on: Order Completed}\nfan: {when: '\"viewer\" in tags'}\n",
    "triggers": "pushing: {when: signals.clicks > 3, show: {side: offer}, for: 5m}\n",
    "slots": {
        "hero": "- {when: '\"fan\" in tags', show: offer}\n- {show: welcome}\n",
        "side": "- {show: welcome}\n",
        "foot": "- {when: signals.spent > 9.0, show: offer}\n- {show: welcome}\n",
    },
    "modules": {"offer": "type: banner\nprops: {title: Offer}\n"},
    "site": "name: test\nschema: {events: {Order Completed: {total: double}}}\n",
}


def release(folder: Path, **changes: Any) -> Release:
    return load_site(write_site(folder, **{**SITE, **changes}))


def names(parts: tuple[Any, ...]) -> list[str]:
    return [part.name for part in parts]


@pytest.fixture
def base(tmp_path: Path) -> Release:
    return release(tmp_path / "base")


def test_a_slot_needs_tags_by_name_and_what_sets_them(base: Release) -> None:
    found = cut(base, ["hero"])
    assert (names(found.signals), names(found.tags), names(found.triggers)) == (["views"], ["viewer", "fan"], [])
    assert names(found.modules) == ["welcome", "offer"] or names(found.modules) == ["offer", "welcome"]


def test_a_slot_needs_the_triggers_that_show_there(base: Release) -> None:
    found = cut(base, ["side"])
    assert (names(found.signals), names(found.tags), names(found.triggers)) == (["clicks"], [], ["pushing"])


def test_a_slot_that_asks_for_tags_in_another_way_needs_all(tmp_path: Path) -> None:
    slots = {**SITE["slots"], "hero": "- {when: size(tags) > 1, show: offer}\n- {show: welcome}\n"}
    assert names(cut(release(tmp_path, slots=slots), ["hero"]).tags) == ["viewer", "buyer", "fan"]


def test_a_slot_may_ask_for_tags_by_how_they_begin(tmp_path: Path) -> None:
    hero = "- {when: '(\"vi\" + string(signals.views)) in tags', show: offer}\n- {show: welcome}\n"
    found = cut(release(tmp_path, slots={**SITE["slots"], "hero": hero}), ["hero"])
    assert (names(found.signals), names(found.tags)) == (["views"], ["viewer"])


def test_tags_that_an_expression_reads() -> None:
    tags = ["var", "tags", "list(string)"]
    assert tags_read(["&&", ["in", "a", tags], ["!", ["in", "b", tags]]]) == {"a", "b"}
    assert tags_read(["in", ["+", "a", ["var", "b", "string"]], tags]) == {"a*"}
    assert tags_read(["in", ["var", "b", "string"], tags]) == {"*"}
    assert tags_read(["size", tags]) == {"*"}
    assert tags_read(["==", ["list", "var", "tags"], 1]) == set()


def test_other_words_in_the_same_place_change_nothing(base: Release, tmp_path: Path) -> None:
    slots = {**SITE["slots"], "foot": "# a note\n\n- {when: '(signals.spent) > 9.0', show: offer}\n- {show: welcome}\n"}
    assert changed_slots(base, release(tmp_path / "draft", slots=slots)) == []


@pytest.mark.parametrize(
    ("changes", "slots"),
    [
        ({"modules": {"offer": "type: banner\nprops: {title: 90 % off}\n"}}, ["foot", "hero", "side"]),
        ({"signals": SITE["signals"].replace("views: {count: Product Viewed}", "views: {count: page}")}, ["hero"]),
        ({"tags": SITE["tags"].replace("buyer: {on: Order Completed}", "buyer: {on: page}")}, []),
        ({"triggers": SITE["triggers"].replace("5m", "6m")}, ["side"]),
        ({"site": SITE["site"].replace("name: test", "name: test\nsession: {timeout: 5m}")}, ["foot", "hero", "side"]),
        ({"site": SITE["site"].replace("{Order", "{Signed Up: {plan: string}, Order")}, []),
        ({"slots": {name: text for name, text in SITE["slots"].items() if name != "foot"}}, ["foot"]),
    ],
)
def test_slots_differ_when_anything_does_that_they_depend_on(
    base: Release, tmp_path: Path, changes: dict[str, Any], slots: list[str]
) -> None:
    folder = tmp_path / "draft"
    assert sorted(changed_slots(base, release(folder, **changes))) == slots


def test_two_histories_part_at_the_first_event_that_feeds_what_differs(base: Release, tmp_path: Path) -> None:
    where = "views: {count: Product Viewed, where: 'event.properties.category == \"books\"'}"
    draft = release(tmp_path / "draft", signals=SITE["signals"].replace("views: {count: Product Viewed}", where))
    other = release(
        tmp_path / "other",
        signals=SITE["signals"].replace("views: {count: Product Viewed}", where.replace("books", "toys")),
    )
    against_all = Difference(Program(base), Program(draft))
    assert against_all.concerns(track("Product Viewed", category="fashion"))
    either = Difference(Program(other), Program(draft))
    assert [either.concerns(track("Product Viewed", category=c)) for c in ("books", "toys", "fashion")] == [
        True,
        True,
        False,
    ]
    assert not either.concerns(page("/"))
    assert not either.total


def test_nothing_is_shared_between_sites_with_other_settings(base: Release, tmp_path: Path) -> None:
    draft = release(tmp_path / "draft", site=SITE["site"] + "session: {timeout: 5m}\n")
    assert Difference(Program(base), Program(draft)).total
