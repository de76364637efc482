"""Phrases: what the parts of a release say, in the words of those who write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from befit.model import Branch, Condition, Pick, SequenceStep, Text

LABELS: Final[Mapping[str, str]] = {
    "when": "condition",
    "where": "filter",
    "value": "expression",
    "on": "events",
    "within_ms": "window",
    "each_ms": "period",
    "per_ms": "unit of time",
    "half_life_ms": "half-life",
    "absent_ms": "time of absence",
    "ttl_ms": "time to live",
    "tag_ttl_ms": "time to live of its tag",
    "for_ms": "time of showing",
    "delay_ms": "delay",
    "cancel_on": "cancelling events",
    "cooldown_ms": "cool-down",
    "unset_on": "removing events",
    "unset_when": "condition of removal",
    "per_session": "times per session",
    "per_day": "times per day",
    "ever": "times ever",
    "session": "times per session",
    "day": "times per day",
    "exclusive": "exclusive group",
    "texts": "computed prop",
    "picks": "picked prop",
    "props": "prop",
    "variants": "variant",
    "weights": "weight",
    "headers": "header",
    "emit": "emitted event",
    "show": "module",
    "session_timeout_ms": "session timeout",
    "max_skew_ms": "largest clock skew",
    "lateness_ms": "allowed lateness",
    "unsigned_user_ids": "unsigned user ids",
    "changed": "limit of changed visitors",
    "secret_env": "variable of the secret",
}
SPANS: Final = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))
LONGEST: Final = 120
"""Characters of a value that a sentence quotes; the rest is left out."""


def label(field: str) -> str:
    """The name of a field in a sentence."""
    return LABELS.get(field) or field.removesuffix("_ms").replace("_", " ")


def span(ms: int) -> str:
    """Milliseconds as a site folder writes them: `1h30m`."""
    if ms and not ms % SPANS[0][1]:
        return f"{ms // SPANS[0][1]}w"
    parts = []
    for unit, length in SPANS[1:]:
        if ms >= length:
            parts.append(f"{ms // length}{unit}")
            ms %= length
    return "".join(parts) or "0s"


def said(value: Any, field: str = "") -> str:
    """A value as a sentence quotes it; empty for none."""
    text = _said(value, field)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _said(value: Any, field: str) -> str:
    match value:
        case None | "" | () | []:
            return ""
        case Condition():
            return f"`{value.source}`"
        case Text():
            return "`" + "".join(p if isinstance(p, str) else f"${{{p.source}}}" for p in value.parts) + "`"
        case Pick():
            return _said_pick(value)
        case SequenceStep():
            return _said_step(value)
        case bool():
            return "yes" if value else "no"
        case int() if field.endswith("_ms"):
            return span(value) if value else ""
        case float() if field in ("explore", "changed"):
            return f"{value:.4%}".rstrip("0%").rstrip(".") + "%"
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case str():
            return f"`{value}`"
        case list() | tuple():
            return ", ".join(filter(None, (said(each, field) for each in value)))
    return msgspec.json.encode(msgspec.to_builtins(value)).decode()


def _said_pick(pick: Pick) -> str:
    order = f", best by `{pick.affinity}`" if pick.affinity else ""
    test = f" where {said(pick.where)}" if pick.where is not None else ""
    return f"{pick.limit} of `{pick.collection}`{test}{order}"


def _said_step(step: SequenceStep) -> str:
    words = f"`{step.on}`" + (f" where {said(step.where)}" if step.where is not None else "")
    if step.absent_ms:
        return f"no {words} for {span(step.absent_ms)}"
    return f"not {words}" if step.forbidden else f"perhaps {words}" if step.optional else words


def outcome(branch: Branch) -> str:
    """What a branch leads to."""
    if branch.show:
        return f"`{branch.show}`" + (f" ({branch.variant})" if branch.variant else "")
    return f"{len(branch.rules)} rules"


def rule(branch: Branch) -> str:
    """A branch in one phrase."""
    condition = said(branch.when) or "otherwise"
    return f"{condition} → {outcome(branch)}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th…"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
