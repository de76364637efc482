"""What changed from one release to another, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from befit.model import Release
from befit.releases.diff import describe
from befit.releases.phrases import ordinal, span
from tests.sites import program_of

SIGNALS = "clicks: {count: Click, within: 10m}\nfavourite: {affinity: event.properties.c, half_life: 3d, weights: {Click: 1}}\n"
TAGS = "vip: {on: Order, when: 'event.properties.total > 5.0', ttl: 90d}\n"
TRIGGERS = "remind: {on: Click, show: {hero: b}, for: 10m}\n"
HERO = """
- {when: 'signals.clicks > 2', show: a}
- when: '"vip" in tags'
  rules:
    - {when: 'signals.clicks > 1', show: b}
    - {show: c}
- {show: d}
"""
MODULES = {name: f"type: banner\nprops: {{title: {name}}}\n" for name in "abcd"}


class Sites:
    """Releases of small sites that differ in one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def __call__(self, **changed: Any) -> Release:
        files = {"signals": SIGNALS, "tags": TAGS, "triggers": TRIGGERS, "slots": {"hero": HERO}, "modules": MODULES}
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        return program_of(folder, **{**files, **changed}).release


@pytest.fixture
def site(tmp_path: Path) -> Sites:
    return Sites(tmp_path)


def words(before: Release, after: Release) -> list[str]:
    return [str(change) for change in describe(before, after)]


def test_the_same_site_has_no_changes_wherever_it_stands(site: Sites) -> None:
    assert describe(site(), site(signals=f"# a comment\n\n{SIGNALS}")) == []


def test_parts_are_new_gone_or_different_by_name(site: Sites) -> None:
    after = site(
        signals=SIGNALS.replace("10m", "1h") + "orders: {count: Order}\n", tags="", slots={"hero": "- {show: d}\n"}
    )
    said = words(site(slots={"hero": "- {show: d}\n"}), after)
    assert "~ signal clicks: window was 10m, is 1h" in said
    assert "+ signal orders: is new: count; events `Order`" in said
    assert "- tag vip: is gone" in said
    assert len(said) == 3


def test_entries_of_mappings_are_told_one_by_one(site: Sites) -> None:
    after = site(
        signals=SIGNALS.replace("{Click: 1}", "{Click: 2, Order: 5}"),
        modules={**MODULES, "a": "type: banner\nprops: {title: A, text: new}\n"},
    )
    said = words(site(), after)
    assert "~ signal favourite: weight `Click` was 1, is 2" in said
    assert "~ signal favourite: weight `Order` 5 is new" in said
    assert "~ module a: prop `title` was `a`, is `A`" in said
    assert "~ module a: prop `text` `new` is new" in said


def test_a_rule_is_recognized_when_its_condition_changes_and_when_what_it_shows_does(site: Sites) -> None:
    said = words(site(), site(slots={"hero": HERO.replace("clicks > 2", "clicks > 3").replace("show: c", "show: a")}))
    assert "~ slot hero, rule → `a`: condition was `signals.clicks > 2`, is `signals.clicks > 3`" in said
    assert any("module was `c`, is `a`" in line for line in said)
    assert len(said) == 2


def test_a_new_rule_has_its_place_and_moves_nothing_else(site: Sites) -> None:
    new = "\n- {when: 'signals.clicks > 9', show: c}" + HERO
    assert words(site(), site(slots={"hero": new})) == [
        "+ slot hero: the rule `signals.clicks > 9` → `c` is new, as 1st of 4"
    ]


def test_a_rule_that_changes_places_is_said_to_have_moved_once(site: Sites) -> None:
    first, rest = HERO.strip().split("\n", 1)
    default = "- {show: d}"
    moved = rest.replace(default, f"{first}\n{default}")
    said = words(site(), site(slots={"hero": moved}))
    assert len(said) == 1
    assert "place" in said[0]


def test_places_point_into_the_newer_site_and_for_what_is_gone_into_the_older(site: Sites) -> None:
    changes = describe(site(), site(tags="", slots={"hero": HERO.replace('"vip" in tags', "profile.sessions > 1")}))
    where = {change.kind: change.where for change in changes}
    assert where["removed"] == "tags.yaml:1:1"
    assert where["changed"].startswith("slots/hero.yaml:")


def test_every_difference_that_gives_a_release_another_id_is_told(site: Sites) -> None:
    """Each field of each part, changed by itself."""
    release = site()
    for field in ("signals", "tags", "triggers", "slots", "modules"):
        for part in getattr(release, field):
            for name, value in msgspec.structs.asdict(part).items():
                if name in ("name", "position", "rules", "hidden", "kind") or part.name == "favourite_top":
                    continue
                other = _other(value)
                if other is None:
                    continue
                parts = tuple(
                    msgspec.structs.replace(each, **{name: other}) if each is part else each
                    for each in getattr(release, field)
                )
                after = msgspec.structs.replace(release, **{field: parts})
                assert describe(release, after), (field, part.name, name)


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case tuple() if all(isinstance(each, str) for each in value):
            return (*value, "x")
        case dict():
            return {**value, "x": "x"}
    return None


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0s"), (500, "500ms"), (90_000, "1m30s"), (604_800_000, "1w"), (864_000_000, "10d")]
)
def test_spans_read_as_a_site_folder_writes_them(ms: int, text: str) -> None:
    assert span(ms) == text


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"
    ]  # fmt: skip
