"""The portable form of a checked expression: small JSON, the same for Python and for browsers.

A literal whose type JSON keeps is itself: null, true, "text", 42 (an int of at most 53 bits). Everything else is a list
that starts with its tag:

    ["=", type, value]                        any other literal: ["=", "double", 1.5]  ["=", "uint", 5]  ["=", "bytes", base64]
                                              ["=", "int", "9223372036854775807"]  ["=", "duration", "90s"]  ["=", "type", "string"]
                                              ["=", "timestamp", "2026-01-31T12:00:00Z"]
    ["var", name, type?]                      a variable; `type` is left out when it is dyn
    ["get", operand, field, type?]            operand.field; operand["field"] is this too
    ["has", operand, field]
    ["?.", operand, field, type?]             operand.?field; ["[?]", operand, key, type?] is operand[?key]
    ["list", item…]                           ["?", item] is an optional item
    ["map", key, value, key, value…]          ["?", key] makes the entry optional
    ["fold", variable, second variable or null, range, result variable, start, condition, step, result]
                                              a comprehension, as CEL defines it: the macros all, exists, map, filter… and cel.bind
    ["holds", operand, name?]                 a condition with a name (an audience): true when operand is true, false when it
                                              is false, errs (a missing value) or is no bool. It never errs; `name` is for traces
    [function, argument…]                     any other tag: an operator ("+", "&&", "?:", "[]", "in", "!"…) or a function
                                              ("size", "startsWith", "math.ceil"…); a method's target is its first argument

Types are strings: bool int uint double string bytes timestamp duration null type dyn list(T) map(K, V) optional(T).
A struct is a map at run time, so its type is map(string, dyn).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

from befit.cel.values import Duration, Timestamp, TypeName, UInt, kind
from befit.errors import CelError, EvaluationError

Node = Any
"""A literal (None, bool, int, str) or a list as described above."""

Path = tuple[str, ...]
"""A variable and the keys selected from it: `("event", "properties", "category")`."""

_OPERATORS: Final = {
    "_&&_": "&&",
    "_||_": "||",
    "!_": "!",
    "-_": "neg",
    "_?_:_": "?:",
    "_[_]": "[]",
    "_[?_]": "[?]",
    "_?._": "?.",
    "@in": "in",
    "@not_strictly_false": "not_strictly_false",
    "math.@max": "math.greatest",
    "math.@min": "math.least",
    **{f"_{sign}_": sign for sign in ("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=")},
}
_PRIMITIVES: Final = ("dyn", "bool", "int", "uint", "double", "string", "bytes")
_WELL_KNOWN: Final = ("dyn", "dyn", "timestamp", "duration")
_SAFE_INT: Final = 2**53


class Converter:
    """Turns a `cel.expr.CheckedExpr` into the portable form. Raises CelError for what befit does not offer.

    `at` is the id of the expression that such an error is about. `patterns` collects the literal
    patterns of `matches`, with the ids of their calls. A macro's variable that hides one of `variables` is renamed, so
    that names mean the same everywhere.
    """

    def __init__(self, checked: Any, variables: Container[str] = ()) -> None:
        self.at = 0
        self._variables = variables
        self._renamed: dict[str, str] = {}
        self.patterns: list[tuple[str, int]] = []
        self._types: Mapping[int, Any] = checked.type_map
        self._references: Mapping[int, Any] = checked.reference_map

    def node(self, expr: Any) -> Node:
        """One expression and all below it."""
        return getattr(self, f"_{expr.WhichOneof('kind')}")(expr)

    def type_of(self, expr: Any) -> str:
        """The checked type of an expression."""
        return type_name(self._types[expr.id]) if expr.id in self._types else "dyn"

    def _const_expr(self, expr: Any) -> Node:
        constant = expr.const_expr
        which = constant.WhichOneof("kind")
        value = getattr(constant, which)
        return None if which == "null_value" else literal(UInt(value) if which == "uint64_value" else value)

    def _ident_expr(self, expr: Any) -> Node:
        return self._resolved(expr, expr.ident_expr.name)

    def _resolved(self, expr: Any, name: str) -> Node:
        """A variable or a type: the checker's reference gives the full name (`google.protobuf.Timestamp`)."""
        type_ = self._types.get(expr.id)
        name = self._references[expr.id].name if expr.id in self._references else name
        if type_ is not None and type_.WhichOneof("kind") == "type":
            return ["=", "type", name]
        name = name[1:] if name.startswith(".") else self._renamed.get(name, name)
        return _typed(["var", name], self.type_of(expr))

    def _select_expr(self, expr: Any) -> Node:
        if expr.id in self._references and self._references[expr.id].name:
            return self._resolved(expr, "")
        select = expr.select_expr
        operand = self.node(select.operand)
        if select.test_only:
            return ["has", operand, select.field]
        return _typed(["get", operand, select.field], self.type_of(expr))

    def _call_expr(self, expr: Any) -> Node:
        call = expr.call_expr
        function = _OPERATORS.get(call.function, call.function)
        arguments = [self.node(argument) for argument in call.args]
        if call.HasField("target"):
            arguments.insert(0, self.node(call.target))
        if function == "[]" and isinstance(arguments[1], str) and not self.type_of(call.args[0]).startswith("list"):
            return _typed(["get", *arguments], self.type_of(expr))
        if function == "matches" and isinstance(arguments[1], str):
            self.patterns.append((arguments[1], call.args[-1].id))
        if function in ("duration", "timestamp") and isinstance(arguments[0], str):
            self.at = call.args[0].id
            return _constant_time(function, arguments[0])
        node = [function, *arguments]
        return _typed(node, self.type_of(expr)) if function in ("?.", "[?]") else node

    def _list_expr(self, expr: Any) -> Node:
        items = [self.node(element) for element in expr.list_expr.elements]
        for index in expr.list_expr.optional_indices:
            items[index] = ["?", items[index]]
        return ["list", *items]

    def _struct_expr(self, expr: Any) -> Node:
        if expr.struct_expr.message_name:
            self.at = expr.id
            raise CelError(f"messages cannot be made here: {expr.struct_expr.message_name}")
        node: list[Node] = ["map"]
        for entry in expr.struct_expr.entries:
            key = self.node(entry.map_key)
            node += (["?", key] if entry.optional_entry else key, self.node(entry.value))
        return node

    def _comprehension_expr(self, expr: Any) -> Node:
        fold = expr.comprehension_expr
        range_, start = self.node(fold.iter_range), self.node(fold.accu_init)
        outside = self._renamed
        names = [name for name in (fold.iter_var, fold.iter_var2, fold.accu_var) if name]
        self._renamed = {**outside, **{name: f"{name}'" if name in self._variables else name for name in names}}
        inner = [self.node(part) for part in (fold.loop_condition, fold.loop_step, fold.result)]
        variable, second, result = (self._renamed.get(n) for n in (fold.iter_var, fold.iter_var2, fold.accu_var))
        self._renamed = outside
        return ["fold", variable, second, range_, result, start, *inner]


