"""YAML scalars: the value of a plain one, and where in the file each character of a value came from.

The second is what lets a CEL error inside a quoted or folded scalar point at the very character that is wrong.
Values follow YAML 1.2's core schema (`on`, `no` and `12:30` are strings), not PyYAML's YAML 1.1.
"""

from __future__ import annotations

import re
from typing import Final

import yaml

Scalar = str | int | float | bool | None

_CONSTANTS: Final[dict[str, Scalar]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
_INT: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*")
_ESCAPE: Final = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)", re.DOTALL)
_BREAK: Final = re.compile(r"[ \t]*(?:\r?\n[ \t]*)+")


def value_of(node: yaml.ScalarNode) -> Scalar:
    """The value of a scalar: quoted and block ones are strings, plain ones what YAML 1.2's core schema says."""
    text: str = node.value
    if node.style in ('"', "'", "|", ">"):
        return text
    if text.lower() in _CONSTANTS and text in (text.lower(), text.capitalize(), text.upper()):
        return _CONSTANTS[text.lower()]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def origins(node: yaml.ScalarNode, text: str) -> list[int]:
    """For each character of the node's value its index in the file's `text`, and one more for the end of the value."""
    properties = _PROPERTIES.match(text, node.start_mark.index, node.end_mark.index)
    start = properties.end() if properties else node.start_mark.index
    if node.style in ("|", ">"):
        return _in_block(node.value, text, start, node.end_mark.index)
    return _in_flow(node.value, text, start, node.style)


def _in_flow(value: str, text: str, at: int, style: str | None) -> list[int]:
    """Plain and quoted scalars: line breaks fold, quotes double or escape."""
    found: list[int] = []
    at += style in ('"', "'")
    while len(found) < len(value):
        lines = _BREAK.match(text, at)
        escape = _ESCAPE.match(text, at) if style == '"' else None
        if lines:
            folded = max(1, lines[0].count("\n") - 1)
            found += [lines.end() - 1] * folded
            at = lines.end()
        elif escape:
            found += [] if "\n" in escape[0] else [at]
            at = escape.end()
        else:
            found.append(at)
            at += 2 if style == "'" and text.startswith("''", at) else 1
    return [*found[: len(value)], at]


def _in_block(value: str, text: str, start: int, end: int) -> list[int]:
    """Literal and folded scalars: each line loses its indentation; folded ones turn breaks into spaces."""
    found: list[int] = []
    at = text.index("\n", start, end) + 1
    indent = _indentation(text, at, end)
    at = _skip_indent(text, at, indent)
    while len(found) < len(value) and at < end:
        if text[at] != "\n":
            found.append(at)
            at += 1
            continue
        newline = at
        while at < end and text[at] == "\n":
            at = _skip_indent(text, at + 1, indent)
        breaks = value[len(found) :]
        kept = len(breaks) - len(breaks.lstrip("\n"))
        found += [newline] * (kept or 1)
    return [*found[: len(value)], *[at] * (len(value) + 1 - min(len(found), len(value)))]


def _indentation(text: str, at: int, end: int) -> int:
    lines = (line for line in text[at:end].split("\n") if line.strip())
    return min((len(line) - len(line.lstrip(" ")) for line in lines), default=0)


def _skip_indent(text: str, at: int, indent: int) -> int:
    """Past the indentation of the line that begins at `at`, or to its end if it is shorter."""
    for _ in range(indent):
        if at < len(text) and text[at] == " ":
            at += 1
    return at
