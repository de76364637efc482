"""Reads sessions of product views: tab-separated `SessionId ItemId Time`, the format of bol's Serenade and its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zlib import crc32

from befit.errors import InputError

CATEGORIES: Final = ("electronics", "fashion", "home", "sports", "books", "toys")
HEADER: Final = ["SessionId", "ItemId", "Time"]


class Click(NamedTuple):
    """One row. `at` is in milliseconds since the epoch."""

    at: int
    session: str
    item: str


def read_serenade(lines: Iterable[str], categories: Sequence[str] = CATEGORIES) -> Iterator[dict[str, Any]]:
    """For each click, in order of time, a `page` call and a `Product Viewed` for the same product.

    Each session becomes a visitor, `session-<SessionId>`. The data has no categories, and rules about categories are
    what the demo shop is about: each item is given one of `categories` by a hash of its id, the same one always. The
    numbers that come of it are real in their timing and sequence, not in what was looked at.

    Raises InputError for a first line that is not the header, and for a row that is not three such columns.
    """
    clicks = sorted(_clicks(lines))
    repeated: Counter[Click] = Counter()
    for click in clicks:
        nth = repeated[click]
        repeated[click] += 1
        yield from _calls(click, nth, categories)


def count_serenade(lines: Iterable[str]) -> int:
    """How many calls the lines become: two for each row below the header."""
    return 2 * max(0, sum(1 for line in lines if not line.isspace()) - 1)


def category_of(item: str, categories: Sequence[str] = CATEGORIES) -> str:
    """The category that stands in for the one that the data does not have."""
    return categories[crc32(item.encode()) % len(categories)]


def _clicks(lines: Iterable[str]) -> Iterator[Click]:
    rows = enumerate(lines, 1)
    _, header = next(rows, (1, ""))
    if header.rstrip().split("\t") != HEADER:
        raise InputError(f"line 1 is not the header {' '.join(HEADER)}, separated by tabs", field="line 1")
    for number, line in rows:
        row = line.rstrip("\n").split("\t")
        if row == [""]:
            continue
        try:
            session, item, seconds = row
            yield Click(round(float(seconds) * 1000), session, item)
        except (ValueError, OverflowError):
            raise InputError(
                f"line {number} is not a session, an item and a time in Unix seconds", field=f"line {number}"
            ) from None


def _calls(click: Click, nth: int, categories: Sequence[str]) -> Iterator[dict[str, Any]]:
    """`nth` counts rows that are the same in every column, so that their message ids differ."""
    about = {"product_id": click.item, "category": category_of(click.item, categories)}
    path = f"/product/{click.item}"
    view = f"serenade-{click.session}-{click.item}-{click.at}-{nth}"
    shared = {
        "anonymousId": f"session-{click.session}",
        "timestamp": _timestamp(click.at),
        "context": {"page": {"path": path, "url": path}, "viewId": view, "library": {"name": "serenade"}},
    }
    yield {"type": "page", "messageId": f"{view}-page", "properties": {"type": "product", **about}, **shared}
    yield {"type": "track", "event": "Product Viewed", "messageId": view, "properties": about, **shared}


def _timestamp(at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
