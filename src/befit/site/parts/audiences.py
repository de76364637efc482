"""audiences.yaml: conditions with a name, for the conditions of everything else. An audience may use other audiences."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Final

import msgspec

from befit.cel.ast import Node, paths
from befit.cel.inline import inline
from befit.errors import CelError
from befit.model import Audience, Condition
from befit.site.expressions import UNCHECKED, expression
from befit.site.item import Fields, Item
from befit.site.parts.names import check_name
from befit.site.references import Names

KEYS: Final = ("when",)

DEEPEST: Final = 16
"""Audiences that use audiences that use audiences…"""

LARGEST: Final = 2_000
"""Nodes of an audience's condition, with those of the audiences that it uses."""


def read_audiences(root: Item, names: Names) -> list[Audience]:
    """All audiences, in the order of the file; from now on conditions can use them."""
    scope = names.scopes.audience([key.source or "" for key, _ in root.entries()])
    found: dict[str, tuple[Item, Condition]] = {}
    for key, item in root.entries():
        when = _when(item)
        names.check_tags(when)
        checked = UNCHECKED if when is None else expression(when, scope, expect="bool")
        found[check_name(key, "audience")] = (key, checked)
    closed: dict[str, Condition] = {}
    depth: dict[str, int] = {}
    for name in _in_order(found):
        key, raw = found[name]
        used = _uses(raw)
        depth[name] = 1 + max((depth.get(each, 0) for each in used), default=0)
        closed[name] = _close(key, raw, {each: closed.get(each, UNCHECKED) for each in used}, depth[name])
    names.scopes.audiences = {name: closed.get(name, UNCHECKED).ast for name in found}
    return [
        Audience(name=name, when=closed.get(name, UNCHECKED), position=key.position) for name, (key, _) in found.items()
    ]


def _when(item: Item) -> Item | None:
    return Fields(item, KEYS, "an audience").need("when") if item.is_mapping else item


def _uses(raw: Condition) -> list[str]:
    return [read.partition(".")[2] for read in raw.reads if read.startswith("audiences.")]


def _in_order(found: dict[str, tuple[Item, Condition]]) -> list[str]:
    """Each audience after those that it uses. One that uses itself is reported and left out."""
    graph = {name: _uses(raw) for name, (_, raw) in found.items()}
    while True:
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = error.args[1][:0:-1]  # each uses the next, and the last the first
            start = circle.index(next(name for name in found if name in circle))
            circle = [*circle[start:], *circle[:start]]
            found[circle[0]][0].error(f"an audience that uses itself: {' -> '.join([*circle, circle[0]])}")
            graph = {
                name: [each for each in used if each not in circle]
                for name, used in graph.items()
                if name not in circle
            }


def _close(key: Item, raw: Condition, used: dict[str, Condition], depth: int) -> Condition:
    """The condition with those that it uses in the place of their names."""
    if UNCHECKED in used.values():
        return UNCHECKED
    if depth > DEEPEST:
        key.error(f"audiences use each other more than {DEEPEST} deep")
        return UNCHECKED
    try:
        ast = inline(raw.ast, "audiences", {name: condition.ast for name, condition in used.items()})
    except CelError as error:
        key.error(error.message, error.hint)
        return UNCHECKED
    if _size(ast) > LARGEST:
        key.error(f"this audience and those that it uses are too large: more than {LARGEST} operations and values")
        return UNCHECKED
    return msgspec.structs.replace(raw, ast=ast, reads=tuple(sorted({".".join(path) for path in paths(ast)})))


def _size(node: Node) -> int:
    return 1 + sum(map(_size, node)) if isinstance(node, list) else 1
