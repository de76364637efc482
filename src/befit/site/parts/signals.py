"""signals.yaml: values computed from events. Exactly one key of a signal is its kind; the kind says which others it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from befit.cel import Environment
from befit.model import Condition, SequenceStep, Signal
from befit.site.expressions import SCALARS, UNCHECKED, condition, expression
from befit.site.item import Fields, Item
from befit.site.parts.names import check_name
from befit.site.parts.steps import read_steps
from befit.site.references import Names

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "count": ("where", "within", "each"),
    "sum": ("of", "where", "within", "each"),
    "min": ("of", "where", "within", "each"),
    "max": ("of", "where", "within", "each"),
    "mean": ("of", "where", "within", "each"),
    "last": ("of", "where", "within", "each"),
    "first": ("of", "where", "within", "each"),
    "distinct": ("of", "where", "within", "each"),
    "top": ("of", "limit", "where", "within", "each"),
    "rate": ("per", "within", "where"),
    "recency": ("where",),
    "streak": ("every", "where"),
    "affinity": ("half_life", "weights", "where", "within"),
    "dwell": (),
    "sequence": ("within",),
    "absence": ("after", "for"),
    "funnel": ("within",),
}
"""The kinds of signals, and the keys that each takes beside the common ones."""

COMMON: Final = ("purpose", "public")
SCOPES: Final = ("page", "session")
TAKES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "sum": ("adds up numbers", ("int", "double")),
    "mean": ("is of numbers", ("int", "double")),
    "min": ("compares numbers or times", ("int", "double", "timestamp", "duration")),
    "max": ("compares numbers or times", ("int", "double", "timestamp", "duration")),
}
"""Kinds that need an expression of certain types: what they do with it, and the types. Other kinds take single values."""

MOST: Final = 2_000
"""Signals of a site: more neither fit into a profile nor, by their types, into the checker's tables."""

TOP: Final = 5
TOP_MOST: Final = 20
"""How many keys a `top` signal lists unless it says otherwise, and at most."""


def read_signals(root: Item, names: Names) -> list[Signal]:
    """All signals, each affinity followed by its `NAME_top`, the key with the highest score."""
    found: list[Signal] = []
    taken = {key.source for key, _ in root.entries()}
    for key, item in root.entries():
        name = check_name(key, "signal")
        signal = _signal(key, name, item, names)
        if signal is None:
            continue
        found.append(signal)
        if signal.kind == "affinity":
            leader = f"{name}_top"
            if leader in taken:
                key.error(f"`{leader}` is made by this affinity", f"give the other signal `{leader}` another name")
            found.append(
                Signal(
                    name=leader,
                    kind="leader",
                    type="string",
                    of=name,
                    window=signal.window,
                    purpose=signal.purpose,
                    public=signal.public,
                    position=key.position,
                )
            )
    if len(found) > MOST:
        root.error(f"a site has at most {MOST} signals, and here are {len(found)}")
        return []
    return found


def _signal(key: Item, name: str, item: Item, names: Names) -> Signal | None:
    kind = _kind(item)
    if kind is None:
        return None
    fields = Fields(item, (kind, *KEYS[kind], *COMMON), f"a `{kind}` signal")
    parts = READ.get(kind, _taken)(kind, fields, names)
    return Signal(
        name=name,
        kind=kind,
        purpose=names.purpose(fields.get("purpose")),
        public=fields.flag("public"),
        position=key.position,
        **parts,
    )


def _kind(item: Item) -> str | None:
    if not item.is_mapping:
        item.error("a signal must be a mapping", "such as {count: Product Viewed, within: 10m}")
        return None
    given = [key for key, _ in item.entries() if key.source in KEYS]
    for key in given[1:]:
        key.error(f"a signal has one kind: `{given[0].source}` or `{key.source}`, not both")
    if not given:
        item.error("the signal has no kind", f"give it one of {', '.join(KEYS)}")
    return given[0].source if len(given) == 1 else None


