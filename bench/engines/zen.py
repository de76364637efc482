"""GoRules' ZEN engine (Rust): the rules as one list expression, or as the rows of a decision table.

One evaluation a rule would convert the profile each time, which costs many times what the evaluation does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bench.engines.measure import peer
from bench.engines.rules import TEXTS, Profile, Test


def text(test: Test) -> str:
    """A rule in the ZEN expression language."""
    match test:
        case ("==" | "!=" | ">=" | "<" | "in") as operator, field, operand:
            return f"{field} {operator} {json.dumps(operand)}"
        case "has", field, item:
            return f"{json.dumps(item)} in {field}"
        case "starts", field, part:
            return f"startsWith({field}, {json.dumps(part)})"
        case "contains", field, part:
            return f"contains({field}, {json.dumps(part)})"
        case "not", inner:
            return f"not ({text(inner)})"
        case operator, *tests:
            return "(" + f" {operator} ".join(text(inner) for inner in tests) + ")"
    raise ValueError(test)


class Together:
    """All rules are the items of one compiled list expression."""

    def __init__(self, rules: Sequence[Test]) -> None:
        items = ", ".join(text(rule) for rule in rules)
        self.expression = peer("zen").compile_expression(f"[{items}]")

    def prepared(self, profile: Profile) -> Profile:
        """The profile itself."""
        return profile

    def holding(self, prepared: Profile) -> list[int]:
        """The rules that hold."""
        return [number for number, holds in enumerate(self.expression.evaluate(prepared)) if holds]


def row(number: int, rule: Test) -> dict[str, str]:
    """A rule as a row of the table: equalities under their fields, which the engine indexes, the rest as a condition."""
    cells = {"_id": str(number), "rule": str(number)}
    conditions = []
    for test in rule[1:] if rule[0] == "and" else [rule]:
        operator, field = test[:2]
        if operator in ("==", "in") and field not in cells:
            cells[field] = json.dumps(test[2]).strip("[]")
        else:
            conditions.append(text(test))
    return cells | ({"when": " and ".join(conditions)} if conditions else {})


class Table:
    """A decision table that collects the number of every row that holds."""

    def __init__(self, rules: Sequence[Test]) -> None:
        columns = [{"id": field, "name": field, "field": field, "type": "expression"} for field in TEXTS]
        table = {
            "hitPolicy": "collect",
            "inputs": [*columns, {"id": "when", "name": "when", "type": "expression"}],
            "outputs": [{"id": "rule", "name": "rule", "field": "rule", "type": "expression"}],
            "rules": [row(number, rule) for number, rule in enumerate(rules)],
        }
        nodes = [("in", "inputNode", {}), ("table", "decisionTableNode", table), ("out", "outputNode", {})]
        graph = {
            "contentType": "application/vnd.gorules.decision",
            "nodes": [
                {"id": name, "name": name, "type": kind, "content": content, "position": {"x": 0, "y": 0}}
                for name, kind, content in nodes
            ],
            "edges": [
                {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
                for source, target in (("in", "table"), ("table", "out"))
            ],
        }
        self.decision = peer("zen").ZenEngine().create_decision(json.dumps(graph))

    def prepared(self, profile: Profile) -> Profile:
        """The profile itself."""
        return profile

    def holding(self, prepared: Profile) -> list[int]:
        """The rules that hold."""
        return [row["rule"] for row in self.decision.evaluate(prepared)["result"]]
