"""Off-policy estimates: which rate of clicks or conversions other rules would have had, from what was shown and what came of it.

What was shown is the action a, with the probability p (propensity) of being shown at that moment; r is 1 when it was rewarded.
A policy shows a with the probability π(a) at the same moment; w = π(a) / p, clipped at `CLIP`. Over n impressions:

    IPS     Σ w r / n                                          Horvitz & Thompson 1952: unbiased where p > 0 wherever π > 0
    SNIPS   Σ w r / Σ w                                        Swaminathan & Joachims 2015: self-normalized, less variance
    DR      Σ [Σ_b π(b) q(b) + w (r - q(a))] / n               Dudík, Langford & Li 2011: doubly robust

q, the direct model, is the mean reward of an action in the other folds of visitors, drawn towards the mean of all actions as
if `STRENGTH` impressions had it. An action that was never shown is thus given the mean of all: DR is then only as good as that.

Impressions of one visitor are not independent, so visitors are the units: a rate is a ratio of two sums over visitors, and its
variance is that of the linearized ratio (delta method). Intervals are normal, 95 %.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import fsum, sqrt
from typing import Final, NamedTuple

import msgspec

from befit.stats.share import Z95

CLIP: Final = 100.0
"""The largest weight: an impression never counts more than so many. Clipping makes IPS and DR a little too low, never wild."""

STRENGTH: Final = 10.0
FOLDS: Final = 5

Policy = tuple[tuple[str, float], ...]
"""Action -> probability, 0 left out; adds up to 1."""


class Row(NamedTuple):
    """Impressions of one visitor that are alike: what was shown with which propensity, and what the two policies would show.

    `shown` counts them, `rewarded` those that were rewarded.
    """

    action: str
    propensity: float
    base: Policy
    draft: Policy
    shown: int
    rewarded: int


class Estimate(msgspec.Struct, frozen=True):
    """The rates of both policies, and draft minus base with its 95 % interval."""

    base: float
    draft: float
    difference: float
    low: float
    high: float


class OffPolicy(msgspec.Struct, frozen=True):
    """The estimates; None where nothing supports one.

    impressions  how many there are, and `rewarded` how many of them were
    support      share of the draft's decisions that the log could have shown
    ess          effective number of impressions for the draft: (Σ w)² / Σ w² (Kish 1965)
    randomized   whether anything was shown with a propensity below 1
    clipped      share of impressions whose weight was clipped
    """

    impressions: int
    rewarded: int
    ips: Estimate | None
    snips: Estimate | None
    dr: Estimate | None
    support: float
    ess: float
    randomized: bool
    clipped: float


class _Unit(NamedTuple):
    """One visitor's sums; those of a policy are a pair: base, draft."""

    shown: int
    weight: tuple[float, float]
    weighted: tuple[float, float]
    doubly: tuple[float, float]


def off_policy(visitors: Sequence[Sequence[Row]], clip: float = CLIP) -> OffPolicy:
    """Estimates from the rows of each visitor. The order of visitors decides their folds, so give the same order every time."""
    rows = [row for visitor in visitors for row in visitor]
    shown = sum(row.shown for row in rows)
    rewarded = sum(row.rewarded for row in rows)
    if not shown:
        return OffPolicy(0, 0, None, None, None, 0.0, 0.0, randomized=False, clipped=0.0)
    models = _models(visitors)
    units = [_unit(visitor, models[n % FOLDS], clip) for n, visitor in enumerate(visitors) if visitor]
    weights = [(min(_of(row.draft, row.action) / row.propensity, clip), row.shown) for row in rows]
    total = fsum(weight * n for weight, n in weights)
    squared = fsum(weight * weight * n for weight, n in weights)
    clipped = sum(row.shown for row in rows if _of(row.draft, row.action) > clip * row.propensity)
    return OffPolicy(
        impressions=shown,
        rewarded=rewarded,
        ips=_estimate(units, lambda unit: unit.weighted, lambda unit: (unit.shown, unit.shown)),
        snips=_estimate(units, lambda unit: unit.weighted, lambda unit: unit.weight),
        dr=_estimate(units, lambda unit: unit.doubly, lambda unit: (unit.shown, unit.shown)),
        support=fsum(_supported(row) * row.shown for row in rows) / shown,
        ess=total * total / squared if squared else 0.0,
        randomized=any(row.propensity < 1 for row in rows),
        clipped=clipped / shown,
    )


