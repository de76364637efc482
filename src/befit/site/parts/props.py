"""Props of modules: checked against the module's JSON Schema, each problem at the line of the prop that has it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from befit.model import Condition, Module
from befit.site.item import Item, did_you_mean

JsonSchema = dict[str, Any]

JSON_TYPES: Final = {
    **{type_: frozenset({"string"}) for type_ in ("string", "timestamp", "duration")},
    **{type_: frozenset({"integer", "number"}) for type_ in ("int", "uint")},
    "double": frozenset({"number"}),
    "bool": frozenset({"boolean"}),
}
"""CEL types -> the JSON types that their values are written as."""


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


def overlay(item: Item, module: Module, under: dict[str, Any]) -> dict[str, Any]:
    """Plain props that go over those in `under`, as a variant's or a branch's do; reports what the schema forbids."""
    props = item.value()
    if not isinstance(props, dict):
        item.error("props must be a mapping of names to values")
        return {}
    for name, value in item.entries():
        if "${" in str(value.value()):
            value.error("only a module's own props can be computed", f"move `{name.source}` to the module's `props`")
    check_props(item, module, {**under, **props})
    return props


def check_props(item: Item, module: Module, props: dict[str, Any]) -> None:
    """Reports where a module's plain `props`, written in `item` at least in part, break its schema.

    Computed props are there too, with values not known yet: only their types are. Whether a required one is given at all
    is seen where the module is shown (`befit.site.checks.props`).
    """
    schema = module.schema
    computed = {name: types for name, types in _computed(module).items() if name not in props}
    validator = Draft202012Validator({**schema, "required": []}, registry=Registry())
    written = {key.source for key, _ in item.entries()}
    try:
        errors = sorted(validator.iter_errors(props), key=lambda error: list(map(str, error.absolute_path)))
    except Unresolvable as missing:
        item.error(f"the module's schema cannot be used: {missing}", "it must not refer to other files or addresses")
        return
    for error in errors:
        if not error.absolute_path or error.absolute_path[0] in written:
            _report(item, error)
    _check_computed(item, schema, {name: types for name, types in computed.items() if name in written})


def check_elements(into: Item, elements: list[Item], module: Module) -> None:
    """Reports where plain values cannot be elements of the prop that `into` names, or that prop cannot be a list."""
    schema, prop = module.schema, into.source or ""
    known = schema.get("properties", {})
    wanted = known.get(prop, {})
    types = wanted.get("type", "array") if isinstance(wanted, dict) else "array"
    if prop not in known and schema.get("additionalProperties") is False:
        into.error(
            f"the module's schema has no prop `{prop}`", did_you_mean(prop, known) or f"it has {', '.join(known)}"
        )
    elif "array" not in ([types] if isinstance(types, str) else types):
        into.error(f"`{prop}` will be a list, and the module's schema wants {types}")
    shape = wanted.get("items", {}) if isinstance(wanted, dict) else {}
    if isinstance(shape, dict):
        shape = {**{key: schema[key] for key in ("$defs", "definitions") if key in schema}, **shape}
    validator = Draft202012Validator(shape, registry=Registry())
    for element in elements:
        if "${" in str(element.value()):
            element.error("only a module's own props can be computed", "write a plain value")
        with suppress(Unresolvable):  # reported where the module's own props are checked
            for error in validator.iter_errors(element.value()):
                _report(element, error)


def _report(item: Item, error: ValidationError) -> None:
    inner = best_match(error.context) if error.context else None
    item.at(error.absolute_path).error(f"the module's schema forbids this: {(inner or error).message}")


def _check_computed(item: Item, schema: JsonSchema, computed: dict[str, frozenset[str]]) -> None:
    known = schema.get("properties", {})
    for name, types in computed.items():
        wanted = known.get(name, {}).get("type", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if name not in known and schema.get("additionalProperties") is False:
            item.at([name]).error(f"the module's schema has no prop `{name}`", f"it has {', '.join(known)}")
        elif wanted and types and types.isdisjoint(wanted):
            found = " or ".join(sorted(types))
            item.at([name]).error(f"`{name}` will be {found}, and the module's schema wants {' or '.join(wanted)}")


def _computed(module: Module) -> dict[str, frozenset[str]]:
    """JSON types that each computed prop can have; none when that is not known before it is computed."""
    found = {name: frozenset({"array"}) for name in module.picks}
    for name, text in module.texts.items():
        only = text.parts[0] if len(text.parts) == 1 else ""
        found[name] = JSON_TYPES.get(only.type, frozenset()) if isinstance(only, Condition) else frozenset({"string"})
    return found
