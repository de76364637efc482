"""collections/NAME.yaml or .json: lists of items that modules pick from at decision time."""

from __future__ import annotations

import json
from typing import Any

from befit.site.document import Problems
from befit.site.item import Item

Items = list[dict[str, Any]]


def read_collection(root: Item) -> Items:
    """The items of a YAML collection: mappings; reports anything else."""
    found: Items = []
    for item in root.elements():
        if item.is_mapping:
            found.append(item.value())
        else:
            item.error("an item of a collection must be a mapping", "such as {id: p1, name: Lamp}")
    return found


def parse_collection(file: str, text: str, problems: Problems) -> Items:
    """The items of a JSON collection: objects; reports anything else."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        problems.error(file, error.lineno, error.colno, f"not JSON: {error.msg}")
        return []
    except RecursionError:
        problems.error(file, 0, 0, "not JSON: nested too deeply")
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        problems.error(file, 0, 0, "a collection must be a list of objects")
        return []
    return found
