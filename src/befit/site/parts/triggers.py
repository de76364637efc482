"""triggers.yaml: what happens at the moment a condition becomes true, or on each event for which it holds."""

from __future__ import annotations

from typing import Final

from befit.model import Trigger
from befit.site.expressions import condition
from befit.site.item import Fields, Item
from befit.site.parts.names import check_slug
from befit.site.references import Names

ACTIONS: Final = ("show", "tag", "untag", "emit")
KEYS: Final = ("on", "when", *ACTIONS, "for", "ttl", "cooldown", "per_session", "priority", "purpose")
LASTING: Final = ("page", "session")


def tags_set(root: Item) -> list[str]:
    """The tags that triggers set, before anything else is read of them."""
    inside = (entry for _, item in root.entries() if item.is_mapping for entry in item.entries())
    return [value.source or "" for key, value in inside if key.source == "tag"]


def read_triggers(root: Item, names: Names) -> list[Trigger]:
    """All triggers."""
    return [_trigger(key, item, names) for key, item in root.entries()]


def _trigger(key: Item, item: Item, names: Names) -> Trigger:
    name = check_slug(key, "trigger")
    fields = Fields(item, KEYS, "a trigger")
    if "on" not in fields and "when" not in fields:
        key.error(f"nothing ever sets off `{name}`", "give it `on`, `when` or both")
    if not any(action in fields for action in ACTIONS):
        key.error(f"`{name}` does nothing", f"give it one of {', '.join(ACTIONS)}")
    for needing, needed in (("for", "show"), ("ttl", "tag")):
        if needing in fields and needed not in fields:
            fields.item.error(f"`{needing}` belongs to `{needed}`, which is not there")
    on = names.events(fields.names("on", least=1))
    names.check_tags(fields.get("when"))
    lasting, for_ms = _lasting(fields)
    emit = fields.get("emit")
    tag = fields.get("tag")
    return Trigger(
        name=name,
        on=on,
        when=condition(fields.get("when"), names.scopes.rule(on)),
        show=_show(fields.get("show"), names),
        for_ms=for_ms,
        lasting=lasting,
        tag=check_slug(tag, "tag") if tag else "",
        tag_ttl_ms=fields.duration("ttl"),
        untag=names.tag(fields.get("untag")),
        emit=names.event(emit) if emit else "",
        cooldown_ms=fields.duration("cooldown"),
        per_session=fields.whole("per_session", least=1),
        priority=fields.whole("priority", least=None),
        purpose=names.purpose(fields.get("purpose")),
        position=key.position,
    )


def _lasting(fields: Fields) -> tuple[str, int]:
    """How long a trigger shows its modules: for the page unless it says otherwise."""
    item = fields.get("for")
    if item is None:
        return ("page" if "show" in fields else ""), 0
    if item.source in LASTING:
        return item.source, 0
    return "", item.duration()


def _show(item: Item | None, names: Names) -> dict[str, str]:
    shown = {names.slot(slot): names.module(module) for slot, module in (item.entries() if item else ())}
    if item and not shown:
        item.error("must say which slot shows which module", "such as {checkout: checkout-reminder}")
    return shown
