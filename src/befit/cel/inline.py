"""Named conditions: `audiences.loyal` in an expression becomes the condition that it names, wrapped in `holds`."""

from __future__ import annotations

from collections.abc import Mapping

from befit.cel.ast import Node
from befit.errors import CelError


def inline(node: Node, variable: str, named: Mapping[str, Node]) -> Node:
    """The expression with `["holds", condition, "VARIABLE.NAME"]` in place of each field of `variable`.

    Raises CelError when `variable` is used in any other way.
    """
    match node:
        case ["get", ["var", str(found), *_], str(name), *_] if found == variable:
            return ["holds", named[name], f"{variable}.{name}"]
        case ["has", ["var", str(found), *_], _] if found == variable:
            return True
        case ["var", str(found), *_] if found == variable:
            raise CelError(f"`{variable}` is no value by itself", hint=f"name one: {variable}.NAME")
        case [str(tag), *parts] if tag != "=":
            return [tag, *(inline(part, variable, named) for part in parts)]
    return node
