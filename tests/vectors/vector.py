"""One vector: how values are written in it, and how it is made from an expression."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from befit.cel import EvaluationError, Timestamp, Type, UInt, to_json
from befit.cel.ast import Node, literal
from befit.cel.evaluate import walk
from befit.cel.values import Duration, Optional, TypeName, keys, kind

Vector = dict[str, Any]

_KIND: Final = re.compile(r"[^:(]*")


def written(value: Any) -> Node:
    """A value as a literal of the portable form."""
    match kind(value):
        case "list":
            return ["list", *map(written, value)]
        case "map":
            pairs = zip(keys(value), value, strict=True)
            return ["map", *(part for key, held in pairs for part in (written(key), written(value[held])))]
        case "optional":
            return ["optional.of", written(value.values[0])] if value.values else ["optional.none"]
        case "type":
            return ["=", "type", value.name]
        case "double" if value == 0:
            return ["=", "double", repr(value)]  # JSON's readers lose the sign of -0.0
    return literal(value)


def read(node: Node) -> Any:
    """The value that was written."""
    return walk(node, {})


def error_kind(error: EvaluationError) -> str:
    """What an error's message says before it comes to the details."""
    match = _KIND.match(error.message)
    return match[0].strip() if match else ""


def vector(source: str, ast: Node, variables: Mapping[str, Any], types: Mapping[str, Type] | None = None) -> Vector:
    """The vector of an expression with these variables; with their `types`, as JSON too where that is the same."""
    made: Vector = {
        "source": source,
        "ast": ast,
        "variables": {name: written(value) for name, value in variables.items()},
    }
    if types is not None and all(_same_as_json(value, types[name]) for name, value in variables.items()):
        made["json"] = to_json(dict(variables))
    try:
        return {**made, "value": written(walk(ast, variables))}
    except EvaluationError as error:
        return {**made, "error": error_kind(error)}


def _same_as_json(value: Any, type_: Type) -> bool:
    """Whether a reader of JSON that knows the declared type gets the value back."""
    if isinstance(type_, Mapping):
        return all(_same_as_json(item, type_[name]) for name, item in value.items())
    match value:
        case Timestamp() | Duration():
            return type_ in ("timestamp", "duration")
        case UInt():
            return type_ == "uint" and value <= 2**53
        case bytes():
            return type_ == "bytes"
        case Optional() | TypeName():
            return False
        case float():
            return math.isfinite(value) and (type_ == "double" or not value.is_integer())
        case bool() | str() | None:
            return True
        case int():
            return abs(value) <= 2**53
    inner = type_[type_.index("(") + 1 : -1].removeprefix("string, ") if "(" in type_ else "dyn"
    return all(_same_as_json(item, inner) for item in (value.values() if isinstance(value, dict) else value))
