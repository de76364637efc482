"""The exact walk: evaluates the portable form node by node, with CEL's rules for errors.

`&&`, `||`, `?:` and the macros take in errors as CEL says: a side that decides the result makes an error on the other
side disappear. Compiled conditions (`befit.cel.generate`) give the same answers faster and come here for the rest.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from befit.cel.ast import Node, literal_value
from befit.cel.functions import apply
from befit.cel.operators import has, index, items, optional_index, optional_select, select, truth
from befit.cel.values import Alias, Optional, TypeName, keys, kind, same_key
from befit.errors import EvaluationError

Scope = Mapping[str, Any]
"""Values by variable name. An EvaluationError in place of a value is raised when the variable is read."""


def walk(node: Node, scope: Scope) -> Any:
    """The value of an expression. Raises EvaluationError."""
    if not isinstance(node, list):
        return node
    special = _SPECIAL.get(node[0])
    if special is not None:
        return special(node, scope)
    return apply(node[0], *[walk(argument, scope) for argument in node[1:]])


def attempt(node: Node, scope: Scope) -> Any:
    """The value of an expression, or its EvaluationError as a value."""
    try:
        return walk(node, scope)
    except EvaluationError as error:
        return error


def _variable(node: Node, scope: Scope) -> Any:
    if node[1] not in scope:
        raise EvaluationError(f"unknown variable: {node[1]}")
    value = scope[node[1]]
    if isinstance(value, EvaluationError):
        raise value
    return value


def _logical(decisive: bool) -> Callable[[Node, Scope], bool]:
    """`&&` (decided by false) and `||` (decided by true): either side may decide, whatever the other does."""

    def evaluate(node: Node, scope: Scope) -> bool:
        error: EvaluationError | None = None
        for side in node[1:]:
            try:
                if truth(walk(side, scope)) is decisive:
                    return decisive
            except EvaluationError as raised:
                error = error or raised
        if error is not None:
            raise error
        return not decisive

    return evaluate


def _conditional(node: Node, scope: Scope) -> Any:
    _, condition, then, otherwise = node
    return walk(then if truth(walk(condition, scope)) else otherwise, scope)


def _or(node: Node, scope: Scope) -> Any:
    """`a.or(b)` and `a.orValue(b)`: b is evaluated only when it is needed."""
    function, optional, otherwise = node
    value = walk(optional, scope)
    if not isinstance(value, Optional):
        raise EvaluationError(f"no matching overload: {kind(value)}.{function}()")
    if value.values:
        return value if function == "or" else value.values[0]
    result = walk(otherwise, scope)
    if function == "or" and not isinstance(result, Optional):
        raise EvaluationError(f"no matching overload: or({kind(result)})")
    return result


def _list(node: Node, scope: Scope) -> list[Any]:
    result: list[Any] = []
    for item in node[1:]:
        if isinstance(item, list) and item[0] == "?":
            result += _present(item[1], scope).values
        else:
            result.append(walk(item, scope))
    return result


def _map(node: Node, scope: Scope) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in zip(node[1::2], node[2::2], strict=True):
        optional = isinstance(key_node, list) and key_node[0] == "?"
        key = walk(key_node[1] if optional else key_node, scope)
        if kind(key) not in ("bool", "int", "uint", "string"):
            raise EvaluationError(f"invalid map key type: {kind(key)}")
        if key in result:
            if any(same_key(key, held) for held in keys(result)):
                raise EvaluationError(f"duplicate key in map: {key}")
            key = Alias(key)
        if optional:
            for value in _present(value_node, scope).values:
                result[key] = value
        else:
            result[key] = walk(value_node, scope)
    return result


def _present(node: Node, scope: Scope) -> Optional:
    value = walk(node, scope)
    if isinstance(value, Optional):
        return value
    raise EvaluationError(f"no matching overload: ?{kind(value)} is not an optional value")


def _fold(node: Node, scope: Scope) -> Any:
    """A comprehension. Its result variable may hold an error for a while, as in `[1, 0].exists(i, 1 / i == 1)`."""
    _, variable, second, range_, accumulator, start, condition, step, result = node
    source = walk(range_, scope)
    inner = {**scope, accumulator: attempt(start, scope)}
    for position, item in enumerate(items(source)):
        if second:
            inner[variable], inner[second] = (item, index(source, item)) if kind(source) == "map" else (position, item)
        else:
            inner[variable] = item
        if not truth(walk(condition, inner)):
            break
        inner[accumulator] = attempt(step, inner)
    inner.pop(variable, None)
    return walk(result, {**scope, accumulator: inner[accumulator]})


def _not_strictly_false(node: Node, scope: Scope) -> bool:
    return attempt(node[1], scope) is not False


_SPECIAL: Final[dict[str, Callable[[Node, Scope], Any]]] = {
    "=": lambda node, scope: literal_value(node),
    "var": _variable,
    "get": lambda node, scope: select(walk(node[1], scope), node[2]),
    "has": lambda node, scope: has(walk(node[1], scope), node[2]),
    "?.": lambda node, scope: optional_select(walk(node[1], scope), node[2]),
    "[?]": lambda node, scope: optional_index(walk(node[1], scope), walk(node[2], scope)),
    "&&": _logical(False),
    "||": _logical(True),
    "?:": _conditional,
    "or": _or,
    "orValue": _or,
    "list": _list,
    "map": _map,
    "fold": _fold,
    "not_strictly_false": _not_strictly_false,
    "holds": lambda node, scope: attempt(node[1], scope) is True,
}


def to_json(value: Any) -> Any:
    """A CEL value as JSON: times as their text, bytes as base64, non-finite doubles as "NaN", "Infinity", "-Infinity"."""
    match kind(value):
        case "uint":
            return int(value)
        case "timestamp" | "duration":
            return str(value)
        case "bytes":
            return base64.b64encode(value).decode()
        case "double" if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case "list":
            return [to_json(item) for item in value]
        case "map":
            return {_key(key): to_json(value[held]) for key, held in zip(keys(value), value, strict=True)}
        case "optional":
            return to_json(value.values[0]) if value.values else None
        case "type" | "unknown":
            return value.name if isinstance(value, TypeName) else str(value)
    return value


def _key(key: Any) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(key)
