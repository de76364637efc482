"""Durations as site folders write them: `500ms`, `30s`, `10m`, `3h`, `7d`, `2w`, `1h30m`."""

from __future__ import annotations

import re
from typing import Final

UNITS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
"""Milliseconds of each unit."""

LONGEST_MS: Final = 100 * 365 * UNITS["d"]

_PART: Final = re.compile(r"(\d{1,12})(ms|s|m|h|d|w)")
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern})+")


def duration_ms(text: str) -> int | None:
    """Milliseconds of a duration; None when the text is none, is zero or is longer than a hundred years."""
    if not _WHOLE.fullmatch(text):
        return None
    total = sum(int(amount) * UNITS[unit] for amount, unit in _PART.findall(text))
    return total if 0 < total <= LONGEST_MS else None
