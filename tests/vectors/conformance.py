"""Vectors of CEL's official conformance suite, where its files are: what befit's Python passes, others pass too."""

from __future__ import annotations

from collections.abc import Iterator

from befit.cel import CelError
from tests.unit.cel.test_conformance import included
from tests.vectors.vector import Vector, vector


def conformance() -> Iterator[Vector]:
    """One vector for each test that is evaluated."""
    for case in included():
        if case.raw.check_only:
            continue
        try:
            ast, _ = case.compile()
        except CelError:
            continue
        yield vector(case.raw.expr, ast, case.bindings)
