"""Off-policy estimates, on simulated logs whose truth is known. The seeds are fixed; tolerances follow from the theory."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from random import Random
from statistics import fmean, stdev

import pytest

from befit.stats import OffPolicy, Policy, Row, off_policy

RATES = {"a": 0.10, "b": 0.25, "c": 0.05}
ALWAYS_A: Policy = (("a", 1.0),)
ALWAYS_B: Policy = (("b", 1.0),)
UNIFORM: Policy = (("a", 1 / 3), ("b", 1 / 3), ("c", 1 / 3))


def simulate(
    dice: Random, visitors: int, logging: Policy, base: Policy, draft: Policy, spread: float = 0.0
) -> list[list[Row]]:
    """Visitors with 1 to 6 impressions each; `spread` makes each visitor click more or less than others, all the time."""
    log = []
    for _ in range(visitors):
        eager = dice.uniform(1 - spread, 1 + spread)
        rows = []
        for _ in range(dice.randint(1, 6)):
            action, propensity = dice.choices(logging, [p for _, p in logging])[0]
            clicked = dice.random() < RATES[action] * eager
            rows.append(Row(action, propensity, base, draft, 1, int(clicked)))
        log.append(rows)
    return log


def rate(policy: Policy) -> float:
    return sum(p * RATES[action] for action, p in policy)


def test_an_empty_log_says_nothing() -> None:
    found = off_policy([])
    assert (found.impressions, found.ips, found.snips, found.dr) == (0, None, None, None)


def test_known_figures_by_hand() -> None:
    """Two visitors, two impressions with p = 1/2: IPS (2·1 + 0) / 2, SNIPS 2·1 / 2·1, against what was shown to both."""
    log = [
        [Row("a", 0.5, (("a", 0.5), ("b", 0.5)), ALWAYS_A, 1, 1)],
        [Row("b", 0.5, (("a", 0.5), ("b", 0.5)), ALWAYS_A, 1, 0)],
    ]
    found = off_policy(log)
    assert found.ips is not None
    assert found.snips is not None
    assert (found.ips.base, found.ips.draft, found.ips.difference) == (0.5, 1.0, 0.5)
    assert (found.snips.base, found.snips.draft) == (0.5, 1.0)
    assert (found.ess, found.support, found.randomized) == (1.0, 1.0, True)


@pytest.mark.parametrize("which", ["ips", "snips", "dr"])
def test_estimates_hit_the_truth_on_average(which: str) -> None:
    dice = Random(1)
    found = [getattr(off_policy(simulate(dice, 400, UNIFORM, ALWAYS_A, ALWAYS_B)), which) for _ in range(200)]
    for values, truth in (
        ([each.base for each in found], rate(ALWAYS_A)),
        ([each.draft for each in found], rate(ALWAYS_B)),
        ([each.difference for each in found], rate(ALWAYS_B) - rate(ALWAYS_A)),
    ):
        error = stdev(values) / sqrt(len(values))
        bias = 0.001 if which == "snips" else 0.0  # a ratio: biased by O(1/n)
        assert abs(fmean(values) - truth) < 4 * error + bias


@pytest.mark.parametrize("which", ["ips", "snips", "dr"])
def test_intervals_hold_the_truth_19_times_in_20_though_visitors_differ(which: str) -> None:
    dice = Random(2)
    truth = rate(ALWAYS_B) - rate(ALWAYS_A)
    hits = 0
    for _ in range(300):
        found = getattr(off_policy(simulate(dice, 300, UNIFORM, ALWAYS_A, ALWAYS_B, spread=0.9)), which)
        hits += found.low <= truth <= found.high
    assert 0.90 <= hits / 300 <= 0.99


def test_the_interval_is_wider_when_impressions_come_in_clusters() -> None:
    dice = Random(3)
    singles = [[row] for visitor in simulate(dice, 2_000, UNIFORM, ALWAYS_A, ALWAYS_B) for row in visitor]
    together = [[row._replace(shown=5, rewarded=5 * row.rewarded) for row in visitor] for visitor in singles]
    apart = [visitor for visitor in singles for _ in range(5)]
    assert width(off_policy(together)) > 2 * width(off_policy(apart))  # sqrt(5) times


def width(found: OffPolicy) -> float:
    assert found.ips is not None
    return found.ips.high - found.ips.low


def test_snips_does_not_depend_on_where_rewards_begin() -> None:
    """Adding 1 to every reward adds 1 to the SNIPS of both; IPS moves with the sum of the weights."""
    log = simulate(Random(4), 300, UNIFORM, ALWAYS_A, ALWAYS_B)
    moved = [[row._replace(rewarded=row.rewarded + row.shown) for row in visitor] for visitor in log]
    one, other = off_policy(log), off_policy(moved)
    assert one.snips is not None
    assert other.snips is not None
    assert other.snips.difference == pytest.approx(one.snips.difference)
    assert other.snips.draft == pytest.approx(one.snips.draft + 1)
    assert one.ips is not None
    assert other.ips is not None
    assert other.ips.difference != pytest.approx(one.ips.difference)


def test_with_a_perfect_model_dr_hardly_varies() -> None:
    """Rewards that follow from the action alone: all that is left is what the model is smoothed by."""
    dice = Random(5)
    differences: dict[str, list[float]] = {"ips": [], "dr": []}
    for _ in range(60):
        log = simulate(dice, 500, UNIFORM, ALWAYS_A, ALWAYS_B)
        certain = [[row._replace(rewarded=int(row.action == "b")) for row in visitor] for visitor in log]
        found = off_policy(certain)
        for which, values in differences.items():
            values.append(getattr(found, which).difference)
    assert fmean(differences["dr"]) == pytest.approx(1, abs=0.01)
    assert stdev(differences["dr"]) < stdev(differences["ips"]) / 15


def test_rules_that_show_the_same_differ_by_exactly_nothing() -> None:
    found = off_policy(simulate(Random(6), 200, UNIFORM, ALWAYS_B, ALWAYS_B))
    for estimate in (found.ips, found.snips, found.dr):
        assert estimate is not None
        assert (estimate.difference, estimate.low, estimate.high) == (0, 0, 0)


def test_without_randomization_the_part_that_stays_is_exact_and_the_rest_has_no_support() -> None:
    """Half of the visitors keep a; the others, who were shown a, would be shown b, which was never shown to anybody."""
    dice = Random(7)
    log = [
        [Row("a", 1.0, ALWAYS_A, ALWAYS_A if n % 2 else ALWAYS_B, 1, int(dice.random() < RATES["a"]))]
        for n in range(1_000)
    ]
    found = off_policy(log)
    clicks = sum(row.rewarded for visitor in log for row in visitor)
    assert (found.randomized, found.support, found.ess) == (False, 0.5, 500)
    assert found.dr is not None
    assert found.ips is not None
    assert found.dr.base == pytest.approx(clicks / 1_000)
    assert found.ips.draft == pytest.approx(sum(row.rewarded for n, (row,) in enumerate(log) if n % 2) / 1_000)
    assert found.dr.draft == pytest.approx(found.dr.base, abs=0.02)  # b is taken to be as good as the mean of all


def test_an_action_that_was_shown_to_others_informs_the_direct_model() -> None:
    dice = Random(8)
    shown_a = [[Row("a", 1.0, ALWAYS_A, ALWAYS_B, 1, int(dice.random() < RATES["a"]))] for _ in range(2_000)]
    shown_b = [[Row("b", 1.0, ALWAYS_B, ALWAYS_B, 1, int(dice.random() < RATES["b"]))] for _ in range(2_000)]
    found = off_policy([visitor for pair in zip(shown_a, shown_b, strict=True) for visitor in pair])
    assert found.dr is not None
    assert found.dr.draft == pytest.approx(RATES["b"], abs=0.03)
    assert found.dr.base == pytest.approx((RATES["a"] + RATES["b"]) / 2, abs=0.03)


def test_weights_are_clipped_and_it_says_how_many() -> None:
    log = [
        [Row("a", 0.001, ALWAYS_A, ALWAYS_A, 1, 1)],
        *([Row("b", 0.999, ALWAYS_A, ALWAYS_A, 1, 0)] for _ in range(999)),
    ]
    found = off_policy(log, clip=10)
    assert found.ips is not None
    assert found.ips.draft == pytest.approx(10 / 1_000)
    assert found.clipped == pytest.approx(1 / 1_000)


@pytest.mark.parametrize("scale", [2, 7])
def test_alike_impressions_may_stand_in_one_row(scale: int) -> None:
    rows: Callable[[int], list[Row]] = lambda n: [Row("a", 1 / 3, UNIFORM, ALWAYS_A, 1, k % 2) for k in range(n)]  # noqa: E731
    one = [[Row("a", 1 / 3, UNIFORM, ALWAYS_A, scale, scale // 2)], [Row("b", 1 / 3, UNIFORM, ALWAYS_A, 1, 1)]]
    many = [rows(scale), [Row("b", 1 / 3, UNIFORM, ALWAYS_A, 1, 1)]]
    for which in ("ips", "snips", "dr"):
        first, second = getattr(off_policy(one), which), getattr(off_policy(many), which)
        assert first.draft == pytest.approx(second.draft)
        assert first.high == pytest.approx(second.high)
