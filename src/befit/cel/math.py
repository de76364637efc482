"""CEL's math extension: greatest, least, rounding, classification and bits.

Source: the math extension of cel-go and cel-cpp. Doubles follow IEEE 754; ints and uints have 64 bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any, Final

from befit.cel.operators import NUMERIC
from befit.cel.overload import Overload, row
from befit.cel.values import INT_MIN, UINT_MAX, UInt, integer, kind
from befit.errors import EvaluationError


def _greater(left: Any, right: Any) -> Any:
    return right if _number(left, right) < _number(right, left) else left


def _less(left: Any, right: Any) -> Any:
    return right if _number(right, left) < _number(left, right) else left


def _number(value: Any, beside: Any) -> Any:
    """An int is rounded to a double before it is compared with one."""
    return float(value) if isinstance(beside, float) else value


def _over_list(choose: Callable[[Any, Any], Any]) -> Callable[[list[Any]], Any]:
    def chosen(values: list[Any]) -> Any:
        if not values or not all(kind(value) in NUMERIC for value in values):
            raise EvaluationError("greatest and least need numbers, and at least one")
        best = values[0]
        for value in values[1:]:
            best = choose(best, value)
        return best

    return chosen


def _choices() -> list[Overload]:
    rows = []
    for function, short, choose in (("math.greatest", "max", _greater), ("math.least", "min", _less)):
        for name in ("int", "uint", "double"):
            rows.append(row(f"math_@{short}_{name}", function, name, name, lambda value: value))
            rows.append(row(f"math_@{short}_list_{name}", function, "list", "dyn", _over_list(choose)))
        for left, right in product(("int", "uint", "double"), repeat=2):
            result = left if left == right else "dyn"
            rows.append(row(f"math_@{short}_{left}_{right}", function, f"{left} {right}", result, choose))
    return rows


def _round(value: float) -> float:
    """Halves go away from zero."""
    if not math.isfinite(value) or abs(value) >= 2**52:
        return value
    whole = math.floor(abs(value))
    return math.copysign(whole + (abs(value) - whole >= 0.5), value)


def _integral(apply: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: math.copysign(float(apply(value)), value) if math.isfinite(value) else value


def _sign(value: float) -> float:
    return value if math.isnan(value) else float((value > 0) - (value < 0))


def _sqrt(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _signed(bits: int) -> int:
    bits &= UINT_MAX
    return bits - 2**64 if bits > -INT_MIN - 1 else bits


def _shift(left: bool, wrap: Callable[[int], int]) -> Callable[[int, int], int]:
    def shifted(value: int, by: int) -> int:
        if by < 0:
            raise EvaluationError(f"negative shift: {by}")
        bits = int(value) & UINT_MAX
        return wrap((bits << by if left else bits >> by) & UINT_MAX if by < 64 else 0)

    return shifted


def _bits() -> list[Overload]:
    rows = []
    for name, wrap in (("int", _signed), ("uint", UInt)):
        both, pair = f"{name} {name}", f"{name}_{name}"
        rows += [
            row(f"math_bitAnd_{pair}", "math.bitAnd", both, name, lambda a, b, wrap=wrap: wrap(int(a) & int(b))),
            row(f"math_bitOr_{pair}", "math.bitOr", both, name, lambda a, b, wrap=wrap: wrap(int(a) | int(b))),
            row(f"math_bitXor_{pair}", "math.bitXor", both, name, lambda a, b, wrap=wrap: wrap(int(a) ^ int(b))),
            row(f"math_bitNot_{pair}", "math.bitNot", name, name, lambda a, wrap=wrap: wrap(~int(a) & UINT_MAX)),
            row(f"math_bitShiftLeft_{name}_int", "math.bitShiftLeft", f"{name} int", name, _shift(True, wrap)),
            row(f"math_bitShiftRight_{name}_int", "math.bitShiftRight", f"{name} int", name, _shift(False, wrap)),
        ]
    return rows


OVERLOADS: Final = [
    *_choices(),
    *_bits(),
    row("math_ceil_double", "math.ceil", "double", "double", _integral(math.ceil)),
    row("math_floor_double", "math.floor", "double", "double", _integral(math.floor)),
    row("math_trunc_double", "math.trunc", "double", "double", _integral(math.trunc)),
    row("math_round_double", "math.round", "double", "double", _round),
    row("math_abs_int", "math.abs", "int", "int", lambda value: integer(abs(value))),
    row("math_abs_uint", "math.abs", "uint", "uint", lambda value: value),
    row("math_abs_double", "math.abs", "double", "double", abs, "abs({0})"),
    row("math_sign_int", "math.sign", "int", "int", lambda value: (value > 0) - (value < 0)),
    row("math_sign_uint", "math.sign", "uint", "uint", lambda value: UInt(value > 0)),
    row("math_sign_double", "math.sign", "double", "double", _sign),
    row("math_isNaN_double", "math.isNaN", "double", "bool", math.isnan),
    row("math_isInf_double", "math.isInf", "double", "bool", math.isinf),
    row("math_isFinite_double", "math.isFinite", "double", "bool", math.isfinite),
    row("math_sqrt_int", "math.sqrt", "int", "double", _sqrt),
    row("math_sqrt_uint", "math.sqrt", "uint", "double", _sqrt),
    row("math_sqrt_double", "math.sqrt", "double", "double", _sqrt),
]
