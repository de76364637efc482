"""How commands print problems of a site folder: lines for people, or annotations for GitHub Actions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from befit.errors import Problem

Format = Annotated[Literal["text", "json", "github"], Parameter(name="--format")]
"""`text` for people, `json` for scripts, `github` for workflow commands that annotate the lines of a pull request."""


def chosen(format_: Format, json: bool) -> Format:
    """The format that the flags ask for: `--json` is short for `--format json`."""
    return "json" if json else format_


def print_problems(problems: Iterable[Problem], format_: Format, site: Path) -> None:
    """One line each, as text or for GitHub."""
    for problem in problems:
        print(annotation(problem, site) if format_ == "github" else problem)


def annotation(problem: Problem, site: Path) -> str:
    """A problem as a workflow command, its file relative to the current folder.

    Source: docs.github.com, "Workflow commands for GitHub Actions".
    """
    file = os.path.relpath(site / problem.file)
    fields = {"file": file, "line": problem.line, "col": problem.column, "title": "befit"}
    given = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items() if value)
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"::{problem.severity} {given}::{_data(problem.message + hint)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
