"""The steps of sequences and funnels: events in order, what may be left out between them, and what must not come."""

from __future__ import annotations

from typing import Final

import yaml

from befit.model import SequenceStep
from befit.site.expressions import condition
from befit.site.item import Fields, Item
from befit.site.references import Names

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "on": ("where", "optional"),
    "absent": ("for", "where"),
    "not": ("where",),
}
"""The forms of a step, and the keys that each takes beside the one that names its event."""

WHAT: Final = {"on": "a step", "absent": "an absence", "not": "a `not` step"}
MOST: Final = 10
"""Steps of one sequence or funnel: what it remembers grows with them."""


def read_steps(kind: str, item: Item, names: Names) -> tuple[SequenceStep, ...]:
    """The steps of a `sequence` or `funnel`."""
    items = item.elements()
    forms = ("on", "absent", "not") if kind == "sequence" else ("on",)
    steps = tuple(_step(each, forms, names) for each in items)
    if len(steps) > MOST:
        item.error(f"a {kind} has at most {MOST} steps, and here are {len(steps)}")
    if sum(not step.forbidden and not step.optional for step in steps) < 2:
        item.error(f"a {kind} has at least two steps", "count a single event with `count`")
        return steps
    if steps[0].absent_ms or steps[0].forbidden:
        items[0].error(f"a {kind} begins with an event, not with its absence")
    if steps[-1].forbidden:
        items[-1].error("`not` stands between two steps", "or say for how long: {absent: EVENT, for: 10m}")
    for place in (0, -1):
        if steps[place].optional:
            items[place].error("the first and the last step cannot be optional", "leave it out")
    return steps


def _step(item: Item, forms: tuple[str, ...], names: Names) -> SequenceStep:
    if isinstance(item.node, yaml.ScalarNode):
        return SequenceStep(on=names.event(item))
    form = next((key.source for key, _ in item.entries() if key.source in forms), "on") or "on"
    extra = KEYS[form] if len(forms) > 1 else ("where",)
    fields = Fields(item, (form, *extra), WHAT[form])
    event = fields.need(form)
    if form == "absent":
        fields.need("for")
    on = names.event(event) if event else ""
    return SequenceStep(
        on=on,
        where=condition(fields.get("where"), names.scopes.signal((on,))),
        absent_ms=fields.duration("for"),
        optional=fields.flag("optional"),
        forbidden=form == "not",
    )
