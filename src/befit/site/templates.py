"""Texts with `${CEL}` in them, taken apart. `$${` stands for a plain `${`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from befit.site.item import Item


class Piece(NamedTuple):
    """Plain text, or an expression (`computed`) that begins at offset `start` of the whole."""

    text: str
    computed: bool
    start: int


_OPENING: Final = re.compile(r"\$\$\{|\$\{")
_TOKEN: Final = re.compile(
    r"""(?P<string>r?(?:\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))|(?P<brace>[{}])""", re.DOTALL
)


def split(item: Item) -> list[Piece]:
    """The pieces of a text in order; reports an expression that does not end."""
    text = item.source or ""
    pieces: list[Piece] = []
    plain, at = "", 0
    while opening := _OPENING.search(text, at):
        plain += text[at : opening.start()]
        at = opening.end()
        if opening[0] == "$${":
            plain += "${"
            continue
        end = _closing(text, at)
        if end is None:
            item.error(
                "this ${ is never closed", "end the expression with }, or write $${ for a plain ${", at=opening.start()
            )
            return pieces
        pieces += [Piece(plain, False, 0)] if plain else []
        pieces.append(Piece(text[at:end], True, at))
        plain, at = "", end + 1
    rest = plain + text[at:]
    return [*pieces, Piece(rest, False, 0)] if rest else pieces


def _closing(text: str, at: int) -> int | None:
    """Where the brace closes that was opened before `at`, past strings and inner braces; None when it never does."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        if token["brace"] == "{":
            depth += 1
        elif token["brace"] == "}":
            if depth == 0:
                return token.start()
            depth -= 1
    return None
