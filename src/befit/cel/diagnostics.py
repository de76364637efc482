"""The checker's messages in plain words, with the place of the culprit and a suggestion."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from befit.errors import CelError

_PLACE: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']*)'")
_UNDEFINED: Final = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'")
_OVERLOAD: Final = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_SELECT: Final = re.compile(r"expression of type '([^']*)' cannot be the operand of a select operation")
_TOKEN: Final = re.compile(r"Syntax error: token recognition error at: '(.*)'$")
_EXPECTING: Final = re.compile(
    r"Syntax error: (?:mismatched input|extraneous input|no viable alternative at input|missing \S+ at) '(.*?)'"
    r"(?: expecting (.*))?$"
)
_MACROS: Final = ("all", "exists", "exists_one", "filter", "map", "has")
_PYTHONISMS: Final = {"and": "&&", "or": "||", "not": "!", "=": "==", "True": "true", "False": "false", "None": "null"}
_OPERATOR: Final = re.compile(r"_[^_\[\]?]+_")


class _Words(NamedTuple):
    """What to say, and the word of the source that is to blame."""

    message: str
    hint: str = ""
    culprit: str = ""


class Diagnostics:
    """Explains errors in terms of one environment: its variables, its structs' fields and its functions."""

    def __init__(
        self,
        variables: Iterable[str],
        functions: Iterable[str],
        paths: Mapping[str, str],
        fields: Mapping[str, Iterable[str]],
    ) -> None:
        self._variables = sorted(variables)
        self._functions = sorted({*functions, *_MACROS})
        self._paths = paths
        self._fields = fields

    def explain(self, source: str, report: str) -> CelError:
        """The error of the checker's report that explains the others."""
        if "recursion" in report:
            return CelError("the expression is nested too deeply (32 levels at most)", hint="name parts with cel.bind")
        found = [_PLACE.match(line) for line in report.replace("INVALID_ARGUMENT: ", "").splitlines()]
        errors = [(int(match[1]), int(match[2]), match[3]) for match in found if match and int(match[1]) > 0]
        if not errors:
            return CelError(_one_line(report))
        line, column, text = min(errors, key=lambda error: self._rank(error[2]))
        lines = source.split("\n")
        row = lines[line - 1] if line <= len(lines) else ""
        words = self._words(text.removesuffix(" [INVALID_ARGUMENT]"))
        if line == len(lines) and column > len(row.rstrip()) and text.startswith("Syntax error"):
            words = words._replace(message="the expression ends too early")
        return CelError(words.message, line, _shifted(row, column, words.culprit), words.hint)

    @staticmethod
    def _rank(text: str) -> int:
        """A misspelled macro leaves its variables undeclared, so it goes before them; otherwise the first one counts."""
        match = _UNDECLARED.search(text)
        return 1 if match and not difflib.get_close_matches(match[1], _MACROS, n=1, cutoff=0.7) else 0

    def _words(self, text: str) -> _Words:
        if match := _UNDEFINED.search(text):
            return self._unknown_field(match[1], self._paths.get(match[2], match[2]))
        if match := _UNDECLARED.search(text):
            return self._unknown_name(match[1])
        if match := _OVERLOAD.search(text):
            return _no_overload(match[1], [part.strip() for part in _split_types(self._named(match[2]))])
        if match := _SELECT.search(text):
            return _Words(f"{self._named(match[1])} has no fields to select with a dot")
        if match := _TOKEN.search(text):
            return _bad_token(match[1])
        if match := _EXPECTING.search(text):
            return _bad_syntax(match[1], match[2] or "")
        if text.startswith("has() argument"):
            return _Words("has() is used wrongly", _macro_usage("has"))
        return _Words(text.removeprefix("Syntax error: "))

    def _unknown_field(self, field: str, path: str) -> _Words:
        known = sorted(self._fields.get(path, ()))
        close = difflib.get_close_matches(field, known, n=1, cutoff=0.6)
        hint = f"did you mean {path}.{close[0]}?" if close else ""
        if not close and 0 < len(known) <= 8:
            hint = f"{path} has {', '.join(known)}"
        return _Words(f"unknown name: {path}.{field}", hint, field)

    def _unknown_name(self, name: str) -> _Words:
        first, _, rest = name.partition(".")
        if first in _PYTHONISMS:
            return _Words(f"unknown name: {name}", f"in CEL it is {_PYTHONISMS[first]}", first)
        if name in _MACROS:
            return _Words(f"{name}() is used wrongly", _macro_usage(name), name)
        if name in self._functions:
            return _Words(f"{name}() does not take these arguments", f"as a method it is x.{name}(…)", name)
        close = difflib.get_close_matches(name, [*self._variables, *self._functions], n=1, cutoff=0.7)
        if not close and rest:
            close = [f"{known}.{rest}" for known in difflib.get_close_matches(first, self._variables, n=1, cutoff=0.6)]
        return _Words(f"unknown name: {name}", f"did you mean {close[0]}?" if close else "", name)

    def _named(self, types: str) -> str:
        """The checker's type names in befit's words."""
        for message in sorted(self._paths, key=len, reverse=True):
            types = types.replace(message, f"struct {self._paths[message]}")
        types = types.replace("google.protobuf.Timestamp", "timestamp").replace("google.protobuf.Duration", "duration")
        return types.replace("optional_type", "optional").replace("null_type", "null")


