"""signals.yaml: values computed from events. Exactly one key of a signal is its kind; the kind says which others it takes."""

from __future__ import annotations

from typing import Any, Final

import yaml

from befit.cel import Environment
from befit.model import Condition, SequenceStep, Signal
from befit.site.expressions import SCALARS, UNCHECKED, condition, expression
from befit.site.item import Fields, Item
from befit.site.parts.names import check_name
from befit.site.references import Names

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "count": ("where", "within"),
    "sum": ("of", "where", "within"),
    "last": ("of", "where", "within"),
    "first": ("of", "where", "within"),
    "distinct": ("of", "where", "within"),
    "affinity": ("half_life", "weights", "where", "within"),
    "dwell": (),
    "sequence": ("within",),
    "absence": ("after", "for"),
}
"""The kinds of signals, and the keys that each takes beside the common ones."""

COMMON: Final = ("purpose", "public")
LATER: Final = ("min", "max", "mean")
SCOPES: Final = ("page", "session")

MOST: Final = 2_000
"""Signals of a site: more neither fit into a profile nor, by their types, into the checker's tables."""


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
            top = f"{name}_top"
            if top in taken:
                key.error(f"`{top}` is made by this affinity", f"give the other signal `{top}` another name")
            found.append(
                Signal(
                    name=top,
                    kind="top",
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
    read = {
        "count": _count,
        "affinity": _affinity,
        "dwell": _dwell,
        "sequence": _sequence,
        "absence": _absence,
    }.get(kind, _taken)
    parts = read(kind, fields, names)
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
    given = [key for key, _ in item.entries() if key.source in KEYS or key.source in LATER]
    for key in given:
        if key.source in LATER:
            key.error(f"`{key.source}` signals do not exist yet", f"there are {', '.join(KEYS)}")
            return None
    for key in given[1:]:
        key.error(f"a signal has one kind: `{given[0].source}` or `{key.source}`, not both")
    if not given:
        item.error("the signal has no kind", f"give it one of {', '.join(KEYS)}")
    return given[0].source if len(given) == 1 else None


def _count(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    on = names.events(fields.names(kind, least=1))
    return {
        "type": "int",
        "on": on,
        "where": condition(fields.get("where"), names.scopes.signal(on)),
        **_window(fields),
    }


def _taken(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    """sum, last, first and distinct: what an expression takes from each event."""
    fields.need("of")
    on = names.events(fields.names("of", least=1))
    scope = names.scopes.signal(on)
    item = fields.get(kind)
    value = _value(item, scope) if item else UNCHECKED
    type_ = value.type
    if kind == "sum":
        type_ = "double" if type_ == "dyn" else type_
        if item and type_ not in ("int", "double"):
            item.error(f"sum adds up numbers, and this is a {type_}")
    elif item and type_ not in SCALARS:
        item.error(f"{kind} keeps single values, and this is a {type_}")
    window = _window(fields)
    within = fields.get("within")
    if within and kind == "first" and window["window"] == "sliding":
        within.error("the first event of a sliding window is not kept", "`within` may be session or page")
    return {
        "type": "int" if kind == "distinct" else type_,
        "on": on,
        "value": value,
        "where": condition(fields.get("where"), scope),
        **window,
    }


def _value(item: Item, scope: Environment) -> Condition:
    """`timestamp` is short for `event.timestamp`."""
    short = item.source == "timestamp"
    return expression(item, scope, source="event.timestamp" if short else None)


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
    window = _window(fields)
    within = fields.get("within")
    if within and window["window"] == "sliding":
        within.error("an affinity fades by its half_life", "`within` may be session or page")
    return {
        "type": "map(string, double)",
        "on": tuple(weights),
        "value": value,
        "where": condition(fields.get("where"), scope),
        "weights": weights,
        "half_life_ms": fields.duration("half_life"),
        **window,
    }


def _dwell(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    of = fields.text(kind)
    item = fields.get(kind)
    if item and of and of not in SCOPES:
        item.error(f"dwell is the time on the `page` or in the `session`, not `{of}`")
    return {"type": "duration", "of": of, "window": of or "page"}


def _sequence(kind: str, fields: Fields, names: Names) -> dict[str, Any]:
    item = fields.get(kind)
    steps = [_step(step, names) for step in (item.elements() if item else [])]
    if item and steps and steps[0].absent_ms:
        item.elements()[0].error("a sequence begins with an event, not with its absence")
    if item and len(steps) < 2:
        item.error("a sequence has at least two steps", "count a single event with `count`")
    return {
        "type": "bool",
        "on": tuple(dict.fromkeys(step.on for step in steps)),
        "steps": tuple(steps),
        "within_ms": fields.duration("within"),
    }


def _step(item: Item, names: Names) -> SequenceStep:
    if isinstance(item.node, yaml.ScalarNode):
        return SequenceStep(on=names.event(item))
    absent = any(key.source == "absent" for key, _ in item.entries())
    what = "an absence" if absent else "a step"
    fields = Fields(item, ("absent", "for", "where") if absent else ("on", "where"), what)
    event = fields.need("absent" if absent else "on")
    if absent:
        fields.need("for")
    on = names.event(event) if event else ""
    return SequenceStep(
        on=on,
        where=condition(fields.get("where"), names.scopes.signal((on,))),
        absent_ms=fields.duration("for"),
    )


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


def _window(fields: Fields) -> dict[str, Any]:
    item = fields.get("within")
    if item is None:
        return {}
    if item.source in SCOPES:
        return {"window": item.source}
    return {"window": "sliding", "within_ms": item.duration()}
