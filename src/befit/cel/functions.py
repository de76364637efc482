"""The table of functions: every overload that befit offers, shared by the checker, the exact walk and the generator."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from befit.cel import conversions, math, operators, strings, time
from befit.cel.overload import Overload, no_overload
from befit.cel.values import kind

_ALL: Final = [
    *operators.OVERLOADS,
    *conversions.OVERLOADS,
    *strings.OVERLOADS,
    *math.OVERLOADS,
    *time.OVERLOADS,
]
SUPPORTED: Final = frozenset(overload.id for overload in _ALL) | conversions.LAZY
"""The checker's overload ids that befit can evaluate."""

FUNCTIONS: Final[dict[str, list[Overload]]] = {}
for _overload in _ALL:
    FUNCTIONS.setdefault(_overload.function, []).append(_overload)


@lru_cache(maxsize=4096)
def resolve(function: str, kinds: tuple[str, ...]) -> Overload | None:
    """The overload of a function for arguments of these kinds."""
    for overload in FUNCTIONS.get(function, ()):
        if len(overload.kinds) == len(kinds) and all(
            wanted in ("any", given) for wanted, given in zip(overload.kinds, kinds, strict=True)
        ):
            return overload
    return None


def candidates(function: str, kinds: tuple[str, ...]) -> list[Overload]:
    """The overloads that arguments may still choose when some kinds are known only at run time (dyn)."""
    return [
        overload
        for overload in FUNCTIONS.get(function, ())
        if len(overload.kinds) == len(kinds)
        and all(given == "dyn" or wanted in ("any", given) for wanted, given in zip(overload.kinds, kinds, strict=True))
    ]


def apply(function: str, *arguments: Any) -> Any:
    """Calls a function, chosen by the kinds that its arguments have now. Raises EvaluationError."""
    overload = resolve(function, tuple(map(kind, arguments)))
    if overload is None:
        raise no_overload(function, *arguments)
    return overload.call(*arguments)
