"""table: a decision table in a branch. Each row is a branch of its own, or, with the hit policy `collect`, adds a value."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from befit.model import Branch, Collect, Condition, Row
from befit.site.expressions import SCALARS, UNCHECKED, expression
from befit.site.item import Fields, Item, did_you_mean
from befit.site.parts import content
from befit.site.parts.cells import Cell, Column, read_cell
from befit.site.parts.names import check_slug
from befit.site.parts.props import check_elements
from befit.site.references import Names

HITS: Final = ("first", "unique", "collect")
KEYS: Final = ("hit", "columns", "rows")
COLLECT: Final = (*content.KEYS, "into")
ADD: Final = "add"

MOST: Final = 1_000
"""Rows of a table."""


class _Row(NamedTuple):
    fields: Fields
    cells: tuple[Cell, ...]
    when: Condition | None


def read_table(item: Item, path: str, names: Names) -> dict[str, Any]:
    """What a branch with this table has in it: `rules` (with `unique`), or `show` and `collect`."""
    hit = item.at(["hit"]).source if item.is_mapping else "first"
    collects = hit == "collect"
    fields = Fields(item, (*KEYS, *(COLLECT if collects else ())), "a table")
    if "hit" in fields and hit not in HITS:
        item.at(["hit"]).error(
            f"there is no hit policy `{hit}`", did_you_mean(hit or "", HITS) or f"there are {', '.join(HITS)}"
        )
    columns = _columns(fields, names)
    known = (*(column.name for column in columns), *((ADD,) if collects else content.KEYS))
    rows = [_row(each, columns, known) for each in _elements(fields)]
    if collects:
        return _collected(fields, rows, path, names)
    for row in rows:
        row.fields.need("show")
    if hit == "unique" and not any(column.value is UNCHECKED for column in columns):
        _check_unique(rows)
    branches = tuple(
        Branch(
            id=f"{path}.{number}",
            when=row.when,
            position=row.fields.item.position,
            **content.read_content(row.fields, names),
        )
        for number, row in enumerate(rows)
    )
    return {"rules": branches, "unique": hit == "unique"}


def _columns(fields: Fields, names: Names) -> list[Column]:
    item = fields.need("columns")
    found = []
    for key, value in item.entries() if item else ():
        name = check_slug(key, "column")
        if name in (*content.KEYS, ADD):
            key.error(f"a column cannot be called `{name}`", "rows have a key of that name")
        names.check_tags(value)
        checked = expression(value, names.scopes.branch())
        if checked is not UNCHECKED and checked.type not in SCALARS:
            value.error(f"a column is a single value, and this is a {checked.type}", "such as '\"vip\" in tags'")
            checked = UNCHECKED
        found.append(Column(name, checked))
    if item and not found:
        item.error("a table has at least one column", "such as {tier: profile.traits.tier}")
    return found


def _elements(fields: Fields) -> list[Item]:
    rows = fields.need("rows")
    elements = rows.elements() if rows else []
    if rows and rows.is_list and not elements:
        rows.error("a table has at least one row")
    if rows and len(elements) > MOST:
        rows.error(f"a table has at most {MOST} rows, and this has {len(elements)}")
        return []
    return elements


def _row(item: Item, columns: list[Column], known: tuple[str, ...]) -> _Row:
    fields = Fields(item, known, "a row")
    cells = tuple(read_cell(fields.get(column.name), column) for column in columns)
    return _Row(fields, cells, _all(cells, columns, item))


def _all(cells: tuple[Cell, ...], columns: list[Column], item: Item) -> Condition | None:
    """The condition that every cell holds; None when they say nothing."""
    said = [(cell, column) for cell, column in zip(cells, columns, strict=True) if cell.source]
    if not said:
        return None
    ast = said[0][0].ast
    for cell, _ in said[1:]:
        ast = ["&&", ast, cell.ast]
    return Condition(
        source=" && ".join(cell.source for cell, _ in said),
        ast=ast,
        type="bool",
        where=item.position,
        reads=tuple(sorted({path for _, column in said for path in column.value.reads})),
    )


def _check_unique(rows: list[_Row]) -> None:
    """Reports rows that can hold together where only one may."""
    for number, row in enumerate(rows):
        for earlier in rows[:number]:
            if all(one.domain & other.domain for one, other in zip(earlier.cells, row.cells, strict=True)):
                row.fields.item.error(
                    f"this row and the one in line {earlier.fields.item.node.start_mark.line + 1} can hold at the same time",
                    "with `hit: unique` no two rows may; make them narrower, or use `hit: first`",
                )
                break


def _collected(fields: Fields, rows: list[_Row], path: str, names: Names) -> dict[str, Any]:
    fields.need("show")
    into = fields.need("into")
    prop = into.text() if into else ""
    found = content.read_content(fields, names)
    module = names.modules.get(found["show"])
    added = [row.fields.need(ADD) for row in rows]
    if into and module:
        check_elements(into, [item for item in added if item], module)
    collected = (
        Row(
            id=f"{path}.{number}",
            value=item.value() if item else None,
            when=row.when,
            position=row.fields.item.position,
        )
        for number, (row, item) in enumerate(zip(rows, added, strict=True))
    )
    return {**found, "collect": Collect(into=prop, rows=tuple(collected))}
