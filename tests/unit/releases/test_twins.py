"""Twins: one profile while two releases make the same of a visitor, two from the first event that they may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from befit.engine import Program
from befit.releases.twins import Twins
from tests.events import event, ms, page, track
from tests.sites import program_of


def programs(folder: Path, base: dict[str, Any], draft: dict[str, Any]) -> tuple[Program, Program]:
    slots: Any = {"hero": "- {show: welcome}\n"}
    return program_of(folder / "base", slots=slots, **base), program_of(folder / "draft", slots=slots, **draft)


@pytest.fixture
def twins(tmp_path: Path) -> Twins:
    """The draft counts views twice as long."""
    return Twins(
        *programs(
            tmp_path,
            {"signals": "recent: {count: Product Viewed, within: 10m}\nviews: {count: page}\n"},
            {"signals": "recent: {count: Product Viewed, within: 20m}\nviews: {count: page}\n"},
        )
    )


def apart(twins: Twins, name: str) -> bool:
    pair = twins.pair(name)
    assert pair is not None
    return pair[0] is not pair[1]


def test_visitors_part_at_the_first_event_that_concerns_what_differs(twins: Twins) -> None:
    twins.play(page("/", 0))
    assert not apart(twins, "a:ada")
    twins.play(track("Product Viewed", 1))
    assert apart(twins, "a:ada")
    pair = twins.pair("a:ada")
    assert pair is not None
    assert pair[0] == pair[1]  # the same so far, but no longer one


def test_after_a_login_both_worlds_know_whom_the_device_belongs_to(twins: Twins) -> None:
    twins.play(page("/", 0))
    twins.play(event("identify", "identify", 1, user_id="ann"))
    assert not apart(twins, "a:ada")
    twins.play(track("Product Viewed", 2))
    assert apart(twins, "a:ada")
    pair = twins.pair("a:ada")
    assert pair is not None
    assert [profile.id for profile in pair] == ["u:ann", "u:ann"]
    assert [profile.signals["views"] for profile in pair] == [1, 1]
    assert twins.draft.visitors.profiles.keys() == {"u:ann"}


def test_a_visitor_who_is_apart_takes_along_whom_it_joins(twins: Twins) -> None:
    twins.play(track("Product Viewed", 0))
    twins.play(event("identify", "identify", 1, anonymous_id="phone", user_id="ann"))
    twins.play(event("identify", "identify", 2, user_id="ann"))
    assert apart(twins, "a:phone")
    pair = twins.pair("u:ann")
    assert pair is not None
    assert pair[0] == pair[1]


def test_a_login_concerns_rules_that_differ_and_look_at_what_changed(tmp_path: Path) -> None:
    """A join looks at such rules again, with whatever the two profiles come to."""
    signals = "views: {count: page}\n"
    twins = Twins(
        *programs(
            tmp_path,
            {"signals": signals, "tags": "new: {when: signals.views < 1}\n"},
            {"signals": signals, "tags": "new: {when: signals.views < 2}\n"},
        )
    )
    twins.play(track("Noise", 0))
    twins.play(event("identify", "identify", 1, anonymous_id="phone", user_id="ann"))
    assert not apart(twins, "a:ada")
    twins.play(event("identify", "identify", 2, user_id="ann"))
    assert apart(twins, "u:ann")


def test_timers_come_due_in_both_worlds(tmp_path: Path) -> None:
    tags = "viewer: {on: Product Viewed, ttl: TTL}\n"
    twins = Twins(*programs(tmp_path, {"tags": tags.replace("TTL", "5m")}, {"tags": tags.replace("TTL", "9m")}))
    twins.play(track("Product Viewed", 0))
    for at, expected in ((299, (True, True)), (301, (False, True)), (541, (False, False))):
        twins.elapse(("a:ada",), ms(at))
        pair = twins.pair("a:ada")
        assert pair is not None
        assert tuple("viewer" in profile.tags for profile in pair) == expected


def test_what_a_trigger_emits_is_folded_at_once_and_may_part_them(tmp_path: Path) -> None:
    triggers = "telling: {on: page, emit: Told}\n"
    base = {"triggers": triggers, "signals": "told: {count: Told, within: 10m}\n"}
    draft = {"triggers": triggers, "signals": "told: {count: Told, within: 20m}\n"}
    twins = Twins(*programs(tmp_path, base, draft))
    twins.play(page("/", 0))
    pair = twins.pair("a:ada")
    assert pair is not None
    assert apart(twins, "a:ada")
    assert [len(profile.signals["told"]) for profile in pair] == [1, 1]
