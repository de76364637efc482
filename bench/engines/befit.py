"""befit: conditions compiled to Python functions, asked one by one, or only those that the index finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from befit.cel import Checked, Environment, Type, compile_condition
from befit.engine.index import Index
from befit.engine.view import VARIABLES
from befit.model import Condition
from bench.engines.rules import FIELDS, INTS, NUMBERS, TEXTS, Profile, Test

TRAITS = ("plan", "country", "city", "language", "segment", "campaign", "source", "device", "browser", "os")
PAGE = ("path", "page_type", "page_category", "page_price")
SIGNALS = tuple(field for field in FIELDS if field not in (*TRAITS, *PAGE, "tags"))
TYPES = {**dict.fromkeys(INTS, "int"), **dict.fromkeys(NUMBERS, "double"), **dict.fromkeys(TEXTS, "string")}
PATHS = {
    **{field: f"profile.traits.{field}" for field in TRAITS},
    **{field: f"page.{field}" for field in PAGE},
    **{field: f"signals.{field}" for field in SIGNALS},
    "tags": "tags",
}

Numbered = tuple[int, Callable[..., bool]]


def cel(test: Test, path: Callable[[str], str] = PATHS.__getitem__) -> str:
    """A rule in CEL; `path` says where a field is."""
    match test:
        case ("==" | "!=" | ">=" | "<" | "in") as operator, field, operand:
            return f"{path(field)} {operator} {json.dumps(operand)}"
        case "has", field, item:
            return f"{json.dumps(item)} in {path(field)}"
        case "starts", field, text:
            return f"{path(field)}.startsWith({json.dumps(text)})"
        case "contains", field, text:
            return f"{path(field)}.contains({json.dumps(text)})"
        case "not", inner:
            return f"!({cel(inner, path)})"
        case operator, *tests:
            return "(" + (" && " if operator == "and" else " || ").join(cel(inner, path) for inner in tests) + ")"
    raise ValueError(test)


def nested(profile: Profile) -> dict[str, Any]:
    """The profile as befit's conditions see one."""
    return {
        "profile": {"traits": {field: profile[field] for field in TRAITS}},
        "page": {field: profile[field] for field in PAGE},
        "signals": {field: profile[field] for field in SIGNALS},
        "tags": profile["tags"],
    }


@cache
def checked(rules: tuple[Test, ...]) -> list[tuple[Checked, Numbered]]:
    """The rules, checked against the types of their fields and compiled, with their numbers."""
    variables: dict[str, Type] = {
        "profile": {"traits": {field: TYPES[field] for field in TRAITS}},
        "page": {field: TYPES[field] for field in PAGE},
        "signals": {field: TYPES[field] for field in SIGNALS},
        "tags": "list(string)",
    }
    environment = Environment(variables)
    conditions = [environment.check(cel(rule), "bool") for rule in rules]
    return [(rule, (number, compile_condition(rule.ast, VARIABLES).test)) for number, rule in enumerate(conditions)]


class OneByOne:
    """Every condition is tested."""

    def __init__(self, rules: Sequence[Test]) -> None:
        self.tests = [numbered for _, numbered in checked(tuple(rules))]

    def prepared(self, profile: Profile) -> tuple[Any, ...]:
        """The variables of a condition, by position."""
        values = nested(profile)
        return tuple(values.get(name, {}) for name in VARIABLES)

    def holding(self, prepared: tuple[Any, ...]) -> list[int]:
        """The rules that hold."""
        return [number for number, test in self.tests if test(*prepared)]


class Indexed(OneByOne):
    """Only the conditions that the index finds are tested: what a fold does."""

    def __init__(self, rules: Sequence[Test]) -> None:
        self.index: Index[Numbered] = Index(
            (numbered, Condition(source=rule.source, ast=rule.ast, type=rule.type, where=""))
            for rule, numbered in checked(tuple(rules))
        )

    def holding(self, prepared: tuple[Any, ...]) -> list[int]:
        """The rules that hold."""
        return [number for number, test in self.index.candidates(prepared) if test(*prepared)]


def looked_at(rules: Sequence[Test], profiles: Sequence[Profile]) -> float:
    """The share of the rules that the index finds, over all profiles."""
    indexed = Indexed(rules)
    found = sum(len(indexed.index.candidates(indexed.prepared(profile))) for profile in profiles)
    return found / len(rules) / len(profiles)
