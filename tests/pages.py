"""Markdown pages for tests: their code blocks, tables and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]

_FENCE: Final = re.compile(r"^```(\S*) ?(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
_CODE: Final = re.compile(r"`([^`]+)`")


class Block(NamedTuple):
    """A fenced block: its language, the words after it, its text and its place."""

    language: str
    info: str
    text: str
    where: str


def read(page: str) -> str:
    """The text of a page, by its path in the repository."""
    return (ROOT / page).read_text("utf-8")


def blocks(page: str, language: str) -> list[Block]:
    """The page's blocks in this language."""
    text = read(page)
    found = (
        Block(match[1], match[2], match[3], f"{page}:{text.count(chr(10), 0, match.start()) + 1}")
        for match in _FENCE.finditer(text)
    )
    return [block for block in found if block.language == language]


def without_code(text: str) -> str:
    """The page without its blocks."""
    return _FENCE.sub("", text)


def section(page: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    _, found, rest = without_code(read(page)).partition(f"\n## {heading}\n")
    assert found, f"{page} has no section {heading}"
    return rest.partition("\n## ")[0]


def tables(text: str) -> Iterator[list[list[str]]]:
    """The rows of each table, without its head."""
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE):
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
        yield [[cell.strip() for cell in row] for row in rows[2:]]


def codes(text: str) -> list[str]:
    """What stands in backticks."""
    return _CODE.findall(text)
