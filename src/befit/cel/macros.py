"""Tells which macro a comprehension came from: `all`, `exists`, `exists_one`, `map` and `filter` have helpers of their own."""

from __future__ import annotations

from dataclasses import dataclass

from befit.cel.ast import Node


@dataclass(frozen=True, slots=True)
class Macro:
    """A recognized comprehension: the helper that runs it, its parts as nodes, and how many of them are conditions."""

    name: str
    parts: tuple[Node, ...]
    tests: int


def recognize(node: Node) -> Macro | None:
    """The macro that a fold came from, or None."""
    _, _, _, _, accumulator, start, _, step, result = node
    read = ["var", accumulator]

    def is_result(part: Node) -> bool:
        return isinstance(part, list) and part[:2] == read

    match step:
        case ["&&", first, test] if is_result(first) and start is True and is_result(result):
            return Macro("_all", (test,), 1)
        case ["||", first, test] if is_result(first) and start is False and is_result(result):
            return Macro("_exists", (test,), 1)
        case ["?:", test, ["+", first, 1], last] if is_result(first) and is_result(last) and start == 0:
            return Macro("_exists_one", (test,), 1)
        case ["+", first, ["list", value]] if is_result(first) and start == ["list"] and is_result(result):
            return Macro("_map", (value,), 0)
        case ["?:", test, ["+", first, ["list", value]], last] if (
            is_result(first) and is_result(last) and start == ["list"]
        ):
            if isinstance(value, list) and value[:2] == ["var", node[1]]:
                return Macro("_filter", (test,), 1)
            return Macro("_filter_map", (test, value), 1)
    return None
