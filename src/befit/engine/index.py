"""Finds the few rules that an event or a changed value can make true, among however many there are.

Each rule is filed under one requirement that its condition cannot do without: an equality (`event.properties.category
== "books"`: looked up by value) or a lower bound (`signals.views > 5`: rules in order of their bound, up to the value
at hand); one with `||` is filed under a requirement of each side. Rules without such a requirement are candidates every time. So the cost of an event grows with the rules that
can match it, not with the rules that exist.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from befit.cel.requirements import ways
from befit.engine.view import VARIABLES
from befit.model import Condition

R = TypeVar("R")


class Index(Generic[R]):
    """Rules filed by what they require. `order` of a candidate list is the order in which rules were given."""

    __slots__ = ("always", "bounds", "count", "equal", "repeats", "rules_always")

    def __init__(self, rules: Iterable[tuple[R, Condition | None]]) -> None:
        self.always: list[tuple[int, R]] = []
        self.equal: dict[tuple[str, ...], dict[Any, list[tuple[int, R]]]] = {}
        self.bounds: dict[tuple[str, ...], list[tuple[Any, int, R]]] = {}
        self.count = 0
        self.repeats = False
        for rule, condition in rules:
            self._file(rule, condition)
        for entries in self.bounds.values():
            entries.sort(key=lambda entry: (entry[0], entry[1]))
        self.rules_always = [rule for _, rule in self.always]

    def candidates(self, args: Sequence[Any]) -> list[R]:
        """The rules that may hold for these condition variables (in the order of `VARIABLES`), as they were given."""
        found: list[tuple[int, R]] = []
        for path, by_value in self.equal.items():
            value = look_up(path, args)
            if value is not None and value.__hash__ is not None:
                found += by_value.get(value, ())
        for path, entries in self.bounds.items():
            value = look_up(path, args)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                reached = bisect_right(entries, value, key=_bound)
                found += [entry[1:] for entry in entries[:reached]]
        if not found:
            return self.rules_always
        found += self.always
        found.sort(key=_order)
        if self.repeats:
            return list(dict(found).values())
        return [rule for _, rule in found]

    def _file(self, rule: R, condition: Condition | None) -> None:
        entry = (self.count, rule)
        self.count += 1
        filed = [] if condition is None else ways(condition.ast, VARIABLES)
        for way in filed:
            if way.values:
                by_value = self.equal.setdefault(way.path, {})
                for value in way.values:
                    by_value.setdefault(value, []).append(entry)
            else:
                self.bounds.setdefault(way.path, []).append((way.at_least, *entry))
        if not filed:
            self.always.append(entry)
        self.repeats = self.repeats or len(filed) > 1


def look_up(path: Sequence[str], args: Sequence[Any]) -> Any:
    """The value at a dotted path of the condition variables; None when there is none."""
    value = args[VARIABLES.index(path[0])]
    try:
        for key in path[1:]:
            value = value[key]
    except (KeyError, TypeError, IndexError):
        return None
    return value


def _order(entry: tuple[int, Any]) -> int:
    return entry[0]


def _bound(entry: tuple[Any, int, Any]) -> Any:
    return entry[0]
