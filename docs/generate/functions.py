"""The functions that conditions may call, from `befit.cel.functions`: how each is written, and an example with its value.

The checker itself is asked whether `f(x)` or `x.f()` is right. A function without an example, and an example without a
function, is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from befit.cel import CelError, Environment, evaluate, to_json
from befit.cel.functions import FUNCTIONS
from befit.cel.overload import Overload
from docs.generate.table import code, table

OPERATORS: Final = frozenset(
    ("+", "-", "*", "/", "%", "neg", "<", "<=", ">", ">=", "==", "!=", "in", "[]", "[?]", "?.", "!")
)
"""Written between or before their operands; the page has its own table of them."""

KINDS: Final = {
    "any": "dyn",
    "list": "list(dyn)",
    "map": "map(string, dyn)",
    **{kind: kind for kind in ("bool", "bytes", "double", "duration", "int", "string", "timestamp", "uint")},
}
"""Kinds of arguments, and the types of the variables that stand for them when the checker is asked."""

_NOON: Final = 'timestamp("2026-01-31T12:30:15.250Z")'

EXAMPLES: Final = {
    "size": 'size("befit")',
    "int": 'int("42")',
    "uint": "uint(42)",
    "double": "double(42)",
    "string": "string(4.50)",
    "bytes": 'size(bytes("é"))',
    "bool": 'bool("true")',
    "timestamp": 'timestamp("2026-01-31T12:00:00+01:00")',
    "duration": 'duration("1h30m")',
    "dyn": "dyn(1) == 1.0",
    "type": "type(1.5) == double",
    "optional.of": "optional.of(1).hasValue()",
    "optional.none": "optional.none().hasValue()",
    "optional.ofNonZeroValue": 'optional.ofNonZeroValue("").hasValue()',
    "hasValue": '{"a": 1}[?"b"].hasValue()',
    "value": '{"a": 1}[?"a"].value()',
    "first": "[3, 4].first().value()",
    "last": "[3, 4].last().value()",
    "contains": '"befit".contains("fit")',
    "startsWith": '"befit".startsWith("be")',
    "endsWith": '"befit".endsWith("fit")',
    "matches": '"order-17".matches("^order-[0-9]+$")',
    "charAt": '"befit".charAt(2)',
    "indexOf": '"befit".indexOf("f")',
    "lastIndexOf": '"a-b-c".lastIndexOf("-")',
    "substring": '"befit".substring(2)',
    "lowerAscii": '"BeFit".lowerAscii()',
    "upperAscii": '"BeFit".upperAscii()',
    "replace": '"a b c".replace(" ", "-")',
    "split": '"a,b".split(",")',
    "trim": '" befit ".trim()',
    "reverse": '"befit".reverse()',
    "format": '"%s costs %.2f".format(["lamp", 5.0])',
    "join": '["a", "b"].join("-")',
    "strings.quote": 'strings.quote("a\\"b")',
    "base64.encode": 'base64.encode(b"befit")',
    "base64.decode": 'string(base64.decode("YmVmaXQ="))',
    "math.greatest": "math.greatest(3, 7)",
    "math.least": "math.least([3, 7, 5])",
    "math.bitAnd": "math.bitAnd(6, 3)",
    "math.bitOr": "math.bitOr(6, 3)",
    "math.bitXor": "math.bitXor(6, 3)",
    "math.bitNot": "math.bitNot(6)",
    "math.bitShiftLeft": "math.bitShiftLeft(6, 1)",
    "math.bitShiftRight": "math.bitShiftRight(6, 1)",
    "math.ceil": "math.ceil(1.2)",
    "math.floor": "math.floor(1.8)",
    "math.trunc": "math.trunc(-1.8)",
    "math.round": "math.round(2.5)",
    "math.abs": "math.abs(-3)",
    "math.sign": "math.sign(-3)",
    "math.isNaN": "math.isNaN(0.0 / 0.0)",
    "math.isInf": "math.isInf(1.0 / 0.0)",
    "math.isFinite": "math.isFinite(1.5)",
    "math.sqrt": "math.sqrt(9)",
    "getFullYear": f"{_NOON}.getFullYear()",
    "getMonth": f"{_NOON}.getMonth()",
    "getDayOfMonth": f"{_NOON}.getDayOfMonth()",
    "getDate": f"{_NOON}.getDate()",
    "getDayOfYear": f"{_NOON}.getDayOfYear()",
    "getDayOfWeek": f"{_NOON}.getDayOfWeek()",
    "getHours": f'{_NOON}.getHours("Europe/Berlin")',
    "getMinutes": 'duration("1h30m").getMinutes()',
    "getSeconds": 'duration("1h30m").getSeconds()',
    "getMilliseconds": f"{_NOON}.getMilliseconds()",
}


def functions() -> str:
    """Every function: its forms, and an example with its value. Raises ValueError when an example is missing or too much."""
    if odd := (FUNCTIONS.keys() - OPERATORS) ^ EXAMPLES.keys():
        raise ValueError(f"functions and examples differ: {sorted(odd)}")
    rows = []
    for name, example in EXAMPLES.items():
        value = json.dumps(to_json(evaluate(example, {})), ensure_ascii=False)
        rows.append(["<br>".join(map(code, forms(name))), code(example), code(value)])
    return table(["function", "for example", "gives"], rows)


def forms(name: str) -> Iterator[str]:
    """How the function may be written, one line for each number of arguments and style."""
    environment = Environment({f"a_{kind}": type_ for kind, type_ in KINDS.items()})
    grouped: dict[tuple[bool, int], list[Overload]] = {}
    for overload in FUNCTIONS[name]:
        arguments = [f"a_{kind}" if kind in KINDS else "optional.of(a_any)" for kind in overload.kinds]
        styles = [style for style in (False, True) if _checks(environment, name, arguments, style)]
        if not styles:
            raise ValueError(f"the checker takes {name} neither as a function nor as a method")
        for style in styles:
            grouped.setdefault((style, len(arguments)), []).append(overload)
    for (style, _), overloads in grouped.items():
        arguments = [_either([each.kinds[place] for each in overloads]) for place in range(len(overloads[0].kinds))]
        yield f"{_call(name, arguments, style)}: {_either([each.result for each in overloads])}"


def _checks(environment: Environment, name: str, arguments: Sequence[str], as_method: bool) -> bool:
    if as_method and not arguments:
        return False
    try:
        environment.check(_call(name, arguments, as_method))
    except CelError:
        return False
    return True


def _call(name: str, arguments: Sequence[str], as_method: bool) -> str:
    if as_method:
        return f"{arguments[0]}.{name}({', '.join(arguments[1:])})"
    return f"{name}({', '.join(arguments)})"


def _either(words: Sequence[str]) -> str:
    return "/".join(dict.fromkeys(words))
