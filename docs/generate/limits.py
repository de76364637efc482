"""Limits, from the modules that hold them: the name of each constant, its value and the text below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from befit.api.collect import limits as of_collect
from befit.engine import limits as of_profiles
from befit.engine.kinds.memory import MEMORY
from docs.generate.table import code, table


def profile_limits() -> str:
    """How large things in a profile may grow."""
    return _limits(of_profiles)


def signal_memory() -> str:
    """What each kind of signal may take of a profile."""
    rows = ([", ".join(map(code, row.kinds)), row.window, row.entries, f"{row.most:,}"] for row in MEMORY)
    return table(["kind", "window", "remembers", "bytes at most"], rows)


def collect_limits() -> str:
    """How large requests may be."""
    return _limits(of_collect)


def _limits(module: ModuleType) -> str:
    rows = ([f"{getattr(module, name):,}", " ".join(text.split()), code(name)] for name, text in _documented(module))
    return table(["limit", "of", "constant"], rows)


def _documented(module: ModuleType) -> Iterator[tuple[str, str]]:
    body = ast.parse(Path(module.__file__ or "").read_text("utf-8")).body
    for assigned, said in pairwise(body):
        match assigned, said:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                yield name, text
            case ast.AnnAssign(target=ast.Name(name)), _:
                raise ValueError(f"{module.__name__}.{name} says nothing about itself")
