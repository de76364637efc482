"""GrowthBook's `evalCondition` (Python): targeting conditions in its JSON, parsed beforehand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bench.engines.measure import peer
from bench.engines.rules import Profile, Test

OPERATORS = {"!=": "$ne", ">=": "$gte", "<": "$lt"}


def condition(test: Test) -> dict[str, Any]:
    """A rule as a condition. What must hold together stands in one object, as long as no field comes twice."""
    match test:
        case "==", field, operand:
            return {field: operand}
        case ("!=" | ">=" | "<") as operator, field, operand:
            return {field: {OPERATORS[operator]: operand}}
        case "in", field, operands:
            return {field: {"$in": list(operands)}}
        case "has", field, item:
            return {field: {"$in": [item]}}
        case "starts", field, text:
            return {field: {"$regex": f"^{re.escape(text)}"}}
        case "contains", field, text:
            return {field: {"$regex": re.escape(text)}}
        case "not", inner:
            return {"$not": condition(inner)}
        case "or", *tests:
            return {"$or": [condition(inner) for inner in tests]}
        case "and", *tests:
            together = [condition(inner) for inner in tests]
            merged = {key: value for part in together for key, value in part.items()}
            return merged if len(merged) == sum(map(len, together)) else {"$and": together}
    raise ValueError(test)


class GrowthBook:
    """Every condition is evaluated."""

    def __init__(self, rules: Sequence[Test]) -> None:
        self.evaluate = peer("growthbook.core").evalCondition
        self.conditions = [(number, condition(rule)) for number, rule in enumerate(rules)]

    def prepared(self, profile: Profile) -> Profile:
        """The profile itself: its attributes."""
        return profile

    def holding(self, prepared: Profile) -> list[int]:
        """The rules that hold."""
        evaluate = self.evaluate
        return [number for number, condition in self.conditions if evaluate(prepared, condition)]
