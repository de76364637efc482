"""The portable form back in CEL's notation, and values in the words of people, for traces."""

from __future__ import annotations

import json
from typing import Any, Final

from befit.cel.ast import Node, is_bind, is_literal, literal_value
from befit.cel.evaluate import to_json
from befit.cel.macros import recognize
from befit.cel.values import Duration, Optional
from befit.errors import EvaluationError

_BINARY: Final = frozenset(("&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"))
_FUNCTIONS: Final = frozenset(
    ("bool", "bytes", "double", "duration", "dyn", "int", "size", "string", "timestamp", "type", "uint")
)
_MACROS: Final = {
    "_all": "all",
    "_exists": "exists",
    "_exists_one": "exists_one",
    "_map": "map",
    "_filter": "filter",
    "_filter_map": "map",
}


def shown(value: Any) -> str:
    """A value for people: `4m0s`, `"electronics"`, `12.5`, `2026-01-31T12:00:00Z`."""
    if isinstance(value, Duration):
        return value.words()
    if isinstance(value, EvaluationError):
        return "not known yet"
    if isinstance(value, Optional):
        return shown(value.values[0]) if value.values else "absent"
    plain = to_json(value)
    text = (
        plain
        if isinstance(plain, str) and not isinstance(value, str | bytes)
        else json.dumps(plain, ensure_ascii=False)
    )
    return text if len(text) <= 80 else f"{text[:77]}…"


def text_of(node: Node) -> str:
    """An expression in CEL's notation."""
    if is_literal(node):
        return shown(literal_value(node))
    tag, *arguments = node
    match tag:
        case "var":
            return str(arguments[0])
        case "get":
            return f"{text_of(arguments[0])}.{arguments[1]}"
        case "has":
            return f"has({text_of(arguments[0])}.{arguments[1]})"
        case "?.":
            return f"{text_of(arguments[0])}.?{arguments[1]}"
        case "[]" | "[?]":
            return f"{text_of(arguments[0])}{tag[:-1]}{text_of(arguments[1])}]"
        case "?:":
            return "{} ? {} : {}".format(*map(_inner, arguments))
        case "!":
            return f"!{_inner(arguments[0])}"
        case "neg":
            return f"-{_inner(arguments[0])}"
        case "?":
            return f"?{text_of(arguments[0])}"
        case "list":
            return f"[{', '.join(map(text_of, arguments))}]"
        case "map":
            pairs = zip(arguments[::2], arguments[1::2], strict=True)
            return "{" + ", ".join(f"{text_of(key)}: {text_of(value)}" for key, value in pairs) + "}"
        case "holds":
            return str(arguments[1]) if len(arguments) > 1 else _inner(arguments[0])
        case "fold":
            return _macro(node)
    if tag in _BINARY:
        return f" {tag} ".join(map(_inner, arguments))
    if tag in _FUNCTIONS or "." in tag or not arguments:
        return f"{tag}({', '.join(map(text_of, arguments))})"
    return f"{_inner(arguments[0])}.{tag}({', '.join(map(text_of, arguments[1:]))})"


def _inner(node: Node) -> str:
    composed = isinstance(node, list) and (node[0] in _BINARY or node[0] == "?:")
    return f"({text_of(node)})" if composed else text_of(node)


def _macro(node: Node) -> str:
    if is_bind(node):
        return f"cel.bind({node[4]}, {text_of(node[5])}, {text_of(node[8])})"
    macro = recognize(node)
    if macro is None:
        return f"{_inner(node[3])}.(…)"
    return f"{_inner(node[3])}.{_MACROS[macro.name]}({', '.join([node[1], *map(text_of, macro.parts)])})"
