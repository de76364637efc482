"""The reference page of the command line, generated from its help: `python -m befit.cli.reference > docs/reference/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Final

from cyclopts import App
from rich.console import Console

from befit.cli import create_app

WIDTH: Final = 110

_TOP: Final = """# Command line

Generated from `befit --help` by `python -m befit.cli.reference > docs/reference/cli.md`; a test fails when the two differ.
"""


def reference() -> str:
    """The whole page, as Markdown."""
    app = create_app()
    paths = [(), *_commands(app, ())]
    sections = [f"## {' '.join(('befit', *path))}\n\n```text\n{_help(app, path)}\n```\n" for path in paths]
    return "\n".join([_TOP, *sections])


def _commands(app: App, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name in app:
        if name.startswith("-"):
            continue
        yield (*path, name)
        yield from _commands(app[name], (*path, name))


def _help(app: App, path: tuple[str, ...]) -> str:
    text = StringIO()
    app.help_print([*path], console=Console(file=text, width=WIDTH, color_system=None, force_terminal=False))
    return "\n".join(line.rstrip() for line in text.getvalue().strip().splitlines())


if __name__ == "__main__":
    print(reference(), end="")
