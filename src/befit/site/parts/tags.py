"""tags.yaml: labels on a profile, set and removed by rules, or declared for people who set them by hand."""

from __future__ import annotations

from typing import Final

from befit.model import TagRule
from befit.site.expressions import condition
from befit.site.item import Fields, Item
from befit.site.parts.names import check_slug
from befit.site.references import Names

KEYS: Final = ("on", "when", "manual", "ttl", "unset", "purpose", "public")


def read_tags(root: Item, names: Names) -> list[TagRule]:
    """All tagging rules; a rule's name is its tag's."""
    return [_tag(key, item, names) for key, item in root.entries()]


def _tag(key: Item, item: Item, names: Names) -> TagRule:
    name = check_slug(key, "tag")
    fields = Fields(item, KEYS, "a tag")
    manual = fields.flag("manual")
    if "on" not in fields and "when" not in fields and not manual:
        key.error(f"nothing ever sets `{name}`", "give it `on`, `when` or both; or `manual: true` if people set it")
    on = names.events(fields.names("on", least=1))
    unset = fields.get("unset")
    removal = Fields(unset, ("on", "when"), "`unset`") if unset else None
    unset_on = names.events(removal.names("on", least=1)) if removal else ()
    unset_when = removal.get("when") if removal else None
    if unset and not unset_on and not unset_when:
        unset.error(f"nothing ever removes `{name}`", "give `unset` an `on`, a `when` or both")
    for when in (fields.get("when"), unset_when):
        names.check_tags(when)
    return TagRule(
        name=name,
        tag=name,
        on=on,
        when=condition(fields.get("when"), names.scopes.rule(on)),
        ttl_ms=fields.duration("ttl"),
        unset_on=unset_on,
        unset_when=condition(unset_when, names.scopes.rule(unset_on)),
        purpose=names.purpose(fields.get("purpose")),
        public=fields.flag("public"),
        position=key.position,
    )
