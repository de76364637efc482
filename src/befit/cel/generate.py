"""From the portable form to a Python expression: what `befit.cel.truth` and `Compiled` put into functions.

The contract of the code made here: when it returns, the value is exact; when it raises anything, the exact walk decides.
`Code.decides` says that raising already means that CEL errs, so that a condition is false without asking the walk.
Only literals, names of our own and parameters go into the source, never text of an author outside a quoted literal.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final

from befit.cel import values
from befit.cel.ast import Node, is_bind, is_literal, literal_value, path_of
from befit.cel.code import HELPERS, PLAIN, Code, NotGeneratedError, is_small_number, joined, native_equality
from befit.cel.functions import apply, candidates, resolve
from befit.cel.macros import recognize
from befit.cel.operators import NUMERIC
from befit.cel.overload import Overload
from befit.cel.pattern import compiled
from befit.cel.types import DYN, parse_type

_PARAMETER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


class Generator:
    """Makes the code of one expression. `globals` grows with the constants and functions that the code refers to."""

    def __init__(self, params: Sequence[str]) -> None:
        self.globals: dict[str, Any] = dict(HELPERS)
        self.params = [self._parameter(name, position) for position, name in enumerate(params)]
        self._scope = {name: Code(text, DYN, raises=False) for name, text in zip(params, self.params, strict=True)}
        self._count = 0

    @staticmethod
    def _parameter(name: str, position: int) -> str:
        taken = keyword.iskeyword(name) or hasattr(builtins, name)
        return name if _PARAMETER.fullmatch(name) and not taken else f"_{position}"

    def fresh(self, stem: str) -> str:
        """A name that nothing else uses."""
        self._count += 1
        return f"_{stem}{self._count}"

    @contextmanager
    def naming(self, name: str, code: Code) -> Iterator[None]:
        """Inside a macro `name` stands for `code`."""
        outside = self._scope
        self._scope = {**outside, name: code}
        try:
            yield
        finally:
            self._scope = outside

    def constant(self, value: Any) -> str:
        """A global name for a value that has no literal of its own in Python."""
        name = self.fresh("k")
        self.globals[name] = value
        return name

    def code(self, node: Node) -> Code:
        """The code of a node. Raises NotGeneratedError."""
        if is_literal(node):
            return self._literal(literal_value(node))
        special = _SPECIAL.get(node[0])
        return special(self, node) if special else self._call(node)

    def _literal(self, value: Any) -> Code:
        kind = values.kind(value)
        if value is None or value.__class__ in (bool, int, str, bytes):
            return Code(repr(value), (kind,), raises=False)
        if kind == "double" and value == value and abs(value) != float("inf"):
            return Code(repr(value), (kind,), raises=False)
        native = repr(int(value)) if kind in ("uint", "timestamp", "duration") else ""
        return Code(self.constant(value), (kind,), native, raises=False)

    def _var(self, node: Node) -> Code:
        code = self._scope.get(node[1])
        if code is None:
            raise NotGeneratedError(node[1])
        return replace(code, type=parse_type(node[2])) if len(node) > 2 else code

    def _get(self, node: Node) -> Code:
        operand = self.code(node[1])
        type_ = parse_type(node[3]) if len(node) > 3 else DYN
        if operand.kind == "optional":
            return Code(f"_select({operand.text}, {node[2]!r})", type_, decides=operand.decides)
        return Code(f"{operand.text}[{node[2]!r}]", type_, decides=operand.decides)

    def _has(self, node: Node) -> Code:
        operand = self.code(node[1])
        if operand.kind == "map":
            return replace(operand, text=f"({node[2]!r} in {operand.text})", type=("bool",), native="")
        return Code(f"_has({operand.text}, {node[2]!r})", ("bool",), decides=operand.decides)

    def _list(self, node: Node) -> Code:
        if any(isinstance(item, list) and item[0] == "?" for item in node[1:]):
            raise NotGeneratedError("optional items")
        codes = [self.code(item) for item in node[1:]]
        types = {code.type for code in codes}
        item_type = types.pop() if len(types) == 1 else DYN
        return joined(f"[{', '.join(code.text for code in codes)}]", ("list", item_type), codes)

    def _map(self, node: Node) -> Code:
        keys = node[1::2]
        if not all(isinstance(key, str) for key in keys) or len(set(keys)) < len(keys):
            raise NotGeneratedError("keys that are not distinct texts")
        codes = [self.code(value) for value in node[2::2]]
        types = {code.type for code in codes}
        entries = ", ".join(f"{key!r}: {code.text}" for key, code in zip(keys, codes, strict=True))
        value_type = types.pop() if len(types) == 1 else DYN
        return joined(f"{{{entries}}}", ("map", ("string",), value_type), codes)

    def _logical(self, node: Node) -> Code:
        """In value position: `and` and `or` are exact unless a side raises."""
        word = "and" if node[0] == "&&" else "or"
        sides = [self.condition(self.code(side)) for side in node[1:]]
        raises = any(side.raises for side in sides)
        return Code(f"({f' {word} '.join(side.text for side in sides)})", ("bool",), "", raises, decides=not raises)

    def condition(self, code: Code) -> Code:
        """`code` as a bool: a value that is none raises."""
        if code.kind == "bool":
            return code
        return Code(f"_truth({code.text})", ("bool",), decides=code.decides)

    def _conditional(self, node: Node) -> Code:
        condition, then, otherwise = (self.code(part) for part in node[1:])
        condition = self.condition(condition)
        type_ = then.type if then.type == otherwise.type else DYN
        text = f"({then.text} if {condition.text} else {otherwise.text})"
        return joined(text, type_, [condition, then, otherwise])

    def _equality(self, node: Node) -> Code:
        left, right = self.code(node[1]), self.code(node[2])
        sign, word = node[0], "not " if node[0] == "!=" else ""
        text = native_equality(left, right, sign)
        if not text and self._guard(left, right):
            text = self._guarded(left, right, f"{{0}} {sign} {{1}}", f"{word}_equal({{0}}, {{1}})")
        return joined(text or f"({word}_equal({left.text}, {right.text}))", ("bool",), [left, right])

    def _comparison(self, node: Node) -> Code:
        left, right = self.code(node[1]), self.code(node[2])
        helper = self._function(node[0])
        if self._guard(left, right) or self._guard_text(left, right):
            text = self._guarded(left, right, f"{{0}} {node[0]} {{1}}", f"{helper}({{0}}, {{1}})")
            return joined(text, ("bool",), [left, right], raises=True)
        return self._call(node)

    @staticmethod
    def _guard_text(left: Code, right: Code) -> bool:
        return {left.kind, right.kind} == {"dyn", "string"}

    @staticmethod
    def _guard(left: Code, right: Code) -> bool:
        return {left.kind, right.kind} in ({"dyn", "int"}, {"dyn", "double"})

    def _guarded(self, left: Code, right: Code, fast: str, slow: str) -> str:
        """A dyn beside a number or text: native when the dyn has the class for it. (`bool` is an int in Python only.)"""
        dyn, other = (left, right) if left.kind == "dyn" else (right, left)
        name = self.fresh("t")
        classes = [{"int": "int", "double": "float", "string": "str"}[other.kind]]
        if other.kind in NUMERIC and is_small_number(other.text):
            classes = ["int", "float"]
        guard = f"({name} := {dyn.text}).__class__ is {classes[0]}"
        guard += f" or {name}.__class__ is {classes[1]}" if len(classes) > 1 else ""
        pair = (name, other.plain) if dyn is left else (other.plain, name)
        return f"({fast.format(*pair)} if {guard} else {slow.format(*pair)})"

    def _in(self, node: Node) -> Code:
        item, container = self.code(node[1]), self.code(node[2])
        native = container.kind in ("list", "map") and item.kind == "string"
        if container.kind == "list" and container.type[1] == item.type:
            native = item.kind in PLAIN
        text = f"({item.plain} in {container.text})" if native else f"_contained({item.text}, {container.text})"
        both = [item, container]
        return joined(text, ("bool",), both, raises=not native or any(code.raises for code in both))

    def _index(self, node: Node) -> Code:
        operand, key = self.code(node[1]), self.code(node[2])
        type_ = operand.type[-1] if operand.kind in ("list", "map") else DYN
        if operand.kind == "optional":
            type_ = DYN
        plain_key = operand.kind == "map" and operand.type[1] == key.type and key.kind in ("string", "int")
        position = operand.kind == "list" and isinstance(node[2], int) and node[2] is not True and node[2] >= 0
        native = (plain_key or position) and node[2] is not False
        text = f"{operand.text}[{key.text}]" if native else f"_index({operand.text}, {key.text})"
        return joined(text, type_, [operand, key], raises=True)

    def _optional(self, node: Node) -> Code:
        operand, key = self.code(node[1]), self.code(node[2])
        function = "_optional_select" if node[0] == "?." else "_optional_index"
        type_ = parse_type(node[3]) if len(node) > 3 else DYN
        return joined(f"{function}({operand.text}, {key.text})", type_, [operand, key], raises=True)

    def _or_value(self, node: Node) -> Code:
        """`a.?b.orValue(c)` needs no optional when `a` is a map."""
        _, optional, otherwise = node
        code, default = self.code(optional), self.code(otherwise)
        if code.kind != "optional":
            raise NotGeneratedError("orValue of something dyn")
        type_ = default.type if code.type[1] == default.type else DYN
        operand = self.code(optional[1]) if optional[0] == "?." else code
        if operand.kind == "map":
            field = repr(optional[2])
            text = f"({operand.text}[{field}] if {field} in {operand.text} else {default.text})"
        else:
            name = self.fresh("t")
            text = f"({name}.values[0] if ({name} := {code.text}).values else {default.text})"
        return joined(text, type_, [code, default])

    def _holds(self, node: Node) -> Code:
        """In value position. Only where raising means that CEL errs is it enough to catch what is raised."""
        code = self.code(node[1])
        if not code.raises:
            return replace(code, text=f"({code.text} is True)", type=("bool",), native="")
        if not code.decides:
            raise NotGeneratedError("errors that another side may take in")
        return Code(f"_certain(lambda: {code.text})", ("bool",), raises=False)

    def _fold(self, node: Node) -> Code:
        if is_bind(node):
            return self._bind(node)
        macro = recognize(node)
        if macro is None or node[2] is not None:
            raise NotGeneratedError("a comprehension of its own kind")
        source = self.range(node[3])
        item = self.item(source)
        name = item.text
        with self.naming(node[1], item):
            parts = [self.code(part) for part in macro.parts]
        codes = [self.condition(part) if place < macro.tests else part for place, part in enumerate(parts)]
        lambdas = ", ".join(f"lambda {name}: {code.text}" for code in codes)
        absorbs = macro.name in ("_all", "_exists") and codes[0].raises
        item_type = codes[-1].type if macro.name in ("_map", "_filter_map") else source.type[1]
        type_ = ("list", item_type) if macro.name in ("_map", "_filter", "_filter_map") else ("bool",)
        code = joined(f"{macro.name}({source.text}, {lambdas})", type_, [source, *codes])
        return replace(code, decides=code.decides and not absorbs)

    def range(self, node: Node) -> Code:
        """What a macro iterates over, as code of type list: of a map it is the keys."""
        code = self.code(node)
        if code.kind == "list":
            return code
        if code.kind == "map" and code.type[1] == ("string",):
            return replace(code, type=("list", ("string",)))
        return Code(f"_items({code.text})", ("list", DYN), decides=code.decides)

    def item(self, source: Code) -> Code:
        """A Python name for an item of `source`."""
        return Code(self.fresh("v"), source.type[1], raises=False)

    def alias(self, node: Node) -> Code | None:
        """What `cel.bind` names, if it is a path: read anew wherever the name stands, it errs only where it is needed."""
        return self.code(node[5]) if path_of(node[5]) is not None else None

    def _bind(self, node: Node) -> Code:
        alias = self.alias(node)
        if alias is not None:
            with self.naming(node[4], alias):
                return self.code(node[8])
        start = self.code(node[5])
        name = self.fresh("v")
        with self.naming(node[4], Code(name, start.type, raises=False)):
            result = self.code(node[8])
        code = joined(f"(lambda {name}: {result.text})({start.text})", result.type, [start, result])
        return replace(code, decides=code.decides and not start.raises)

    def _call(self, node: Node) -> Code:
        codes = [self.code(argument) for argument in node[1:]]
        kinds = tuple(code.kind for code in codes)
        if "dyn" in kinds:
            return self._dynamic_call(node[0], codes, kinds)
        overload = resolve(node[0], kinds)
        if overload is None:
            raise NotGeneratedError(f"{node[0]}{kinds}")
        type_ = parse_type(overload.result)
        if overload.source == "{0}":
            return replace(codes[0], type=type_)
        if not overload.source:
            return joined(self._direct(overload, [code.text for code in codes]), type_, codes, raises=True)
        temporary = self.fresh("t") if "{t}" in overload.source else ""
        native = overload.source.format(*(code.plain for code in codes), t=temporary)
        text = f"_{overload.wrap}({native})" if overload.wrap else native
        code = joined(text, type_, codes, raises=bool(temporary) or any(code.raises for code in codes))
        return replace(code, native=native)

    def _dynamic_call(self, function: str, codes: list[Code], kinds: tuple[str, ...]) -> Code:
        """A call that its arguments' kinds choose at run time; a lone dyn that must be a text is tried as one first."""
        slow = self._function(function)
        rows = candidates(function, kinds)
        results = {overload.result for overload in rows}
        type_ = parse_type(results.pop()) if len(results) == 1 else DYN
        texts = [code.text for code in codes]
        place = kinds.index("dyn")
        if len(rows) == 1 and kinds.count("dyn") == 1 and rows[0].kinds[place] == "string":
            name = self.fresh("t")
            guard = f"({name} := {texts[place]}).__class__ is str"
            texts[place] = name
            fast = rows[0].source.format(*texts) if rows[0].source else self._direct(rows[0], texts)
            return joined(f"({fast} if {guard} else {slow}({', '.join(texts)}))", type_, codes, raises=True)
        return joined(f"{slow}({', '.join(texts)})", type_, codes, raises=True)

    def _matches(self, node: Node) -> Code:
        """A literal pattern is compiled once."""
        text = self.code(node[1])
        if not isinstance(node[2], str) or text.kind not in ("string", "dyn"):
            return self._call(node)
        search = self.constant(compiled(node[2]).search)
        if text.kind == "string":
            return joined(f"({search}({text.text}) is not None)", ("bool",), [text])
        name, slow = self.fresh("t"), self._function("matches")
        guard = f"({name} := {text.text}).__class__ is str"
        checked = f"({search}({name}) is not None if {guard} else {slow}({name}, {node[2]!r}))"
        return joined(checked, ("bool",), [text], raises=True)

    def _direct(self, overload: Overload, arguments: Sequence[str]) -> str:
        name = f"_{overload.id.replace('@', '')}"
        self.globals[name] = overload.call
        return f"{name}({', '.join(arguments)})"

    def _function(self, function: str) -> str:
        """A global name for the function that is chosen by its arguments' kinds at run time."""
        name = "_f" + "".join(char if char.isalnum() else f"{ord(char):x}" for char in function)
        self.globals[name] = partial(apply, function)
        return name


_SPECIAL: Final[dict[str, Callable[[Generator, Node], Code]]] = {
    "var": Generator._var,
    "get": Generator._get,
    "has": Generator._has,
    "list": Generator._list,
    "map": Generator._map,
    "holds": Generator._holds,
    "fold": Generator._fold,
    "&&": Generator._logical,
    "||": Generator._logical,
    "?:": Generator._conditional,
    "==": Generator._equality,
    "!=": Generator._equality,
    "<": Generator._comparison,
    "<=": Generator._comparison,
    ">": Generator._comparison,
    ">=": Generator._comparison,
    "in": Generator._in,
    "[]": Generator._index,
    "?.": Generator._optional,
    "[?]": Generator._optional,
    "orValue": Generator._or_value,
    "matches": Generator._matches,
}
