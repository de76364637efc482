"""What commands print: JSON for scripts, columns for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

Json = Annotated[bool, Parameter(negative=())]
"""The flag `--json`, which has no opposite."""

Flag = Annotated[bool, Parameter(negative=())]
"""Any other flag that has none."""


def print_json(value: Any) -> None:
    """One indented JSON document on stdout."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_columns(rows: Iterable[Sequence[str]]) -> None:
    """Rows of text, aligned; the last column takes what it needs."""
    table = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def moment(ms: int) -> str:
    """A time as people read it: UTC, to the second."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
