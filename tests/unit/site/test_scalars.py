"""YAML scalars: values by YAML 1.2's core schema, and where each character of a value stands in the file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from befit.site.scalars import origins, value_of


def scalar(text: str) -> yaml.ScalarNode:
    node = yaml.compose(text, yaml.CSafeLoader)
    assert isinstance(node, yaml.MappingNode)
    value = node.value[0][1]
    assert isinstance(value, yaml.ScalarNode)
    return value


def pointed_at(text: str, needle: str) -> str:
    """The rest of the line in the file at which `needle`, found in the value, begins."""
    node = scalar(text)
    return text[origins(node, text)[node.value.index(needle)] :].split("\n")[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-7", -7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("text", "text"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("2026-01-05", "2026-01-05"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("tRuE", "tRuE"),
    ],
)
def test_values_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    found = value_of(scalar(f"key: {written}\n"))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "when: a.b == NEEDLE && c\n",
        'when: "a.b == NEEDLE && c"\n',
        "when: 'a.b == NEEDLE && c'\n",
        "when: 'it''s == NEEDLE && c'\n",
        'when: "tab\\t \\u00e9 \\x41 \\" == NEEDLE && c"\n',
        'when: "joined \\\n    == NEEDLE && c"\n',
        "when: 'first\n   second\n\n   NEEDLE && c'\n",
        'when: "first  \n   second\n\n\n  NEEDLE && c"\n',
        "when: first\n  second\n  NEEDLE && c\n",
        "when: |\n  first\n\n    second\n  NEEDLE && c\n",
        "when: |-\n\n  first\n  NEEDLE && c\n",
        "when: >\n  first\n  second\n\n  third\n  NEEDLE && c\n",
        "when: >-\n  first\n    more\n  NEEDLE && c\n",
        "when: |2\n    first\n  NEEDLE && c\n",
        "when: &anchor 'x NEEDLE && c'\n",
        "when: >- # a comment\n  first\n  NEEDLE && c\n",
    ],
)
def test_every_style_of_scalar_knows_where_its_characters_stand(text: str) -> None:
    assert pointed_at(text, "NEEDLE").startswith("NEEDLE && c")


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40), st.sampled_from(["'", '"']))
def test_a_quoted_scalar_has_a_place_for_each_character_and_its_end(value: str, quote: str) -> None:
    text = yaml.dump({"key": value}, default_style=quote, allow_unicode=True, width=20)
    node = scalar_of_dump(text)
    found = origins(node, text)
    assert len(found) == len(node.value) + 1
    assert found == sorted(found)
    assert text[found[-1]] == quote


@given(st.lists(st.text("ab &|", max_size=6), min_size=1, max_size=5), st.sampled_from(["|", ">"]))
def test_a_block_scalar_has_a_place_for_each_character(lines: list[str], style: str) -> None:
    text = yaml.dump({"key": "\n".join(["x", *lines])}, default_style=style, width=10)
    node = scalar_of_dump(text)
    found = origins(node, text)
    assert len(found) == len(node.value) + 1
    assert all(
        text[at] == character for at, character in zip(found, node.value, strict=False) if not character.isspace()
    )


def scalar_of_dump(text: str) -> yaml.ScalarNode:
    node = yaml.compose(text, yaml.CSafeLoader)
    assert isinstance(node, yaml.MappingNode)
    value = node.value[0][1]
    assert isinstance(value, yaml.ScalarNode)
    return value