def _no_overload(function: str, kinds: list[str]) -> _Words:
    match function:
        case "@in":
            hint = "for a part of a text write text.contains(part)" if kinds[1] == "string" else ""
            return _Words(f"{kinds[0]} in {kinds[1]} does not fit: `in` needs a list or a map of such keys", hint)
        case "_[_]":
            hint = "select its fields with a dot" if kinds[0].startswith("struct") else ""
            return _Words(f"{kinds[0]} cannot be indexed by {kinds[1]}", hint)
        case "_?_:_":
            return _Words(f"a ? b : c needs a bool and two values of one type, not ({', '.join(kinds)})")
        case "!_" | "-_":
            return _Words(f"{function[0]} does not apply to {kinds[0]}")
    if _OPERATOR.match(function):
        sign = function.strip("_")
        return _Words(f"{kinds[0]} {sign} {kinds[1]} does not fit", _operator_hint(sign, set(kinds)))
    return _Words(f"{function}() does not take ({', '.join(kinds)})", "", function)


def _operator_hint(sign: str, kinds: set[str]) -> str:
    if kinds == {"int", "double"}:
        return "use numbers of one type: 5 is an int, 5.0 a double; double(…) and int(…) convert"
    if "string" in kinds and sign == "+":
        return "convert the other side with string(…)"
    if kinds & {"duration", "timestamp"} and kinds & {"string", "int"}:
        length = "duration" in kinds or sign in ("+", "-")
        return 'write a length of time as duration("10m")' if length else "write a moment as timestamp(…)"
    return ""


def _macro_usage(name: str) -> str:
    usage = {"has": "has(a.b)", "map": "list.map(x, expression)"}
    return f"write {usage.get(name, f'list.{name}(x, condition)')}"


def _bad_token(token: str) -> _Words:
    if token.startswith("="):
        return _Words("= is not an operator", "compare with ==")
    if token[:1] in ('"', "'"):
        escape = "; a backslash is written twice" if "\\" in token else ""
        return _Words("a text that does not end", f"close it with {token[0]}{escape}")
    doubled = {"&": "&&", "|": "||"}.get(token[:1])
    return _Words(f"unexpected {token.strip()}", f"write {doubled}" if doubled else "")


def _bad_syntax(token: str, expecting: str) -> _Words:
    if token == "<EOF>":  # noqa: S105
        missing = "" if expecting.startswith("{") else expecting.strip("'")
        return _Words("the expression ends too early", f"{missing} is missing" if missing else "")
    last = (token.split() or [token])[-1]
    return _Words(f"unexpected {token}", f"in CEL it is {_PYTHONISMS[last]}" if last in _PYTHONISMS else "")


def _shifted(row: str, column: int, culprit: str) -> int:
    """Moves the place from the dot or parenthesis that the checker points at to the name itself."""
    at = max(column - 1, 0)
    name = culprit.split(".")[0] if culprit else ""
    if name and not row.startswith(name, at):
        after, before = row.find(name, at), row.rfind(name, 0, at)
        if 0 <= after <= at + 2:
            return after + 1
        if before >= 0:
            return before + 1
    return at + 1


def _split_types(text: str) -> list[str]:
    """`int, map(string, int)` -> `["int", "map(string, int)"]`."""
    parts, depth, start = [], 0, 0
    for position, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def _one_line(report: str) -> str:
    return " ".join(report.removeprefix("INVALID_ARGUMENT: ").removesuffix(" [INVALID_ARGUMENT]").split())
