"""Why a condition is true or false: the outcome, the values of the operands that were read, and the reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from befit.cel.ast import Node, Path, is_literal, path_of, paths
from befit.cel.evaluate import Scope, attempt, to_json
from befit.cel.text import shown, text_of
from befit.cel.values import NoSuchKey
from befit.errors import EvaluationError

_COMPARISONS: Final = frozenset(("<", "<=", ">", ">="))


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    outcome  `true`, `false`, `missing` (a value it needs is not known yet) or `error`
    values   dotted path -> value as JSON, for each operand that was read and is known
    why      the reason in plain words
    """

    outcome: str
    values: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def explain(node: Node, scope: Scope) -> Explanation:
    """Evaluates a condition exactly, and says what decided it."""
    values: dict[str, Any] = {}
    value, why = _reason(node, scope, values)
    if value is True or value is False:
        return Explanation("true" if value else "false", values, why)
    if isinstance(value, NoSuchKey):
        return Explanation("missing", values, why)
    return Explanation("error", values, why if isinstance(value, EvaluationError) else f"{why}, which is no bool")


def _reason(node: Node, scope: Scope, values: dict[str, Any]) -> tuple[Any, str]:
    """(value or EvaluationError, what decided it)."""
    tag = node[0] if isinstance(node, list) else ""
    match tag:
        case "&&" | "||":
            return _connective(node, scope, values, decisive=tag == "||")
        case "!":
            value, why = _reason(node[1], scope, values)
            return (not value if isinstance(value, bool) else value), why
        case "holds":
            value, why = _reason(node[1], scope, values)
            holds = value is True
            return holds, f"{text_of(node)} {'holds' if holds else 'does not hold'} ({why})" if len(node) > 2 else why
        case "?:":
            value, why = _reason(node[1], scope, values)
            if not isinstance(value, bool):
                return value, why
            chosen, because = _reason(node[2] if value else node[3], scope, values)
            return chosen, f"{why}; {because}"
    return _leaf(node, scope, values)


def _connective(node: Node, scope: Scope, values: dict[str, Any], *, decisive: bool) -> tuple[Any, str]:
    sides = []
    for side in node[1:]:
        value, why = _reason(side, scope, values)
        if value is decisive:
            return value, why
        sides.append((value, why))
    for value, why in sides:
        if not isinstance(value, bool):
            return value, why
    return not decisive, " and ".join(why for _, why in sides)


def _leaf(node: Node, scope: Scope, values: dict[str, Any]) -> tuple[Any, str]:
    for path in paths(node):
        found, value = _read(path, scope)
        if found:
            values[".".join(path)] = to_json(value)
    value = attempt(node, scope)
    if isinstance(value, NoSuchKey):
        return value, f"{_missing(node, scope) or value.key} is not known yet"
    if isinstance(value, EvaluationError):
        return value, f"{text_of(node)}: {value.message}"
    return value, _phrase(node, scope, value)


def _read(path: Path, scope: Mapping[str, Any]) -> tuple[bool, Any]:
    value: Any = scope
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return False, None
        value = value[key]
    return True, value


def _missing(node: Node, scope: Scope) -> str:
    """The shortest part of a path in `node` that leads nowhere."""
    for path in paths(node):
        for length in range(1, len(path) + 1):
            if not _read(path[:length], scope)[0]:
                return ".".join(path[:length])
    return ""


def _phrase(node: Node, scope: Scope, value: Any) -> str:
    if is_literal(node):
        return "always" if value is True else "never" if value is False else f"it is {shown(value)}"
    tag = node[0]
    if tag == "has":
        return f"{'.'.join(path_of(node) or ()) or text_of(node)} is {'known' if value else 'not known yet'}"
    if tag == "in":
        return f"{_operand(node[1], scope)} is {'' if value else 'not '}in {text_of(node[2])}"
    if tag in ("==", "!="):
        same = (tag == "==") is value
        left = shown(attempt(node[1], scope))
        if same or is_literal(node[1]):
            return f"{_subject(node, scope)} is {'' if same else 'not '}{_operand(node[2], scope)}"
        return f"{text_of(node[1])} is {left}, not {_operand(node[2], scope)}"
    if tag in _COMPARISONS:
        left = shown(attempt(node[1], scope))
        subject = text_of(node[1]) if not is_literal(node[1]) else ""
        start = f"{subject} is {left}, " if subject else f"{left} is "
        return f"{start}{'' if value else 'not '}{tag} {_operand(node[2], scope)}"
    return f"{text_of(node)} is {shown(value)}"


def _subject(node: Node, scope: Scope) -> str:
    return shown(attempt(node[1], scope)) if is_literal(node[1]) else text_of(node[1])


def _operand(node: Node, scope: Scope) -> str:
    """A literal as it is, anything else with the value that it has."""
    value = shown(attempt(node, scope))
    return value if is_literal(node) else f"{text_of(node)} ({value})"
