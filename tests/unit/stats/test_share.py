"""Shares of visitors."""

from __future__ import annotations

from random import Random

import pytest

from befit.stats import share_of


def test_all_visitors_leave_no_doubt() -> None:
    assert share_of(3, 12, sampled=False) == (0.25, 0.25, 0.25)


def test_nobody_is_a_share_of_nothing() -> None:
    assert share_of(0, 0, sampled=False) == (0, 0, 0)
    assert share_of(0, 0, sampled=True) == (0, 0, 1)


def test_a_sample_in_which_nobody_is_concerned_does_not_say_that_nobody_is() -> None:
    """Wilson's interval for 0 of 10, as tables give it."""
    share, low, high = share_of(0, 10, sampled=True)
    assert (share, low) == (0, 0)
    assert high == pytest.approx(0.2775, abs=1e-4)


def test_the_interval_holds_the_truth_19_times_in_20() -> None:
    dice = Random(1)
    hits = 0
    for _ in range(400):
        _, low, high = share_of(sum(dice.random() < 0.1 for _ in range(200)), 200, sampled=True)
        hits += low <= 0.1 <= high
    assert 0.92 <= hits / 400 <= 0.98
