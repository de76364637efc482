"""Which part of which page comes from where. A part stands between `<!-- generated: NAME -->` and `<!-- end -->`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from docs.generate.conformance import count, left_out
from docs.generate.functions import functions
from docs.generate.limits import collect_limits, profile_limits, signal_memory
from docs.generate.metrics import metrics
from docs.generate.problems import problems
from docs.generate.settings import settings
from docs.generate.variables import fields, places

ROOT: Final = Path(__file__).parents[2]

Parts = Mapping[str, Callable[[], str]]

PAGES: Final[Mapping[str, Parts]] = {
    "docs/reference/site.md": {"places": places, "fields": fields, "limits": profile_limits, "memory": signal_memory},
    "docs/reference/conditions.md": {"functions": functions, "conformance": count, "left-out": left_out},
    "docs/reference/http.md": {"limits": collect_limits, "problems": problems},
    "docs/operations.md": {"settings": settings, "metrics": metrics},
}

_PART: Final = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str, parts: Parts) -> str:
    """The page with its parts generated. Raises ValueError when the page lacks a part, or has one that nobody makes."""
    there = [match[2] for match in _PART.finditer(text)]
    if sorted(there) != sorted(parts):
        raise ValueError(f"the page has the parts {sorted(there)}; known are {sorted(parts)}")
    return _PART.sub(lambda match: f"{match[1]}{parts[match[2]]()}\n{match[3]}", text)