def literal(value: Any) -> Node:
    """The node of a value that a literal can hold."""
    match value:
        case Timestamp() | Duration():
            return ["=", kind(value), str(value)]
        case UInt():
            return ["=", "uint", int(value) if value <= _SAFE_INT else str(int(value))]
        case float():
            return ["=", "double", value if math.isfinite(value) else repr(value)]
        case bytes():
            return ["=", "bytes", base64.b64encode(value).decode()]
        case int() if abs(value) > _SAFE_INT:
            return ["=", "int", str(value)]
    return value


def is_literal(node: Node) -> bool:
    """Whether the node stands for one value, whatever the variables are."""
    return not isinstance(node, list) or node[0] == "="


def literal_value(node: Node) -> Any:
    """The Python value of a literal node."""
    if not isinstance(node, list):
        return node
    _, type_, value = node
    match type_:
        case "int":
            return int(value)
        case "uint":
            return UInt(value)
        case "double":
            return float(value)
        case "bytes":
            return base64.b64decode(value)
        case "duration":
            return Duration.parse(value)
        case "timestamp":
            return Timestamp.parse(value)
    return TypeName(value)


def path_of(node: Node, scope: Mapping[str, Path | None] | None = None) -> Path | None:
    """The path that a chain of selections from a free variable reads, or None if the node is something else."""
    if not isinstance(node, list):
        return None
    if node[0] == "var":
        return scope[node[1]] if scope and node[1] in scope else (node[1],)
    if node[0] in ("get", "has") or (node[0] in ("?.", "[?]") and isinstance(node[2], str)):
        operand = path_of(node[1], scope)
        return (*operand, node[2]) if operand else None
    return None


def paths(node: Node, scope: Mapping[str, Path | None] | None = None) -> Iterator[Path]:
    """Every path that the expression may read: its longest chains of selections from free variables."""
    if not isinstance(node, list) or node[0] == "=":
        return
    scope = scope or {}
    path = path_of(node, scope)
    if path is not None:
        yield path
    elif node[0] == "fold":
        _, variable, second, range_, result, start, *inner = node
        yield from paths(range_, scope)
        bound = path_of(start, scope) if is_bind(node) else None
        if bound is None:
            yield from paths(start, scope)
        for part in inner[2:] if is_bind(node) else inner:
            yield from paths(part, {**scope, variable: None, **({second: None} if second else {}), result: bound})
    elif node[0] != "var":
        for part in node[1:]:
            yield from paths(part, scope)


def is_bind(node: Node) -> bool:
    """Whether a fold only names a value (`cel.bind`, and what `optMap` becomes)."""
    return bool(node[3] == ["list"] and node[6] is False)


def type_name(type_: Any) -> str:
    """A `cel.expr.Type` as a type string."""
    which = type_.WhichOneof("kind")
    match which:
        case "primitive" | "wrapper":
            return _PRIMITIVES[getattr(type_, which)]
        case "well_known":
            return _WELL_KNOWN[type_.well_known]
        case "list_type":
            return f"list({type_name(type_.list_type.elem_type)})"
        case "map_type":
            return f"map({type_name(type_.map_type.key_type)}, {type_name(type_.map_type.value_type)})"
        case "message_type":
            return "map(string, dyn)"
        case "abstract_type" if type_.abstract_type.name == "optional_type":
            return f"optional({type_name(type_.abstract_type.parameter_types[0])})"
        case "null" | "type":
            return str(which)
    return "dyn"


def _typed(node: list[Node], type_: str) -> Node:
    return node if type_ == "dyn" else [*node, type_]


def _constant_time(function: str, text: str) -> Node:
    try:
        value = Duration.parse(text) if function == "duration" else Timestamp.parse(text)
    except EvaluationError as error:
        raise CelError(error.message) from None
    return literal(value)
