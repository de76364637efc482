"""modules/NAME.yaml: reusable content. Props are plain values, texts with `${CEL}` in them, or picks from a collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from befit.model import Condition, Module, Pick, Text
from befit.site.expressions import SCALARS, condition, expression
from befit.site.item import Fields, Item, did_you_mean
from befit.site.parts.props import JsonSchema, check_props, overlay, read_json_schema
from befit.site.references import Names
from befit.site.templates import Piece, split

KEYS: Final = ("type", "schema", "props", "variants")
PICK: Final = ("pick", "where", "affinity", "by", "limit")
MOST_ITEMS: Final = 100


def read_module(name: str, root: Item, names: Names, schemas: Mapping[str, JsonSchema]) -> Module:
    """One module. `schema` is a JSON Schema, or the name of one in `schemas/`."""
    fields = Fields(root, KEYS, "a module")
    type_ = fields.need("type")
    schema = _schema(fields.get("schema"), schemas)
    props: dict[str, Any] = {}
    texts: dict[str, Text] = {}
    picks: dict[str, Pick] = {}
    item = fields.get("props")
    for key, value in item.entries() if item else ():
        prop = key.source or ""
        if value.is_mapping and any(inner.source == "pick" for inner, _ in value.entries()):
            picks[prop] = _pick(value, names)
        elif value.source is not None and isinstance(value.value(), str) and "${" in value.source:
            texts[prop] = _text(value, names)
        else:
            props[prop] = _plain(value)
    module = Module(
        name=name,
        type=type_.text() if type_ else "",
        schema=schema,
        props=props,
        texts=texts,
        picks=picks,
        position=root.position,
    )
    check_props(item or root, module, props)
    variants = fields.get("variants")
    if variants is None:
        return module
    found = {key.source or "": overlay(value, module, props) for key, value in variants.entries()}
    return msgspec.structs.replace(module, variants=found)


def _schema(item: Item | None, schemas: Mapping[str, JsonSchema]) -> JsonSchema:
    if item is None:
        return {}
    if item.is_mapping:
        return read_json_schema(item)
    name = item.text()
    if name not in schemas:
        item.error(
            f"there is no schema `{name}`", did_you_mean(name, schemas) or f"schemas/{name}.yaml would define it"
        )
    return schemas.get(name, {})


def _plain(item: Item) -> Any:
    value = item.value()
    if isinstance(value, (dict, list)) and "${" in str(value):
        item.error("`${…}` works in a prop's own text, not inside lists and mappings")
    return value


def _text(item: Item, names: Names) -> Text:
    names.check_tags(item)
    scope = names.scopes.branch()
    return Text(parts=tuple(_part(item, piece, scope) for piece in split(item)))


def _part(item: Item, piece: Piece, scope: Any) -> str | Condition:
    if not piece.computed:
        return piece.text
    found = expression(item, scope, source=piece.text, start=piece.start)
    if found.type not in SCALARS:
        item.error(f"a {found.type} cannot stand in a text", "take a single value from it", at=piece.start)
    return found


def _pick(item: Item, names: Names) -> Pick:
    fields = Fields(item, PICK, "a pick")
    collection = names.collection(fields.get("pick"))
    affinity, by = fields.get("affinity"), fields.get("by")
    if (affinity is None) != (by is None):
        item.error("`affinity` and `by` belong together", "such as {affinity: category_affinity, by: category}")
    items = names.collections.get(collection, [])
    if by and items and not any(by.source in each for each in items):
        known = dict.fromkeys(key for each in items for key in each)
        by.error(f"no item of `{collection}` has `{by.source}`", did_you_mean(by.source or "", known))
    limit = fields.whole("limit", default=10, least=1)
    if limit > MOST_ITEMS:
        fields.item.at(["limit"]).error(f"a pick takes at most {MOST_ITEMS} items")
    names.check_tags(fields.get("where"))
    return Pick(
        collection=collection,
        where=condition(fields.get("where"), names.scopes.item()),
        affinity=names.affinity(affinity),
        by=by.text() if by else "",
        limit=limit,
    )
