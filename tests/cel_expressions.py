"""Random CEL expressions of a given type, and random values for their variables.

An expression grows from templates: `{int}` is a place for any expression of type int, and `@int` names a macro's variable
of that type, which may be used in what follows.
"""

from __future__ import annotations

import re
from typing import Any, Final

from hypothesis import strategies as st

from befit.cel import Duration, Timestamp, Type, UInt

SIGNALS: Final[dict[str, Type]] = {
    "i": "int", "none_int": "int", "d": "double", "s": "string", "t": "timestamp", "flag": "bool", "none": "bool",
}  # fmt: skip
TYPES: Final[dict[str, Type]] = {
    "signals": SIGNALS,
    "open": "map(string, dyn)",
    "x": "dyn",
    "y": "dyn",
    "b": "bool",
    "i": "int",
    "u": "uint",
    "d": "double",
    "s": "string",
    "t": "timestamp",
    "r": "duration",
    "ints": "list(int)",
    "texts": "list(string)",
    "m": "map(string, int)",
}
"""The variables of the expressions."""

ROOTS: Final = ("bool", "bool", "bool", "int", "double", "string", "ints", "dyn")
"""Types of whole expressions, conditions above all."""

INTS: Final = (0, 1, -1, 2, 7, 1000, 2**53, 2**53 + 1, 2**63 - 1, -(2**63) + 1)
DOUBLES: Final = (0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 3.0, 1e18, 9007199254740993.0, 1e300)
TEXTS: Final = ("", "a", "b", "ab", "é", "5", "1.5", "true", "2020-01-01T00:00:00Z", "1h", "a,b")
MOMENTS: Final = (0, 1_577_836_800_000_000_005, -(10**18))
LENGTHS: Final = (0, 3_600_000_000_000, -1_500_000_000, 7)

TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "bool": (
        "({bool} && {bool})", "({bool} || {bool})", "({dyn} && {bool})", "({bool} || {dyn})", "!{bool}", "!{dyn}",
        "({bool} ? {bool} : {bool})", "({dyn} ? {bool} : {bool})",
        "({int} < {int})", "({double} >= {double})", "({string} > {string})", "({time} <= {time})", "({span} > {span})",
        "({uint} < {uint})", "({dyn} < {int})", "({double} > {dyn})", "({dyn} <= {string})", "({dyn} >= {dyn})",
        "({int} == {int})", "({double} != {double})", "({string} == {string})", "({time} == {time})", "({span} != {span})",
        "({ints} == {ints})", "({bool} == {bool})", "({dyn} == {int})", "({dyn} != {double})", "({dyn} == {string})", "({dyn} == {bool})",
        "({dyn} == null)", "({dyn} == {dyn})", "({dyn} != {dyn})",
        "({int} in {ints})", "({string} in {texts})", "({string} in {map})", "({dyn} in {texts})", "({dyn} in {dyn})",
        "({string} in {dyn})",
        "has(signals.i)", "has(signals.none)", "has(m.a)", "has(open.deep.a)", "has(x.a)", "signals.flag", "signals.none",
        "{ints}.all(@int, {bool})", "{texts}.exists(@string, {bool})", "{dyn}.exists(@dyn, {bool})", "{map}.all(@string, {bool})",
        "{ints}.exists_one(@int, {bool})", "{dyn}.all(@dyn, {bool})",
        "{string}.contains({string})", "{string}.startsWith({string})", "{dyn}.endsWith({string})", '{string}.matches("^a+$")',
        "m.?a.hasValue()", "ints[?{int}].hasValue()", "math.isNaN({double})", '{string}.matches("(?i)[^B]b|É$")',
    ),
    "int": (
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / {int})", "({int} % {int})", "-{int}",
        "({dyn} + {int})", "size({string})", "size({ints})", "size({map})", "size({dyn})", "{ints}[{int}]", "{map}[{string}]",
        "int({double})", "int({string})", "int({uint})", "int({time})", "({bool} ? {int} : {int})", "signals.i", "signals.none_int",
        "m.?a.orValue({int})", "optional.of({int}).orValue({int})", "signals.?none_int.orValue({int})",
        "math.greatest({int}, {int})", "math.bitXor({int}, {int})", "{string}.indexOf({string})",
        "{time}.getHours()", '{time}.getDayOfYear("America/New_York")', '{time}.getDate("+05:30")', "{span}.getMinutes()",
        "cel.bind(@int, {int}, {int})",
        "{string}.lastIndexOf({string})", "{string}.indexOf({string}, {int})", "math.bitShiftLeft({int}, {int})", "math.abs({int})",
        "math.least([{int}, {int}])", "int({dyn})", '{time}.getFullYear("Europe/Berlin")', "{time}.getMilliseconds()", "{span}.getMilliseconds()",
    ),
    "uint": (
        "({uint} + {uint})", "({uint} - {uint})", "({uint} / {uint})", "uint({int})", "uint({double})", "uint({string})",
        "({uint} * {uint})", "math.bitAnd({uint}, {uint})", "math.bitShiftRight({uint}, {int})",
    ),
    "double": (
        "({double} + {double})", "({double} * {double})", "({double} / {double})", "-{double}", "double({int})", "double({string})",
        "math.ceil({double})", "math.round({double})", "math.sign({double})", "({bool} ? {double} : {double})", "signals.d",
        "math.floor({double})", "math.trunc({double})", "math.sqrt({double})", "math.greatest({double}, {double})",
    ),
    "string": (
        "({string} + {string})", "string({int})", "string({uint})", "string({bool})", "string({time})", "string({span})",
        "{string}.upperAscii()", "{string}.substring({int})", "{string}.charAt({int})", "{string}.replace({string}, {string})",
        "{texts}.join({string})", "{texts}[{int}]", "({bool} ? {string} : {string})", "signals.s",
        "cel.bind(@string, {string}, {string})",
        "string({double})", "{string}.lowerAscii()", "{string}.trim()", "{string}.reverse()", "strings.quote({string})",
        "{string}.substring({int}, {int})", "{string}.replace({string}, {string}, {int})", "base64.encode(bytes({string}))",
        '"%s %d".format([{string}, {int}])', '"%s %.2f %e".format([{dyn}, {double}, {double}])', '"%x".format([{dyn}])',
    ),
    "time": ("({time} + {span})", "({time} - {span})", "timestamp({int})", "timestamp({string})", "signals.t"),
    "span": ("({span} + {span})", "({span} - {span})", "({time} - {time})", "duration({string})", "duration({dyn})"),
    "ints": ("[{int}, {int}]", "({ints} + {ints})", "{ints}.map(@int, {int})", "{ints}.filter(@int, {bool})", "{ints}.map(@int, {bool}, {int})"),
    "texts": ("[{string}, {string}]", "{string}.split({string})", "({texts} + {texts})", "{string}.split({string}, {int})"),
    "map": ('{{"a": {int}}}', "{{{string}: {int}, {string}: {int}}}"),
    "dyn": (
        "dyn({int})", "dyn({double})", "dyn({string})", "dyn({bool})", "dyn({uint})", "dyn({ints})", "dyn({map})", "dyn({span})",
        "({dyn} + {dyn})", "({dyn} / {dyn})", "{dyn}.a", "{dyn}[{dyn}]", "({bool} ? {dyn} : {dyn})", "[{int}, {string}][{int}]",
        "{{true: {int}, 1: {string}}}[{dyn}]", "{dyn}.map(@dyn, {dyn})", "dyn({time})", "dyn({texts})", "{dyn}.filter(@dyn, {bool})",
    ),
}  # fmt: skip
LEAVES: Final[dict[str, tuple[str, ...]]] = {
    "bool": ("true", "false", "b"),
    "int": ("i", *map(str, INTS)),
    "uint": ("u", "0u", "5u"),
    "double": ("d", *map(repr, DOUBLES)),
    "string": ("s", *(f'"{text}"' for text in TEXTS)),
    "time": ("t", 'timestamp("2020-02-29T12:34:56.789Z")'),
    "span": ("r", 'duration("1h")', 'duration("-1.5s")'),
    "ints": ("ints", "[]", "[1, 2]"),
    "texts": ("texts", '["a", "b"]'),
    "map": ("m", '{"a": 1}'),
    "dyn": ("x", "y", "open.a", "open.none", "open.deep.a", "x.a", "null"),
}
_PLACE: Final = re.compile(r"\{(\w+)\}|@(\w+)|(\{\{)|(\}\})")


