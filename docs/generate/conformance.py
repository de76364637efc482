"""What befit's CEL leaves out and how many of the official tests it passes, from the conformance test's own source."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

from docs.generate.table import code, table

TEST: Final = Path(__file__).parents[2] / "tests" / "unit" / "cel" / "test_conformance.py"


def left_out() -> str:
    """The sections of the suite that are left out, and what they are about."""
    for statement in ast.parse(TEST.read_text("utf-8")).body:
        match statement:
            case ast.AnnAssign(target=ast.Name("LEFT_OUT"), value=ast.expr() as value):
                return table(
                    ["section of the suite", "it needs"],
                    ([code(section), why] for section, why in ast.literal_eval(value).items()),
                )
    raise ValueError(f"{TEST} says no more what is left out")


def count() -> str:
    """How many tests of the suite must be there and pass."""
    found = re.search(r"len\(included\(\)\) == (\d+)", TEST.read_text("utf-8"))
    if found is None:
        raise ValueError(f"{TEST} counts its tests no more")
    return (
        f"befit passes all {int(found[1]):,} tests of CEL's official conformance suite, except for what is named here:"
    )
