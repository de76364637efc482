"""Report: problems in a compiled release, each at the place (`file:line:column`) that the release keeps of its parts."""

from __future__ import annotations

from typing import NamedTuple

from befit.errors import Problem


class Place(NamedTuple):
    """A place in a site folder, taken from `file:line:column`."""

    file: str
    line: int
    column: int


def place_of(where: str) -> Place:
    """The place that such a text names."""
    file, line, column = where.rsplit(":", 2)
    return Place(file, int(line), int(column))


def near(where: str, seen_from: str) -> str:
    """A place in words for a reader who looks at another one: `line 4`, or file and line when it is in another file."""
    place = place_of(where)
    return f"line {place.line}" if place.file == place_of(seen_from).file else f"{place.file}:{place.line}"


class Report:
    """Problems found so far, each told once."""

    def __init__(self) -> None:
        self.problems: dict[Problem, None] = {}

    def error(self, where: str, message: str, hint: str = "") -> None:
        """What is surely a mistake."""
        self.problems[Problem(*place_of(where), message, hint)] = None

    def warning(self, where: str, message: str, hint: str = "") -> None:
        """What probably is one."""
        self.problems[Problem(*place_of(where), message, hint, "warning")] = None
