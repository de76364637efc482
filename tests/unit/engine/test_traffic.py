"""Traffic: a candidate release for a share of visitors, and the propensities that follow from it."""

from __future__ import annotations

import pytest

from befit.engine import Traffic, Visitors
from befit.engine.assignment import bucket
from befit.engine.deciding.explore import propensity_of
from befit.model import DecideRequest, Profile
from tests.events import event
from tests.sites import program_of

MODULES = {"old": "type: banner\n", "new": "type: banner\n"}


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    live = {"hero": "- {show: old}\n", "side": "- {show: old}\n"}
    candidate = {"hero": "- {show: new}\n", "side": "- {show: old}\n"}
    return Traffic(
        program_of(tmp_path_factory.mktemp("live"), slots=live, modules=MODULES),
        program_of(tmp_path_factory.mktemp("candidate"), slots=candidate, modules=MODULES),
        0.25,
    )


def visitors(count: int) -> list[Profile]:
    return [Profile(id=f"a:{number}", ids=[f"a:{number}"]) for number in range(count)]


def test_buckets_are_evenly_spread_and_independent_from_salt_to_salt() -> None:
    one = [bucket(f"a:{number}", "one") for number in range(2_000)]
    other = [bucket(f"a:{number}", "other") for number in range(2_000)]
    assert all(0 <= value < 1 for value in one)
    assert 0.45 < sum(one) / 2_000 < 0.55
    both = sum(a < 0.5 and b < 0.5 for a, b in zip(one, other, strict=True))
    assert 400 < both < 600


def test_the_candidate_gets_its_share_of_visitors_and_always_the_same_ones(traffic: Traffic) -> None:
    chosen = [visitor.id for visitor in visitors(2_000) if traffic.program_of(visitor) is traffic.candidate]
    assert 400 < len(chosen) < 600
    assert chosen == [visitor.id for visitor in visitors(2_000) if traffic.program_of(visitor) is traffic.candidate]


def test_a_visitor_who_logs_in_stays_with_the_release_of_before(traffic: Traffic) -> None:
    for number in range(50):
        seen = Visitors({}, {})
        before = seen.take(event("track", "Click", 0, anonymous_id=f"{number}"), traffic)
        release = traffic.program_of(before.profile) if before else None
        after = seen.take(event("identify", "identify", 1, anonymous_id=f"{number}", user_id="ada"), traffic)
        later = seen.take(event("identify", "identify", 2, anonymous_id="0", user_id="ada"), traffic)
        assert after is not None
        assert later is not None
        assert later.profile.id == "u:ada"
        assert traffic.program_of(after.profile) is traffic.program_of(later.profile) is release


def test_the_propensity_of_a_decision_counts_both_releases(traffic: Traffic) -> None:
    for visitor in visitors(50):
        hero, side = traffic.decide(visitor, DecideRequest(slots=["hero", "side"]), 0)
        assert hero.propensity == (0.75 if hero.module == "old" else 0.25)
        assert side.propensity == 1.0
        assert [propensity_of(each.decision_id) for each in (hero, side)] == [hero.propensity, 1.0]


def test_without_a_candidate_everybody_has_the_live_release(traffic: Traffic) -> None:
    alone = Traffic(traffic.live)
    (decision,) = alone.decide(visitors(1)[0], DecideRequest(slots=["hero"]), 0)
    assert (decision.module, decision.propensity) == ("old", 1.0)
