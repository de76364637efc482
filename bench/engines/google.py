"""Google's C++ evaluator of CEL (cel-expr-python): one evaluation a rule, or one for all rules together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]

from bench.engines import befit
from bench.engines.rules import INTS, NUMBERS, TEXTS, Profile, Test

TOGETHER = 1_000

FLAT = {
    **dict.fromkeys(INTS, cel.Type.INT),
    **dict.fromkeys(NUMBERS, cel.Type.DOUBLE),
    **dict.fromkeys(TEXTS, cel.Type.STRING),
    "tags": cel.Type.List(cel.Type.STRING),
}
NESTED = {
    **dict.fromkeys(("profile", "page", "signals"), cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
    "tags": cel.Type.List(cel.Type.STRING),
}


class Converting:
    """Each evaluation is given the profile as Python data: faster with four nested variables than with sixty."""

    def __init__(self, rules: Sequence[Test]) -> None:
        environment = cel.NewEnv(variables=NESTED)
        self.expressions = [(number, environment.compile(befit.cel(rule))) for number, rule in enumerate(rules)]

    def prepared(self, profile: Profile) -> dict[str, Any]:
        """The profile as nested data."""
        return befit.nested(profile)

    def holding(self, prepared: dict[str, Any]) -> list[int]:
        """The rules that hold."""
        return [number for number, expression in self.expressions if expression.eval(data=prepared).value()]


class Activated:
    """Each evaluation is given an activation made beforehand: faster with sixty typed variables than with four maps."""

    def __init__(self, rules: Sequence[Test]) -> None:
        self.environment = cel.NewEnv(variables=FLAT)
        self.expressions = [
            (number, self.environment.compile(befit.cel(rule, str))) for number, rule in enumerate(rules)
        ]

    def prepared(self, profile: Profile) -> Any:
        """The activation."""
        return self.environment.Activation(profile)

    def holding(self, prepared: Any) -> list[int]:
        """The rules that hold."""
        return [number for number, expression in self.expressions if expression.eval(prepared).value()]


class Together:
    """The rules are the items of list expressions, as many in each as its limit of 100,000 characters allows.

    The activation is made once a profile, and that is timed.
    """

    def __init__(self, rules: Sequence[Test]) -> None:
        self.environment = cel.NewEnv(variables=FLAT)
        self.lists = [
            (first, self.environment.compile(", ".join(befit.cel(rule, str) for rule in part).join("[]")))
            for first in range(0, len(rules), TOGETHER)
            if (part := rules[first : first + TOGETHER])
        ]

    def prepared(self, profile: Profile) -> Profile:
        """The profile itself."""
        return profile

    def holding(self, prepared: Profile) -> list[int]:
        """The rules that hold."""
        activation = self.environment.Activation(prepared)
        return [
            number
            for first, expression in self.lists
            for number, holds in enumerate(expression.eval(activation).plain_value(), first)
            if holds
        ]
