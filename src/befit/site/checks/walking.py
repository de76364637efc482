"""Walks through a release: every condition in it, every node of one, and what the nodes say of tags and audiences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from befit.cel.ast import Node
from befit.model import Branch, Condition


def conditions_in(part: Any) -> Iterator[Condition]:
    """Every condition in a struct of the release, at any depth."""
    if isinstance(part, Condition):
        yield part
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from conditions_in(getattr(part, name))
    elif isinstance(part, (tuple, list)):
        for element in part:
            yield from conditions_in(element)
    elif isinstance(part, dict):
        for element in part.values():
            yield from conditions_in(element)


def branches_in(branches: tuple[Branch, ...]) -> Iterator[Branch]:
    """All branches of a tree, depth first."""
    for branch in branches:
        yield branch
        yield from branches_in(branch.rules)


def nodes_in(node: Node) -> Iterator[list[Node]]:
    """Every node of an expression that is no literal, outermost first."""
    if isinstance(node, list) and node[0] != "=":
        yield node
        for part in node[1:]:
            yield from nodes_in(part)


def audiences_in(node: Node) -> Iterator[str]:
    """The names of the audiences in an expression."""
    for inner in nodes_in(node):
        match inner:
            case ["holds", _, str(name)] if name.startswith("audiences."):
                yield name.removeprefix("audiences.")


def tags_asked(node: Node, positive: bool = True) -> Iterator[tuple[str, bool]]:
    """The tags that an expression asks for, each with whether having it speaks for the expression. `*` is any tag."""
    match node:
        case ["in", str(tag), ["var", "tags", *_]]:
            yield tag, positive
        case ["!", operand]:
            yield from tags_asked(operand, not positive)
        case ["&&" | "||", *terms]:
            for term in terms:
                yield from tags_asked(term, positive)
        case ["holds", operand, *_]:
            yield from tags_asked(operand, positive)
        case ["var", "tags", *_]:
            yield "*", True
            yield "*", False
        case [str(tag), *parts] if tag != "=":
            # Inside any other operation a tag may speak for either outcome.
            for part in parts:
                for name, _ in tags_asked(part, positive):
                    yield name, True
                    yield name, False
