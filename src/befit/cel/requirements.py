"""What a condition cannot do without: equalities and lower bounds that hold whenever it is true.

Found in the `&&` chain at the top of the expression; used to file rules so that only those that can match are looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from befit.cel.ast import Node, Path, is_literal, literal_value, path_of


class Requirement(NamedTuple):
    """The value at `path` must be one of `values`, or else a number that is `at_least` so much."""

    path: Path
    values: tuple[Any, ...] = ()
    at_least: Any = None


def requirements(node: Node) -> Iterator[Requirement]:
    """The requirements of an expression in portable form; none does not mean that it is always true."""
    if not isinstance(node, list):
        return
    match node:
        case ["&&", *terms]:
            for term in terms:
                yield from requirements(term)
        case ["holds", operand, *_]:
            yield from requirements(operand)
        case ["==", left, right]:
            yield from _equal(left, right)
            yield from _equal(right, left)
        case ["in", left, ["list", *items]]:
            path = path_of(left)
            if path is not None and items and all(is_literal(item) for item in items):
                values = [literal_value(item) for item in items]
                if all(isinstance(value, (str, int)) for value in values):
                    yield Requirement(path, tuple(values))
        case [">" | ">=", left, right]:
            yield from _at_least(left, right)
        case ["<" | "<=", left, right]:
            yield from _at_least(right, left)


def ways(node: Node, variables: Container[str]) -> list[Requirement]:
    """Requirements about these variables of which at least one is fulfilled whenever the expression is true; none when none is known.

    Of several such lists the one that most narrows down what can be true: equalities before bounds, few before many.
    """
    if not isinstance(node, list):
        return []
    match node:
        case ["||", *terms]:
            each = [ways(term, variables) for term in terms]
            return [way for found in each for way in found] if all(each) else []
        case ["&&", *terms]:
            known = [found for term in terms if (found := ways(term, variables))]
            return min(known, key=_breadth, default=[])
        case ["holds", operand, *_]:
            return ways(operand, variables)
    return [found for found in requirements(node) if found.path[0] in variables][:1]


def _breadth(found: list[Requirement]) -> tuple[bool, int]:
    return any(not way.values for way in found), len(found)


def _equal(operand: Node, other: Node) -> Iterator[Requirement]:
    path = path_of(operand)
    if path is not None and is_literal(other):
        value = literal_value(other)
        if isinstance(value, (str, int)):
            yield Requirement(path, (value,))


def _at_least(operand: Node, other: Node) -> Iterator[Requirement]:
    path = path_of(operand)
    if path is not None and is_literal(other):
        bound = literal_value(other)
        if isinstance(bound, (int, float)) and not isinstance(bound, bool):
            yield Requirement(path, (), bound)
