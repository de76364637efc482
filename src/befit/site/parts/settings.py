"""site.yaml: the site's name, keys, origins, identity, privacy, session and time settings, pages, purposes, webhooks, guard and schema."""

from __future__ import annotations

import re
from typing import Final

from befit.model import Guard, SiteSettings
from befit.site.environment import CONTEXT, PAGE
from befit.site.item import Fields, Item, did_you_mean
from befit.site.parts.webhooks import read_webhooks
from befit.site.references import Names
from befit.site.schema import Schema, read_schema

KEYS: Final = (
    "name",
    "write_keys",
    "origins",
    "identity",
    "public",
    "session",
    "time",
    "pages",
    "purposes",
    "webhooks",
    "guard",
    "schema",
)
DEFAULTS: Final = SiteSettings(name="")

_ORIGIN: Final = re.compile(r"\*|https?://[^/\s*]+")
_PUBLIC: Final = re.compile(r"(signals|tags|traits)\..+")


def read_settings(root: Item) -> tuple[SiteSettings, Schema]:
    """The settings and the schema of a site. Whether `public` names things that exist is checked by `check_public`."""
    fields = Fields(root, KEYS, "site.yaml")
    identity = _inside(fields, "identity", ("unsigned", "keys"))
    session = _inside(fields, "session", ("timeout",))
    time = _inside(fields, "time", ("max_skew", "lateness"))
    guard = _inside(fields, "guard", ("changed",))
    changed = guard.get("changed") if guard else None
    declared = fields.get("schema")
    schema = read_schema(declared, PAGE, CONTEXT) if declared else Schema()
    name = fields.need("name")
    settings = SiteSettings(
        name=name.text() if name else "",
        write_keys=_texts(fields, "write_keys"),
        origins=_matching(fields, "origins", _ORIGIN, "an origin such as https://shop.example, or *"),
        unsigned_user_ids=identity.flag("unsigned") if identity else False,
        identity_keys=_texts(identity, "keys") if identity else (),
        public=_public(fields.get("public")),
        session_timeout_ms=session.duration("timeout", DEFAULTS.session_timeout_ms)
        if session
        else DEFAULTS.session_timeout_ms,
        max_skew_ms=time.duration("max_skew", DEFAULTS.max_skew_ms) if time else DEFAULTS.max_skew_ms,
        lateness_ms=time.duration("lateness", DEFAULTS.lateness_ms) if time else DEFAULTS.lateness_ms,
        pages=fields.text("pages"),
        purposes=_texts(fields, "purposes"),
        webhooks=read_webhooks(fields.get("webhooks")),
        guard=Guard(changed=changed.share()) if changed else DEFAULTS.guard,
        schema=schema.plain(),
    )
    if "write_keys" not in fields:
        root.warning("no write key: the server takes no events", "add `write_keys: [some-key]`")
    return settings, schema


def _inside(fields: Fields, key: str, known: tuple[str, ...]) -> Fields | None:
    item = fields.get(key)
    return Fields(item, known, f"`{key}`") if item else None


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.text() for item in fields.names(key)))


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    items = fields.names(key)
    for item in items:
        if not pattern.fullmatch(item.text()):
            item.error(f"`{item.text()}` is not {what}")
    return tuple(item.text() for item in items)


def _public(item: Item | None) -> tuple[str, ...]:
    items = item.names() if item else []
    for name in items:
        if name.text() != "*" and not _PUBLIC.fullmatch(name.text()):
            name.error(f"`{name.text()}` cannot be public", "name signals.NAME, tags.NAME or traits.NAME; or *")
    return tuple(name.text() for name in items)


def check_public(root: Item, settings: SiteSettings, names: Names) -> None:
    """Reports signals and tags that are to be public and do not exist."""
    item = root.at(["public"])
    known = {"signals": names.signals, "tags": names.tags, "traits": names.scopes.schema.traits}
    for name in item.names() if settings.public else ():
        kind, _, rest = name.text().partition(".")
        there = known.get(kind)
        if there is not None and rest and rest not in there:
            hint = did_you_mean(rest, there)
            name.error(f"there is no {kind.removesuffix('s')} `{rest}`", hint)
