"""triggers.yaml: what happens when a condition becomes true, on an event, some time after it, or when a sequence completes."""

from __future__ import annotations

from typing import Final, NamedTuple

from befit.model import Signal, Trigger
from befit.site.expressions import both, condition
from befit.site.item import Fields, Item
from befit.site.parts.names import check_slug
from befit.site.parts.schedule import schedule_condition
from befit.site.parts.signals import read_sequence
from befit.site.references import Names

ACTIONS: Final = ("show", "tag", "untag", "emit", "webhook")
KEYS: Final = (
    "on",
    "when",
    "sequence",
    "within",
    "delay",
    "cancel_on",
    "schedule",
    *ACTIONS,
    "for",
    "ttl",
    "cooldown",
    "per_session",
    "per_day",
    "ever",
    "priority",
    "purpose",
)
BELONGS: Final = {"for": "show", "ttl": "tag", "within": "sequence", "delay": "on", "cancel_on": "delay"}
"""Keys that mean something only beside another."""

LASTING: Final = ("page", "session")


class Triggers(NamedTuple):
    """All triggers, and the hidden signals that follow the sequences written in them."""

    triggers: list[Trigger]
    signals: list[Signal]


def tags_set(root: Item) -> list[str]:
    """The tags that triggers set, before anything else is read of them."""
    inside = (entry for _, item in root.entries() if item.is_mapping for entry in item.entries())
    return [value.source or "" for key, value in inside if key.source == "tag"]


def read_triggers(root: Item, names: Names) -> Triggers:
    """All triggers. Only after signals, tags, modules, slots and webhooks are known."""
    found = Triggers([], [])
    for key, item in root.entries():
        fields = Fields(item, KEYS, "a trigger")
        name = check_slug(key, "trigger")
        purpose = names.purpose(fields.get("purpose"))
        sequence = fields.get("sequence")
        if sequence and sequence.is_list:
            found.signals.append(_hidden(name, fields, names, purpose, key.position))
        followed = names.sequence(sequence) if sequence and not sequence.is_list else f"on:{name}" if sequence else ""
        found.triggers.append(_trigger(key, name, fields, names, followed, purpose))
    return found


def _trigger(key: Item, name: str, fields: Fields, names: Names, sequence: str, purpose: str) -> Trigger:
    _check_keys(key, name, fields)
    on = names.events(fields.names("on", least=1))
    names.check_tags(fields.get("when"))
    immediate = on if "delay" not in fields and not sequence else ()
    when = both(
        schedule_condition(fields.get("schedule"), names),
        condition(fields.get("when"), names.scopes.rule(immediate)),
    )
    lasting, for_ms = _lasting(fields)
    emit, tag = fields.get("emit"), fields.get("tag")
    return Trigger(
        name=name,
        on=on,
        when=when,
        delay_ms=fields.duration("delay"),
        cancel_on=_cancel_on(fields, on, names),
        sequence=sequence,
        show=_show(fields.get("show"), names),
        for_ms=for_ms,
        lasting=lasting,
        tag=check_slug(tag, "tag") if tag else "",
        tag_ttl_ms=fields.duration("ttl"),
        untag=names.tag(fields.get("untag")),
        emit=names.event(emit) if emit else "",
        webhook=names.webhook(fields.get("webhook")),
        cooldown_ms=fields.duration("cooldown"),
        per_session=fields.whole("per_session", least=1),
        per_day=fields.whole("per_day", least=1),
        ever=fields.whole("ever", least=1),
        priority=fields.whole("priority", least=None),
        purpose=purpose,
        position=key.position,
    )


def _check_keys(key: Item, name: str, fields: Fields) -> None:
    if not any(moment in fields for moment in ("on", "when", "sequence")):
        key.error(f"nothing ever sets off `{name}`", "give it `on`, `when` or `sequence`")
    if "on" in fields and "sequence" in fields:
        key.error(f"`{name}` is set off by `on` or by `sequence`, not by both", "make two triggers of it")
    if not any(action in fields for action in ACTIONS):
        key.error(f"`{name}` does nothing", f"give it one of {', '.join(ACTIONS)}")
    for needing, needed in BELONGS.items():
        if needing in fields and needed not in fields:
            fields.item.error(f"`{needing}` belongs to `{needed}`, which is not there")
    within, sequence = fields.get("within"), fields.get("sequence")
    if within and sequence and not sequence.is_list:
        within.error("a signal says itself within what time it must complete", "move `within` to signals.yaml")


def _hidden(name: str, fields: Fields, names: Names, purpose: str, position: str) -> Signal:
    """The signal that follows a sequence written in a trigger. No condition can name it, because of the colon."""
    parts = read_sequence("sequence", fields, names)
    return Signal(name=f"on:{name}", kind="sequence", hidden=True, purpose=purpose, position=position, **parts)


def _cancel_on(fields: Fields, on: tuple[str, ...], names: Names) -> tuple[str, ...]:
    items = fields.names("cancel_on", least=1)
    for item in items:
        if item.source in on:
            item.error(f"`{item.source}` cannot both set the trigger off and call it off")
    return names.events(items)


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
