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


def moment_of(text: str, now: int) -> int:
    """Milliseconds since the epoch of a time that people write: RFC 3339 (UTC when it has no offset), or a duration before `now`.

    Raises SettingsError.
    """
    from befit.errors import SettingsError
    from befit.site.durations import duration_ms

    ago = duration_ms(text)
    if ago is not None:
        return now - ago
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no time: write 2026-11-20T18:30:00Z, or how long ago, such as 2h") from error
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
