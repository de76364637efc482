"""CEL, the language of conditions: Google's checker in; Python functions and portable JSON out.

env = Environment({"signals": {"clicks": "int"}, "tags": "list(string)"})
checked = env.check('signals.clicks > 2 && "vip" in tags', expect="bool")
condition = compile_condition(checked.ast, ["signals", "tags"])
condition.test({"clicks": 3}, ["vip"])      # True
"""

from collections.abc import Mapping
from typing import Any

from befit.cel.choice import compile_choice
from befit.cel.compiled import Compiled, compile_condition
from befit.cel.environment import Checked, Environment
from befit.cel.evaluate import to_json, walk
from befit.cel.explain import Explanation
from befit.cel.requirements import Requirement, requirements
from befit.cel.types import Type
from befit.cel.values import Duration, NoSuchKey, Timestamp, UInt
from befit.errors import CelError, EvaluationError


def evaluate(source: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression over JSON-like variables, all of type dyn. Raises CelError, and EvaluationError when it errs."""
    checked = Environment(dict.fromkeys(variables, "dyn")).check(source)
    return walk(checked.ast, variables)


__all__ = [
    "CelError",
    "Checked",
    "Compiled",
    "Duration",
    "Environment",
    "EvaluationError",
    "Explanation",
    "NoSuchKey",
    "Requirement",
    "Timestamp",
    "Type",
    "UInt",
    "compile_choice",
    "compile_condition",
    "evaluate",
    "requirements",
    "to_json",
]
