"""Props of modules: checked against the module's JSON Schema, each problem at the line of the prop that has it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from befit.model import Module
from befit.site.item import Item

JsonSchema = dict[str, Any]


def read_json_schema(item: Item) -> JsonSchema:
    """A JSON Schema (draft 2020-12) of props; an empty one when it was reported."""
    schema = item.value()
    if not isinstance(schema, dict):
        item.error("a schema must be a mapping", "such as {type: object, required: [title], properties: {…}}")
        return {}
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        item.at(error.absolute_path).error(f"not a JSON Schema: {error.message}")
        return {}
    return schema


def check_props(item: Item, module: Module, under: dict[str, Any]) -> dict[str, Any]:
    """Plain props that go over those in `under`, as a variant's or a branch's do; reports what the schema forbids."""
    props = item.value()
    if not isinstance(props, dict):
        item.error("props must be a mapping of names to values")
        return {}
    for name, value in item.entries():
        if "${" in str(value.value()):
            value.error("only a module's own props can be computed", f"move `{name.source}` to the module's `props`")
    computed = (module.texts.keys() | module.picks.keys()) - props.keys()
    check_against(item, {**under, **props}, module.schema, computed)
    return props


def check_against(item: Item, props: dict[str, Any], schema: JsonSchema, computed: Collection[str]) -> None:
    """Reports where plain `props` break the schema. `computed` props are there too, with values not known yet."""
    required = [name for name in schema.get("required", ()) if name not in computed]
    validator = Draft202012Validator({**schema, "required": required}, registry=Registry())
    try:
        errors = sorted(validator.iter_errors(props), key=lambda error: list(map(str, error.absolute_path)))
    except Unresolvable as missing:
        item.error(f"the module's schema cannot be used: {missing}", "it must not refer to other files or addresses")
        return
    for error in errors:
        inner = best_match(error.context) if error.context else None
        item.at(error.absolute_path).error(f"the module's schema forbids this: {(inner or error).message}")
    _check_computed(item, schema, computed)


def _check_computed(item: Item, schema: JsonSchema, computed: Collection[str]) -> None:
    known = schema.get("properties", {})
    if schema.get("additionalProperties") is False:
        for name in sorted(set(computed) - set(known)):
            item.at([name]).error(f"the module's schema has no prop `{name}`", f"it has {', '.join(known)}")
