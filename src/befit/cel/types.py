"""CEL types as strings (`map(string, list(int))`) and as tuples: `("map", ("string",), ("list", ("int",)))`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

Type: TypeAlias = "str | Mapping[str, Type]"
"""A type string, or a mapping of field names to types: a struct with exactly these fields."""

Parsed = tuple[Any, ...]
"""A kind, followed by its parameters, themselves Parsed."""

DYN: Final[Parsed] = ("dyn",)
SCALARS: Final = frozenset(
    ("bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "null", "type", "dyn")
)
_ARITY: Final = {"list": 1, "map": 2, "optional": 1}
_TOKEN: Final = re.compile(r"\s*(\w+|[(),])\s*")


@lru_cache(maxsize=1024)
def parse_type(text: str) -> Parsed:
    """A type string as a tuple. Raises ValueError, with the text, if it is not one."""
    tokens = _tokens(text)
    parsed = _parse(tokens, text)
    if next(tokens):
        raise ValueError(f"not a CEL type: {text!r}")
    return parsed


def _tokens(text: str) -> Iterator[str]:
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        yield match[1]
    yield "" if position == len(text) else "?"
    yield ""


def _parse(tokens: Iterator[str], text: str) -> Parsed:
    name = next(tokens)
    if name in SCALARS:
        return (name,)
    if name not in _ARITY or next(tokens) != "(":
        raise ValueError(f"not a CEL type: {text!r}")
    parameters = [_parse(tokens, text)]
    for _ in range(_ARITY[name] - 1):
        if next(tokens) != ",":
            raise ValueError(f"not a CEL type: {text!r}")
        parameters.append(_parse(tokens, text))
    if next(tokens) != ")":
        raise ValueError(f"not a CEL type: {text!r}")
    return (name, *parameters)
