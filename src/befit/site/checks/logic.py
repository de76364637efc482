"""What must be so for a condition to hold: an exact account of each outcome, as far as the condition's form tells it.

A condition is taken apart at `&&`, `||`, `!`, `?:` and `holds` with CEL's own rules for errors, down to comparisons of
one expression with literals. `ways` gives the alternatives under which it has an outcome, each a conjunction of facts:
expression -> `Domain`. What is not understood is an expression of its own that may have any value. So everything that
can happen is always among the ways: when there is none, the outcome cannot happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from befit.cel.ast import Node, is_literal, literal_value
from befit.cel.text import text_of
from befit.site.checks.domain import ABSENT, ANY_VALUE, FALSE, NOTHING, TRUE, Domain, compared, described, of_values

Subject = tuple[str, ...] | str
"""An expression: a path as a tuple, anything else as its node in JSON."""

Facts = Mapping[Subject, Domain]
"""A conjunction: each subject has a value in its domain. Without any it always holds."""

MOST: Final = 64
"""Alternatives that are looked at; a condition with more of them is not judged."""

_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class TooManyWays(Exception):
    """A condition with more alternatives than are looked at: nothing is known of it."""


class Clash(NamedTuple):
    """Two demands on one expression that exclude each other, in words."""

    subject: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"`{self.subject}` cannot be {self.first} and {self.second} at once"


def ways(node: Node, outcome: bool = True, *, exactly: bool = True) -> list[Facts]:
    """The ways in which a condition is true (`outcome`), or with `exactly=False` anything but true, an error included.

    Raises TooManyWays.
    """
    if is_literal(node):
        return [{}] if (literal_value(node) is outcome) is exactly else []
    match node:
        case ["!", operand]:
            return ways(operand, not outcome, exactly=exactly)
        case ["&&" | "||" as sign, *terms]:
            parts = [ways(term, outcome, exactly=exactly) for term in terms]
            return all_of(parts) if (sign == "&&") is (outcome is exactly) else any_of(parts)
        case ["holds", operand, *_]:
            return ways(operand, True, exactly=outcome is exactly)
        case ["?:", condition, then, otherwise]:
            sides = [
                (ways(condition, value, exactly=exactly), ways(side, outcome, exactly=exactly))
                for value, side in ((True, then), (False, otherwise))
            ]
            return any_of(map(all_of, sides)) if exactly else all_of(map(any_of, sides))
    subject, true, false = _comparison(node)
    domain = true if outcome else false
    domain = domain if exactly else ~domain
    return [{subject: domain}] if domain else []


def all_of(parts: Iterable[list[Facts]]) -> list[Facts]:
    """The ways in which all of these are so. Raises TooManyWays."""
    found: list[Facts] = [{}]
    for alternatives in parts:
        joined = (both(one, other) for one in found for other in alternatives)
        found = _few([facts for facts in joined if facts is not None])
    return found


def any_of(parts: Iterable[list[Facts]]) -> list[Facts]:
    """The ways in which one of these is so. Raises TooManyWays."""
    return _few([facts for alternatives in parts for facts in alternatives])


def both(one: Facts, other: Facts) -> Facts | None:
    """Both conjunctions together; None when they exclude each other."""
    if not one or not other:
        return one or other
    joined = dict(one)
    for subject, domain in other.items():
        held = joined.get(subject)
        joined[subject] = domain if held is None else held & domain
        if not joined[subject]:
            return None
    return joined


def clash(nodes: Iterable[Node]) -> Clash | None:
    """The first two demands among conditions that are to hold together which exclude each other, if it is that simple."""
    demanded: dict[Subject, list[Domain]] = {}
    for term in (term for node in nodes for term in _terms(node)):
        try:
            alternatives = ways(term)
        except TooManyWays:
            continue
        for subject, domain in alternatives[0].items() if len(alternatives) == 1 else ():
            for before in demanded.get(subject, ()):
                if not before & domain and described(before) and described(domain):
                    return Clash(subject_text(subject), described(before), described(domain))
            demanded.setdefault(subject, []).append(domain)
    return None


def subject_text(subject: Subject) -> str:
    """A subject in CEL's notation."""
    return text_of(json.loads(subject)) if isinstance(subject, str) else ".".join(subject)


def subject_of(node: Node) -> Subject:
    """The name under which facts about an expression are kept."""
    return _path(node) or json.dumps(node)


def _terms(node: Node) -> Iterable[Node]:
    """The conditions that an `&&` chain is made of."""
    match node:
        case ["&&", *terms]:
            return [inner for term in terms for inner in _terms(term)]
        case ["holds", operand, *_]:
            return _terms(operand)
    return [node]


def _few(found: list[Facts]) -> list[Facts]:
    if len(found) > MOST:
        raise TooManyWays
    return found


def _comparison(node: list[Node]) -> tuple[Subject, Domain, Domain]:
    """The expression that a condition is about, what makes it true and what makes it false; the rest makes it err."""
    match node:
        case ["has", operand, field]:
            path = _path(operand)
            if path:
                return (*path, field), ANY_VALUE, ABSENT
        case ["==" | "!=" | "<" | "<=" | ">" | ">=" as sign, left, right]:
            if is_literal(left):
                sign, left, right = _MIRRORED[sign], right, left
            outcomes = _outcomes(sign, right) if is_literal(right) and not is_literal(left) else None
            if outcomes:
                return subject_of(left), *outcomes
        case ["in", operand, ["list", *items]] if all(map(is_literal, items)) and not is_literal(operand):
            among = of_values(map(literal_value, items))
            if among is not None:
                return subject_of(operand), among, ANY_VALUE & ~among
    return subject_of(node), TRUE, FALSE


def _outcomes(sign: str, literal: Node) -> tuple[Domain, Domain] | None:
    value = literal_value(literal)
    if sign not in ("==", "!="):
        return compared(sign, value)
    equal = NOTHING if value != value else of_values([value])  # NaN equals nothing
    if equal is None:
        return None
    return (equal, ANY_VALUE & ~equal) if sign == "==" else (ANY_VALUE & ~equal, equal)


def _path(node: Node) -> tuple[str, ...] | None:
    """A variable and the fields selected from it; None for anything else, optional selections among them."""
    match node:
        case ["var", name, *_]:
            return (name,)
        case ["get", operand, field, *_]:
            path = _path(operand)
            return (*path, field) if path else None
    return None
