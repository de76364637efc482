"""What a branch, or a row of a decision table, shows: a module, its variant, props that go over it, and how often."""

from __future__ import annotations

from typing import Any, Final

from befit.model import Cap
from befit.site.item import Fields, Item
from befit.site.parts.props import overlay
from befit.site.references import Names

KEYS: Final = ("show", "variant", "props", "cap")
CAP: Final = ("session", "day", "ever", "cooldown")


def read_content(fields: Fields, names: Names) -> dict[str, Any]:
    """The fields `show`, `variant`, `props` and `cap` of a Branch."""
    module = names.module(fields.get("show"))
    return {
        "show": module,
        "variant": _variant(fields.get("variant"), module, names),
        "props": _props(fields, module, names),
        "cap": _cap(fields.get("cap")),
    }


def _variant(item: Item | None, module: str, names: Names) -> str:
    variant = item.text() if item else ""
    known = names.modules[module].variants if module in names.modules else {}
    if item and variant and module in names.modules and variant not in known:
        item.error(f"the module `{module}` has no variant `{variant}`", f"it has {', '.join(known) or 'none'}")
    return variant


def _props(fields: Fields, module: str, names: Names) -> dict[str, Any]:
    item = fields.get("props")
    if item is None or module not in names.modules:
        return {}
    used = names.modules[module]
    return overlay(item, used, {**used.props, **used.variants.get(fields.text("variant"), {})})


def _cap(item: Item | None) -> Cap | None:
    if item is None:
        return None
    fields = Fields(item, CAP, "a cap")
    if not any(key in fields for key in CAP):
        item.error("the cap limits nothing", f"give it one of {', '.join(CAP)}")
    return Cap(
        session=fields.whole("session", least=1),
        day=fields.whole("day", least=1),
        ever=fields.whole("ever", least=1),
        cooldown_ms=fields.duration("cooldown"),
    )
