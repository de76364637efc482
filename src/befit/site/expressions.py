"""CEL inside YAML: checks an expression where it stands and reports a CEL error at the very character that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from befit.cel import Checked, Environment, Type
from befit.cel.ast import Node, paths
from befit.cel.inline import inline
from befit.errors import CelError
from befit.model import Condition
from befit.site import environment
from befit.site.item import Item
from befit.site.schema import Schema

SCALARS: Final = ("bool", "int", "uint", "double", "string", "timestamp", "duration", "dyn")
"""Types of values that can stand in a text or be a signal."""

UNCHECKED: Final = Condition("", None, "dyn", "")
"""Stands for an expression that was reported, so that reading goes on; no release ever holds one."""


class Scope(Environment):
    """An environment in which `audiences.NAME` stands for the condition of that name."""

    def __init__(self, variables: Mapping[str, Type], audiences: Mapping[str, Node]) -> None:
        super().__init__(variables)
        self._audiences = audiences

    def check(self, source: str, expect: str | None = None) -> Checked:
        """As the environment does; what the conditions of audiences read is read here, too."""
        checked = super().check(source, expect)
        if not any(path.partition(".")[0] == "audiences" for path in checked.reads):
            return checked
        ast = inline(checked.ast, "audiences", self._audiences)
        return checked._replace(ast=ast, reads=tuple(sorted({".".join(path) for path in paths(ast)})))


class Scopes:
    """The environments of one site, each built once: conditions of the same kind of place share theirs.

    `signals` and `audiences` (by name their types and their conditions) are set as they are read, before what sees them.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.signals: Mapping[str, str] = {}
        self.audiences: Mapping[str, Node] = {}
        self._built: dict[tuple[str, frozenset[str]], Environment] = {}

    def signal(self, on: Sequence[str]) -> Environment:
        """For a signal fed by these events."""
        return self._once("signal", on, lambda: environment.of_signal(self.schema, on))

    def audience(self, audiences: Iterable[str]) -> Environment:
        """For an audience, among audiences of these names. Those that it uses are not put in their place yet."""
        return Environment(environment.of_branch(self.schema, self.signals, audiences))

    def rule(self, on: Sequence[str] = ()) -> Environment:
        """For a tag or a trigger."""
        return self._once("rule", on, lambda: environment.of_rule(self.schema, self.signals, on, self.audiences))

    def branch(self) -> Environment:
        """For a branch or a text."""
        return self.rule()

    def item(self) -> Environment:
        """For the `where` of a pick."""
        return self._once("item", (), lambda: environment.of_item(self.schema, self.signals, self.audiences))

    def _once(self, kind: str, on: Sequence[str], variables: Callable[[], Mapping[str, Type]]) -> Environment:
        key = (kind, frozenset(on))
        if key not in self._built:
            self._built[key] = Scope(variables(), self.audiences)
        return self._built[key]


def condition(item: Item | None, scope: Environment) -> Condition | None:
    """A checked true-or-false expression; None when there is none."""
    return None if item is None else expression(item, scope, expect="bool")


def expression(
    item: Item, scope: Environment, *, source: str | None = None, start: int = 0, expect: str | None = None
) -> Condition:
    """A checked expression: the whole of a scalar, or the `source` that begins at offset `start` of it."""
    text = item.source if source is None else source
    if text is None or not text.strip():
        item.error("must be a CEL expression")
        return UNCHECKED
    try:
        checked: Checked = scope.check(text, expect=expect)
    except CelError as error:
        item.error(error.message, error.hint, at=start + offset_of(text, error.line, error.column))
        return UNCHECKED
    line, column = item.place(start)
    where = f"{item.document.file}:{line}:{column}"
    return Condition(checked.source, checked.ast, checked.type, where, tuple(checked.reads))


def both(*conditions: Condition | None) -> Condition | None:
    """One condition that holds when all of these do; None when there is none."""
    given = [each for each in conditions if each is not None]
    if len(given) < 2 or UNCHECKED in given:
        return UNCHECKED if UNCHECKED in given else given[0] if given else None
    ast = given[0].ast
    for each in given[1:]:
        ast = ["&&", ast, each.ast]
    return Condition(
        source=" && ".join(map(_bracketed, given)),
        ast=ast,
        type="bool",
        where=given[0].where,
        reads=tuple(sorted({path for each in given for path in each.reads})),
    )


def _bracketed(part: Condition) -> str:
    loose = isinstance(part.ast, list) and part.ast[0] in ("||", "?:")
    return f"({part.source})" if loose else part.source


def offset_of(text: str, line: int, column: int) -> int:
    """The offset in `text` of a line and a column that count from 1, kept within the text."""
    lines = text.splitlines(keepends=True)
    before = sum(len(passed) for passed in lines[: line - 1])
    return max(0, min(before + column - 1, len(text)))
