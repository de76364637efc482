"""Report: problems in a compiled release, each at the place (`file:line:column`) that the release keeps of its parts."""

from __future__ import annotations

from befit.errors import Problem


def near(where: str, seen_from: str) -> str:
    """A place in words for a reader who looks at another one: `line 4`, or file and line when it is in another file."""
    place, here = Problem.at(where, ""), Problem.at(seen_from, "")
    return f"line {place.line}" if place.file == here.file else f"{place.file}:{place.line}"


class Report:
    """Problems found so far, each told once."""

    def __init__(self) -> None:
        self.problems: dict[Problem, None] = {}

    def error(self, where: str, message: str, hint: str = "") -> None:
        """What is surely a mistake."""
        self.problems[Problem.at(where, message, hint)] = None

    def warning(self, where: str, message: str, hint: str = "") -> None:
        """What probably is one."""
        self.problems[Problem.at(where, message, hint, "warning")] = None
