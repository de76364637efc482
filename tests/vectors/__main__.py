"""`python -m tests.vectors` prints every vector, one JSON object a line; with `--own`, the smaller list that is kept in Git."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from tests.vectors.conformance import conformance
from tests.vectors.corpus import hard, random
from tests.vectors.vector import Vector

RANDOM = 200


def own() -> list[Vector]:
    """The vectors of web/sdk/tests/conditions/vectors.json."""
    return [*hard(), *random(RANDOM)]


def lines(vectors: Iterable[Vector]) -> list[str]:
    """Each as compact JSON."""
    return [json.dumps(vector, ensure_ascii=False) for vector in vectors]


if __name__ == "__main__":
    if "--own" in sys.argv[1:]:
        print("[\n" + ",\n".join(lines(own())) + "\n]")
    else:
        print("\n".join(lines([*own(), *conformance()])))