@st.composite
def expressions(draw: st.DrawFn, type_: str, depth: int, scope: tuple[tuple[str, str], ...] = ()) -> str:
    """An expression of a type, at most `depth` templates deep."""
    bound = tuple(name for name, kind in scope if kind == type_)
    if depth == 0 or draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(bound + LEAVES[type_]))
    parts, position = [], 0
    template = draw(st.sampled_from(TEMPLATES[type_]))
    for match in _PLACE.finditer(template):
        parts.append(template[position : match.start()])
        position = match.end()
        if match[1]:
            parts.append(draw(expressions(match[1], depth - 1, scope)))
        elif match[2]:
            scope = (*scope, (f"v{len(scope)}", match[2]))
            parts.append(scope[-1][0])
        else:
            parts.append("{" if match[3] else "}")
    return "".join([*parts, template[position:]])


JSON: Final = st.recursive(
    st.sampled_from((None, True, False, *INTS, *DOUBLES, *TEXTS)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def activations(draw: st.DrawFn) -> dict[str, Any]:
    """A value for every variable; some fields are missing."""
    some = {
        "i": draw(st.sampled_from(INTS)),
        "d": draw(st.sampled_from(DOUBLES)),
        "s": draw(st.sampled_from(TEXTS)),
        "t": Timestamp(draw(st.sampled_from(MOMENTS))),
        "flag": draw(st.booleans()),
    }
    return {
        "signals": {name: value for name, value in some.items() if draw(st.integers(0, 3))},
        "open": draw(
            st.fixed_dictionaries({}, optional={"a": JSON, "deep": st.fixed_dictionaries({}, optional={"a": JSON})})
        ),
        "x": draw(JSON),
        "y": draw(JSON),
        "b": draw(st.booleans()),
        "i": draw(st.sampled_from(INTS)),
        "u": UInt(draw(st.sampled_from((0, 1, 5, 2**63 + 5)))),
        "d": draw(st.sampled_from(DOUBLES)),
        "s": draw(st.sampled_from(TEXTS)),
        "t": Timestamp(draw(st.sampled_from(MOMENTS))),
        "r": Duration(draw(st.sampled_from(LENGTHS))),
        "ints": draw(st.lists(st.sampled_from(INTS), max_size=3)),
        "texts": draw(st.lists(st.sampled_from(TEXTS), max_size=3)),
        "m": draw(st.dictionaries(st.sampled_from("ab"), st.sampled_from(INTS), max_size=2)),
    }
