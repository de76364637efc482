"""Inputs: the grain in which a fold reports what changed, and rules and slots say what they depend on.

`signals.NAME`, `tags`, `page`, `session`, `profile`, `context`, `now`, `shown.SLOT` and `triggers.SLOT`. Finer would cost
more to report than it saves; coarser would decide slots again that cannot have changed.
"""

from __future__ import annotations

from collections.abc import Iterable


def inputs(reads: Iterable[str]) -> set[str]:
    """The inputs that these dotted paths of condition variables belong to."""
    return {".".join(path.split(".")[:2]) if path.startswith("signals.") else path.split(".")[0] for path in reads}