def _counted(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    """count, rate, recency and streak: the events alone."""
    on = names.events(fields.names(kind, least=1))
    found: dict[str, Any] = {"on": on, "where": condition(fields.get("where"), names.scopes.signal(on))}
    if kind == "recency":
        return {"type": "duration", **found}
    if kind == "streak":
        fields.need("every")
        return {"type": "int", "each_ms": fields.duration("every"), **found}
    if kind == "rate":
        fields.need("per")
        within = fields.need("within")
        if within and within.source in SCOPES:
            within.error("a rate has a sliding window", "such as within: 10m")
        return {"type": "double", "per_ms": fields.duration("per"), **found, **window(fields)}
    return {"type": "int", **found, **window(fields)}


def _taken(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    """sum, min, max, mean, last, first, distinct and top: what an expression takes from each event."""
    fields.need("of")
    on = names.events(fields.names("of", least=1))
    scope = names.scopes.signal(on)
    item = fields.get(kind)
    value = _value(item, scope) if item else UNCHECKED
    does, types = TAKES.get(kind, ("keeps single values", SCALARS))
    type_ = "double" if value.type == "dyn" and kind in TAKES else value.type
    if item and type_ not in types:
        item.error(f"{kind} {does}, and this is a {type_}")
    found = window(fields)
    within = fields.get("within")
    if within and kind == "first" and found["window"] == "sliding":
        within.error("the first event of a sliding window is not kept", "`within` may be session or page")
    if kind == "top":
        found["limit"] = _limit(fields)
    return {
        "type": {"distinct": "int", "mean": "double", "top": "list(string)"}.get(kind, type_),
        "on": on,
        "value": value,
        "where": condition(fields.get("where"), scope),
        **found,
    }


def _value(item: Item, scope: Environment) -> Condition:
    """`timestamp` is short for `event.timestamp`."""
    short = item.source == "timestamp"
    return expression(item, scope, source="event.timestamp" if short else None)


def _limit(fields: Fields) -> int:
    limit = fields.whole("limit", TOP, least=1)
    item = fields.get("limit")
    if item and limit > TOP_MOST:
        item.error(f"at most {TOP_MOST} keys are listed")
    return limit


def _affinity(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    fields.need("half_life")
    weighed = fields.need("weights")
    weights = {names.event(event): weight.number() for event, weight in (weighed.entries() if weighed else ())}
    if weighed and not weights:
        weighed.error("weights must name at least one event")
    scope = names.scopes.signal(tuple(weights))
    item = fields.get(kind)
    value = _value(item, scope) if item else UNCHECKED
    if item and value.type not in ("string", "dyn"):
        item.error(f"affinity needs a string for its key, and this is a {value.type}")
    found = window(fields)
    within = fields.get("within")
    if within and found["window"] == "sliding":
        within.error("an affinity fades by its half_life", "`within` may be session or page")
    return {
        "type": "map(string, double)",
        "on": tuple(weights),
        "value": value,
        "where": condition(fields.get("where"), scope),
        "weights": weights,
        "half_life_ms": fields.duration("half_life"),
        **found,
    }


def _dwell(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    of = fields.text(kind)
    item = fields.get(kind)
    if item and of and of not in SCOPES:
        item.error(f"dwell is the time on the `page` or in the `session`, not `{of}`")
    return {"type": "duration", "of": of, "window": of or "page"}


def read_sequence(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    """sequence and funnel: `within` is a time from the first step, or a session or page view."""
    item = fields.get(kind)
    steps = read_steps(kind, item, names) if item else ()
    found = window(fields)
    if found.get("window") == "sliding":
        found["window"] = "lifetime"
    return {
        "type": "bool" if kind == "sequence" else "int",
        "on": tuple(dict.fromkeys(step.on for step in steps)),
        "steps": steps,
        **found,
    }


def _absence(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    absent, after = fields.get(kind), fields.need("after")
    fields.need("for")
    first = names.event(after) if after else ""
    missing = names.event(absent) if absent else ""
    return {
        "type": "bool",
        "on": tuple(dict.fromkeys((first, missing))),
        "steps": (SequenceStep(on=first), SequenceStep(on=missing, absent_ms=fields.duration("for"))),
    }


def window(fields: Fields) -> dict[str, Any]:
    """The window that `within` or `each` names; the visitor's lifetime when neither is there."""
    within, each = fields.get("within"), fields.get("each")
    if within and each:
        each.error("a signal has one window: `within` or `each`, not both")
    if each:
        return {"window": "tumbling", "each_ms": each.duration()}
    if within is None:
        return {}
    if within.source in SCOPES:
        return {"window": within.source}
    return {"window": "sliding", "within_ms": within.duration()}


READ: Final[dict[str, Callable[[str, Fields, Names], dict[str, Any]]]] = {
    **dict.fromkeys(("count", "rate", "recency", "streak"), _counted),
    "affinity": _affinity,
    "dwell": _dwell,
    "sequence": read_sequence,
    "funnel": read_sequence,
    "absence": _absence,
}
"""Readers of the kinds that take no expression over `of`."""
