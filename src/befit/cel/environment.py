"""The names that conditions may use, with their types, and the check of an expression against them.

Google's checker (`cel-expr-python`) parses and type-checks. A struct becomes a protobuf message in a descriptor pool, so
that an unknown field is an error with a place; maps would let it pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from cel_expr_python import cel  # type: ignore[import-untyped]
from cel_expr_python.ext import (  # type: ignore[import-untyped]
    ext_bindings,
    ext_encoders,
    ext_math,
    ext_optional,
    ext_strings,
)

from befit.cel.ast import Converter, Node, paths
from befit.cel.descriptors import Structs
from befit.cel.diagnostics import Diagnostics
from befit.cel.functions import FUNCTIONS, SUPPORTED
from befit.cel.pattern import compiled
from befit.cel.schema import decode
from befit.cel.types import Type
from befit.errors import CelError, EvaluationError

_EXTENSIONS: Final = [
    ext_strings.ExtStrings(),
    ext_math.ExtMath(),
    ext_optional.ExtOptional(),
    ext_bindings.ExtBindings(),
    ext_encoders.ExtEncoders(),
]
_MATCHES: Final = cel.NewEnv(variables={"pattern": cel.Type.STRING}).compile('"".matches(pattern)')


class Checked(NamedTuple):
    """An expression that checks.

    source  as the author wrote it
    ast     portable JSON (shape: `befit.cel.ast`)
    type    its type string
    reads   every value it can read, as sorted dotted paths
    """

    source: str
    ast: Node
    type: str
    reads: tuple[str, ...]


class Environment:
    """The variables of a kind of condition: name -> type string, or a mapping for a struct with exactly these fields.

    Raises ValueError for a type string that is none. Building one takes about a millisecond; `container` resolves names
    as CEL's containers do.
    """

    def __init__(self, variables: Mapping[str, Type], *, container: str = "") -> None:
        structs = Structs()
        types = structs.declare(variables)
        self._variables = frozenset(types)
        self._env = cel.NewEnv(
            descriptor_pool=structs.pool, variables=types, extensions=_EXTENSIONS, container=container or None
        )
        self._diagnostics = Diagnostics(types, FUNCTIONS, structs.paths, structs.fields)

    def check(self, source: str, expect: str | None = None) -> Checked:
        """Parses and type-checks an expression; `expect` names the type it must have (dyn passes).

        Raises CelError with the line and column within `source`, and a hint where there is one.
        """
        try:
            serialized = self._env.compile(source).serialize()
        except (RuntimeError, ValueError) as error:
            raise self._diagnostics.explain(source, str(error)) from None
        checked = decode(serialized)
        places = _Places(checked.source_info)
        for id_, reference in checked.reference_map.items():
            if reference.overload_id and SUPPORTED.isdisjoint(reference.overload_id):
                raise CelError(f"{reference.name}() is not offered here", *places.of(id_))
        converter = Converter(checked, self._variables)
        try:
            ast = converter.node(checked.expr)
        except CelError as error:
            raise CelError(error.message, *places.of(converter.at)) from None
        for pattern, id_ in converter.patterns:
            _check_pattern(pattern, *places.of(id_))
        type_ = converter.type_of(checked.expr)
        if expect is not None and type_ not in (expect, "dyn"):
            raise CelError(
                f"this is a value of type {type_}, and {expect} is needed", 1, 1, _comparison_hint(type_, expect)
            )
        return Checked(source, ast, type_, tuple(sorted({".".join(path) for path in paths(ast)})))


class _Places:
    """Line and column of the checker's expression ids. Positions count code points."""

    def __init__(self, info: Any) -> None:
        self._positions = info.positions
        self._breaks = list(info.line_offsets)

    def of(self, id_: int) -> tuple[int, int]:
        position = self._positions.get(id_, 0)
        before = [offset for offset in self._breaks if offset <= position]
        return len(before) + 1, position - (before[-1] if before else 0) + 1


def _check_pattern(pattern: str, line: int, column: int) -> None:
    """A literal pattern must suit RE2 (asked from RE2 itself) and befit's translation of it."""
    answer = _MATCHES.eval(data={"pattern": pattern})
    if answer.type() == cel.Type.ERROR:
        raise CelError(str(answer.value()).removeprefix("INVALID_ARGUMENT: "), line, column, "patterns are RE2's")
    try:
        compiled(pattern)
    except EvaluationError as error:
        raise CelError(error.message, line, column, "patterns are RE2's, without Unicode classes") from None


def _comparison_hint(type_: str, expect: str) -> str:
    if expect != "bool":
        return ""
    examples = {"int": "> 0", "double": "> 0.0", "string": '== "…"', "duration": '> duration("10m")'}
    return f"compare it: … {examples[type_]}" if type_ in examples else ""
