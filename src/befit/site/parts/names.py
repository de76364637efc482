"""What signals, tags, slots and modules may be called."""

from __future__ import annotations

import re
from typing import Final

from befit.site.item import Item

LONGEST: Final = 100
RESERVED: Final = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    ]
)
"""Words that CEL keeps for itself."""

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def check_name(key: Item, what: str) -> str:
    """A name that conditions write after a dot: letters, digits and underscores; reports any other."""
    name = key.source or ""
    if not _IDENTIFIER.fullmatch(name) or len(name) > LONGEST:
        key.error(f"`{name}` cannot be the name of a {what}", "use letters, digits and _, such as cart_value")
    elif name in RESERVED:
        key.error(f"`{name}` cannot be the name of a {what}", "it is a word of CEL's own")
    return name


def is_slug(name: str) -> bool:
    """Whether this can be the name of a tag, trigger, slot, module or collection: letters, digits, `-` and `_`."""
    return bool(_SLUG.fullmatch(name)) and len(name) <= LONGEST


def check_slug(key: Item, what: str) -> str:
    """A name of letters, digits, `-` and `_`; reports any other."""
    name = key.source or ""
    if not is_slug(name):
        key.error(
            f"`{name}` cannot be the name of a {what}", "use letters, digits, - and _, such as interested-in-books"
        )
    return name
