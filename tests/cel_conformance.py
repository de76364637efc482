"""Loads CEL's official conformance suite: textproto files of cel.expr.conformance.test.SimpleTestFile.

The schema is declared from what the tests need of simple.proto and value.proto. A value that holds a protobuf message or
enum keeps no kind here (its field is unknown and skipped), which is how such tests are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cel_expr_python import cel  # type: ignore[import-untyped]
from google.protobuf import text_format
from google.protobuf.any_pb2 import Any as Packed

from befit.cel.ast import Converter, Node, type_name
from befit.cel.environment import Environment
from befit.cel.schema import CHECKED, message_classes
from befit.cel.values import TypeName, UInt
from befit.errors import CelError

_CLASSES: Final = message_classes(
    {
        **CHECKED,
        "ParsedExpr": {"expr": (2, "Expr"), "source_info": (3, "SourceInfo")},
        "SimpleTestFile": {"name": (1, "string"), "section": (3, "*SimpleTestSection")},
        "SimpleTestSection": {"name": (1, "string"), "test": (3, "*SimpleTest")},
        "SimpleTest": {
            "name": (1, "string"),
            "expr": (3, "string"),
            "disable_check": (5, "bool"),
            "check_only": (15, "bool"),
            "type_env": (6, "*Decl"),
            "container": (13, "string"),
            "bindings": (7, "string>ExprValue"),
            "value": (8, "|Value"),
            "typed_result": (16, "|TypedResult"),
            "eval_error": (9, "|Empty"),
            "any_eval_errors": (10, "|Empty"),
        },
        "TypedResult": {"result": (1, "Value"), "deduced_type": (2, "Type")},
        "ExprValue": {"value": (1, "|Value")},
        "Decl": {"name": (1, "string"), "ident": (2, "|IdentDecl"), "function": (3, "|Empty")},
        "IdentDecl": {"type": (1, "Type")},
        "Value": {
            "null_value": (1, "|NullValue"),
            "bool_value": (2, "|bool"),
            "int64_value": (3, "|int64"),
            "uint64_value": (4, "|uint64"),
            "double_value": (5, "|double"),
            "string_value": (6, "|string"),
            "bytes_value": (7, "|bytes"),
            "map_value": (11, "|MapValue"),
            "list_value": (12, "|ListValue"),
            "type_value": (15, "|string"),
        },
        "ListValue": {"values": (1, "*Value")},
        "MapEntry": {"key": (1, "Value"), "value": (2, "Value")},
        "MapValue": {"entries": (1, "*MapEntry")},
    }
)
_QUESTION_MARK: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\\?")
"""The escape of a question mark, which protobuf's text format has and Python's reader of it does not know."""


class NeedsMessages(Exception):
    """The test is about protobuf messages, enums or functions of its own, which befit does not have."""


@dataclass(frozen=True)
class Case:
    """One test of the suite. `id` is `file/section/name`; `raw` the protobuf message."""

    id: str
    raw: Any

    @property
    def variables(self) -> dict[str, str]:
        """Declared variables and their types. Raises NeedsMessages."""
        return {declared.name: _type(declared) for declared in self.raw.type_env}

    @property
    def bindings(self) -> dict[str, Any]:
        """The values of the variables. Raises NeedsMessages."""
        return {name: _value(bound.value) for name, bound in self.raw.bindings.items()}

    @property
    def expects_error(self) -> bool:
        """Whether evaluation has to fail."""
        return self.raw.WhichOneof("kind") in ("eval_error", "any_eval_errors")

    @property
    def expected(self) -> Any:
        """The value to come out (true when the suite says nothing). Raises NeedsMessages."""
        which = self.raw.WhichOneof("kind")
        if which == "typed_result":
            return _value(self.raw.typed_result.result)
        return _value(self.raw.value) if which == "value" else True

    @property
    def expected_type(self) -> str:
        """The type to be deduced, or nothing. Raises NeedsMessages."""
        if self.raw.WhichOneof("kind") != "typed_result" or not self.raw.typed_result.HasField("deduced_type"):
            return ""
        return _known(self.raw.typed_result.deduced_type)

    def compile(self) -> tuple[Node, str]:
        """The portable form and the deduced type. Raises CelError."""
        if self.raw.disable_check:
            return _unchecked(self.raw.expr, self.raw.container, [*self.variables, *self.bindings]), ""
        checked = Environment(self.variables, container=self.raw.container).check(self.raw.expr)
        return checked.ast, checked.type


def cases(folder: Path) -> Iterator[Case]:
    """Every test of the suite."""
    for path in sorted(folder.glob("*.textproto")):
        file = _CLASSES["SimpleTestFile"]()
        text_format.Parse(_QUESTION_MARK.sub(r"\1?", path.read_text()), file, allow_unknown_field=True)
        for section in file.section:  # type: ignore[attr-defined]
            for test in section.test:
                yield Case(f"{path.stem}/{section.name}/{test.name}", test)


class _Unchecked(Converter):
    """Converts an expression that was only parsed: names resolve to the variables and types that there are."""

    def __init__(self, parsed: Any, names: list[str], container: str) -> None:
        super().__init__(_CLASSES["CheckedExpr"](), names)
        self.parsed = parsed
        self.names = [*names, *(f"{container}.{name}" for name in names if container)]
        self.container = container

    def _ident_expr(self, expr: Any) -> Node:
        return self._named(expr) or super()._ident_expr(expr)

    def _select_expr(self, expr: Any) -> Node:
        return self._named(expr) or super()._select_expr(expr)

    def _call_expr(self, expr: Any) -> Node:
        """Functions of any name, such as `a.var()`, may stand in an expression that was only parsed."""
        node = super()._call_expr(expr)
        return [f"{node[0]}()", *node[1:]] if node[0] == "var" else node

    def _named(self, expr: Any) -> Node:
        path = _dotted(expr)
        prefixed = f"{self.container}.{path}" if self.container else path
        local = path.split(".")[0] in self._renamed
        found = next((name for name in (prefixed, path) if path and not local and name in self.names), None)
        return ["var", found] if found else None


def _dotted(expr: Any) -> str:
    which = expr.WhichOneof("kind")
    if which == "ident_expr":
        return str(expr.ident_expr.name)
    operand = _dotted(expr.select_expr.operand) if which == "select_expr" and not expr.select_expr.test_only else ""
    return f"{operand}.{expr.select_expr.field}" if operand else ""


def _unchecked(source: str, container: str, names: list[str]) -> Node:
    environment = cel.NewEnv(container=container or None)
    try:
        serialized = environment.compile(source, disable_check=True).serialize()
    except RuntimeError as error:
        raise CelError(str(error)) from None
    parsed: Any = _CLASSES["ParsedExpr"].FromString(Packed.FromString(serialized).value)
    return _Unchecked(parsed, names, container).node(parsed.expr)


def _type(declared: Any) -> str:
    if declared.WhichOneof("kind") != "ident":
        raise NeedsMessages(f"the function {declared.name}")
    return _known(declared.ident.type)


def _known(type_: Any) -> str:
    """The type as a string. Raises NeedsMessages if there is a message type anywhere in it."""
    if "message_type" in str(type_) or type_.WhichOneof("kind") is None:
        raise NeedsMessages("a message type")
    return type_name(type_)


def _value(value: Any) -> Any:
    which = value.WhichOneof("kind")
    if which is None:
        raise NeedsMessages("a message value")
    held = getattr(value, which)
    match which:
        case "null_value":
            return None
        case "uint64_value":
            return UInt(held)
        case "type_value":
            return TypeName(held)
        case "list_value":
            return [_value(item) for item in held.values]
        case "map_value":
            return {_value(entry.key): _value(entry.value) for entry in held.entries}
    return held
