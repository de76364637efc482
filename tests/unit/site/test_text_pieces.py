"""Texts with `${CEL}` in them, taken apart."""

from __future__ import annotations

import pytest

from befit.site.document import Document, Problems
from befit.site.templates import Piece, split


def pieces(text: str) -> tuple[list[Piece], list[str]]:
    problems = Problems()
    root = Document("f.yaml", f"key: '{text}'\n", problems).root
    assert root is not None
    return split(root.at(["key"])), [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${a}", [Piece("a", True, 2)]),
        ("x ${a} y", [Piece("x ", False, 0), Piece("a", True, 4), Piece(" y", False, 0)]),
        ("${a}${b}", [Piece("a", True, 2), Piece("b", True, 6)]),
        ('${{"k": 1}["k"]}', [Piece('{"k": 1}["k"]', True, 2)]),
        ('${"}" + a}', [Piece('"}" + a', True, 2)]),
        ('${"\\"}"}', [Piece('"\\"}"', True, 2)]),
        ("price: $${x} ${y}", [Piece("price: ${x} ", False, 0), Piece("y", True, 15)]),
        ("costs $5", [Piece("costs $5", False, 0)]),
    ],
)
def test_a_text_is_plain_pieces_and_expressions_in_turn(text: str, expected: list[Piece]) -> None:
    assert pieces(text) == (expected, [])


def test_an_expression_that_does_not_end_is_reported_where_it_begins() -> None:
    assert pieces("Hello ${name")[1] == [
        "f.yaml:1:13: error: this ${ is never closed (end the expression with }, or write $${ for a plain ${)"
    ]
