"""rule-engine (Python): a `Rule` for each rule, parsed once, or one for all rules together.

Its optional types are left out: with them every rule took longer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bench.engines.measure import peer
from bench.engines.rules import Profile, Test


def text(test: Test) -> str:
    """A rule in rule-engine's language."""
    match test:
        case ("==" | "!=" | ">=" | "<" | "in") as operator, field, operand:
            return f"{field} {operator} {json.dumps(operand)}"
        case (("has" | "contains"), field, item):
            return f"{json.dumps(item)} in {field}"
        case "starts", field, part:
            return f"{field}.starts_with({json.dumps(part)})"
        case "not", inner:
            return f"not ({text(inner)})"
        case operator, *tests:
            return "(" + f" {operator} ".join(text(inner) for inner in tests) + ")"
    raise ValueError(test)


class RuleEngine:
    """Every rule is matched."""

    def __init__(self, rules: Sequence[Test]) -> None:
        rule_class = peer("rule_engine").Rule
        self.rules = [(number, rule_class(text(rule))) for number, rule in enumerate(rules)]

    def prepared(self, profile: Profile) -> Profile:
        """The profile itself."""
        return profile

    def holding(self, prepared: Profile) -> list[int]:
        """The rules that hold."""
        return [number for number, rule in self.rules if rule.matches(prepared)]


class Together:
    """All rules are the items of one list expression."""

    def __init__(self, rules: Sequence[Test]) -> None:
        self.rule = peer("rule_engine").Rule(", ".join(map(text, rules)).join("[]"))

    def prepared(self, profile: Profile) -> Profile:
        """The profile itself."""
        return profile

    def holding(self, prepared: Profile) -> list[int]:
        """The rules that hold."""
        return [number for number, holds in enumerate(self.rule.evaluate(prepared)) if holds]
