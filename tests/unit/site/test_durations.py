"""Durations as site folders write them."""

from __future__ import annotations

import pytest

from befit.site.durations import duration_ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("500ms", 500),
        ("30s", 30_000),
        ("10m", 600_000),
        ("3h", 10_800_000),
        ("7d", 604_800_000),
        ("2w", 1_209_600_000),
        ("1h30m", 5_400_000),
        ("1m500ms", 60_500),
    ],
)
def test_a_duration_has_amounts_and_units(text: str, ms: int) -> None:
    assert duration_ms(text) == ms


@pytest.mark.parametrize("text", ["", "10", "m", "10 m", "-5s", "0s", "1.5h", "10min", "PT10M", "1y", "9999999w"])
def test_anything_else_is_none(text: str) -> None:
    assert duration_ms(text) is None