def _of(policy: Policy, action: str) -> float:
    for name, probability in policy:
        if name == action:
            return probability
    return 0.0


def _supported(row: Row) -> float:
    """How probable it is that the draft shows what the log could have shown: all that base shows, if base explains the log."""
    if not _of(row.base, row.action):
        return _of(row.draft, row.action)
    return fsum(probability for action, probability in row.draft if _of(row.base, action))


def _models(visitors: Sequence[Sequence[Row]]) -> list[Callable[[str], float]]:
    """The direct model for the visitors of each fold, made from those of all others."""
    shown: list[dict[str, int]] = [{} for _ in range(FOLDS)]
    rewarded: list[dict[str, int]] = [{} for _ in range(FOLDS)]
    for number, visitor in enumerate(visitors):
        fold = number % FOLDS
        for row in visitor:
            shown[fold][row.action] = shown[fold].get(row.action, 0) + row.shown
            rewarded[fold][row.action] = rewarded[fold].get(row.action, 0) + row.rewarded
    return [_model(_others(shown, fold), _others(rewarded, fold)) for fold in range(FOLDS)]


def _others(counts: list[dict[str, int]], fold: int) -> dict[str, int]:
    actions = {action for count in counts for action in count}
    return {a: sum(count.get(a, 0) for n, count in enumerate(counts) if n != fold) for a in actions}


def _model(shown: dict[str, int], rewarded: dict[str, int]) -> Callable[[str], float]:
    mean = sum(rewarded.values()) / max(1, sum(shown.values()))
    rates = {a: (rewarded[a] + STRENGTH * mean) / (shown[a] + STRENGTH) for a in shown}
    return lambda action: rates.get(action, mean)


def _unit(visitor: Sequence[Row], model: Callable[[str], float], clip: float) -> _Unit:
    weight, weighted, doubly = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
    for row in visitor:
        for n, policy in enumerate((row.base, row.draft)):
            w = min(_of(policy, row.action) / row.propensity, clip)
            direct = sum(probability * model(action) for action, probability in policy)
            weight[n] += w * row.shown
            weighted[n] += w * row.rewarded
            doubly[n] += row.shown * direct + w * (row.rewarded - row.shown * model(row.action))
    return _Unit(
        sum(row.shown for row in visitor), (weight[0], weight[1]), (weighted[0], weighted[1]), (doubly[0], doubly[1])
    )


def _estimate(
    units: Sequence[_Unit],
    top: Callable[[_Unit], tuple[float, float]],
    bottom: Callable[[_Unit], tuple[float, float]],
) -> Estimate | None:
    """Both ratios of sums over visitors, and their difference; None when there is nothing to divide by."""
    wholes = [fsum(bottom(unit)[n] for unit in units) for n in (0, 1)]
    if not all(wholes):
        return None
    base, draft = (fsum(top(unit)[n] for unit in units) / wholes[n] for n in (0, 1))
    influences = [
        (top(unit)[1] - draft * bottom(unit)[1]) / wholes[1] - (top(unit)[0] - base * bottom(unit)[0]) / wholes[0]
        for unit in units
    ]
    count = len(units)
    variance = fsum(each * each for each in influences) * count / max(1, count - 1)
    reach = Z95 * sqrt(variance)
    difference = draft - base
    return Estimate(base, draft, difference, difference - reach, difference + reach)
