"""One batch: duplicates, merges, and the timers and links that go with them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from befit.engine import Call, Program, Traffic, Visitors, ids_of, timer_event
from befit.model import Event, Profile
from befit.node.batch import DEDUPE_MS, EVERYTHING, Batch, new_batch
from befit.store import Timer
from tests.events import event, ms, track
from tests.sites import program_of

SIGNALS = "clicks: {count: Click}\nidle: {absence: Click, after: Click, for: 10m}\n"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return program_of(tmp_path_factory.mktemp("site"), signals=SIGNALS, tags="clicker: {on: Click, ttl: 1h}\n")


def batch_of(
    *events: Event,
    links: dict[str, str] | None = None,
    profiles: dict[str, Profile] | None = None,
    seen: dict[str, int] | None = None,
) -> Batch:
    known = {name: (links or {}).get(name, name) for found in events for name in ids_of(found)}
    return new_batch(0, len(events), Visitors(profiles or {}, known), seen or {})


def take(program: Program, batch: Batch, *events: Event) -> Batch:
    for found in events:
        batch.take(found, Traffic(program))
    return batch


def test_a_message_counts_once_in_a_batch_and_across_batches(program: Program) -> None:
    click = track("Click", 0)
    batch = take(program, batch_of(click), click, click)
    assert (batch.folded, batch.duplicates) == (1, 1)
    again = take(program, batch_of(click, seen={click.message_id: click.received_at}), click)
    assert (again.folded, again.duplicates, again.commit.profiles) == (0, 1, {})


def test_a_message_id_is_remembered_for_24_hours(program: Program) -> None:
    click = track("Click", 0)
    kept = {click.message_id: click.received_at - DEDUPE_MS}
    assert take(program, batch_of(click, seen=kept), click).duplicates == 1
    kept = {click.message_id: click.received_at - DEDUPE_MS - 1}
    assert take(program, batch_of(click, seen=kept), click).folded == 1


def test_the_first_event_with_both_ids_moves_the_anonymous_profile_and_its_timers(program: Program) -> None:
    click, known = track("Click", 0), event("identify", "identify", 1, user_id="ada-l")
    batch = take(program, batch_of(click, known), click, known)
    commit = batch.commit
    assert set(commit.profiles) == {"u:ada-l"}
    assert commit.deleted == {"a:ada"}
    assert commit.links == {"a:ada": "u:ada-l"}
    assert batch.moved == {"a:ada": "u:ada-l"}
    assert batch.changed["u:ada-l"] >= EVERYTHING
    profile = commit.profiles["u:ada-l"]
    assert profile.signals["clicks"] == 1
    assert set(profile.ids) == {"a:ada", "u:ada-l"}
    assert {timer.profile_id for timer in commit.timers_set} == {"u:ada-l"}
    assert {(timer.due, timer.name) for timer in commit.timers_set} == {
        (due, name) for name, due in profile.timers.items()
    }
    assert {timer.profile_id for timer in commit.timers_unset if timer not in commit.timers_set} == {"a:ada"}


def test_two_people_at_one_computer_stay_two(program: Program) -> None:
    one = event("track", "Click", 0, user_id="one")
    two = event("track", "Click", 1, user_id="two")
    batch = take(program, batch_of(one, two), one, two)
    assert {name: profile.signals["clicks"] for name, profile in batch.commit.profiles.items()} == {
        "u:one": 1,
        "u:two": 1,
    }
    assert batch.commit.links == {"a:ada": "u:two"}


def test_an_alias_joins_two_known_users_into_one(program: Program) -> None:
    one = event("track", "Click", 0, user_id="zoe", anonymous_id="")
    two = event("track", "Click", 1, user_id="ada", anonymous_id="")
    alias = event("alias", "alias", 2, user_id="zoe", previous_id="ada", anonymous_id="")
    batch = take(program, batch_of(one, two, alias), one, two, alias)
    assert set(batch.commit.profiles) == {"u:ada"}
    assert batch.commit.profiles["u:ada"].signals["clicks"] == 2
    assert batch.commit.links["u:zoe"] == "u:ada"


def test_a_timer_that_came_is_dropped_from_the_store_whether_or_not_it_does_anything(program: Program) -> None:
    stale = timer_event("a:gone", "tag:clicker", ms(5))
    batch = take(program, batch_of(stale), stale)
    assert batch.commit.timers_unset == {Timer(ms(5), "a:gone", "tag:clicker")}
    assert batch.commit.profiles == {}


def test_an_event_that_is_too_late_changes_nothing_but_is_remembered(program: Program) -> None:
    late = track("Click", 0)
    late.received_at = ms(2 * 86_400)
    batch = take(program, batch_of(late), late)
    assert (batch.late, batch.folded, batch.commit.profiles) == (1, 0, {})
    assert late.message_id in batch.commit.seen


def test_what_a_trigger_wants_told_is_committed_with_the_profile_once(tmp_path: Path) -> None:
    webhooks = "name: t\nwebhooks: {crm: {url: 'https://crm.example'}}\n"
    telling = program_of(tmp_path, site=webhooks, triggers="tell: {on: Click, webhook: crm}\n")
    click = track("Click", 0)
    (value,) = take(telling, batch_of(click), click, click).commit.outbox.values()
    call = msgspec.msgpack.decode(value, type=Call)
    assert take(telling, batch_of(click), click).commit.outbox == {call.id: value}
    assert call.webhook == "crm"


def test_what_two_devices_reach_only_together_takes_effect_as_soon_as_they_are_merged(tmp_path: Path) -> None:
    both = program_of(tmp_path, signals=SIGNALS, tags="eager: {when: 'signals.clicks >= 3'}\n")
    phone = [event("track", "Click", n, user_id="ada-l", anonymous_id="phone") for n in range(2)]
    laptop = track("Click", 5)
    known = event("identify", "identify", 6, user_id="ada-l")
    batch = take(both, batch_of(*phone, laptop, known), *phone, laptop, known)
    assert "eager" in batch.commit.profiles["u:ada-l"].tags
