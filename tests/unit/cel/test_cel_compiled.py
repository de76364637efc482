"""Compiled conditions: the fast path, missing values, and CEL's rules where Python's differ."""

from __future__ import annotations

import json
from typing import Any

import pytest

from befit.cel import (
    CelError,
    Compiled,
    Duration,
    Environment,
    EvaluationError,
    Timestamp,
    Type,
    UInt,
    compile_condition,
)

TYPES: dict[str, Type] = {
    "signals": {"x": "int", "y": "int", "ratio": "double", "seen": "timestamp", "dwell": "duration", "ok": "bool"},
    "event": {"name": "string", "properties": "map(string, dyn)"},
    "tags": "list(string)",
    "now": "timestamp",
    "any": "dyn",
    "m": "map(string, int)",
}
PARAMS = tuple(TYPES)
ENVIRONMENT = Environment(TYPES)


def compiled(source: str) -> Compiled:
    ast = json.loads(json.dumps(ENVIRONMENT.check(source).ast))
    return compile_condition(ast, PARAMS)


def arguments(**values: Any) -> list[Any]:
    defaults = {"signals": {}, "event": {"properties": {}}, "tags": [], "now": Timestamp(0), "any": None, "m": {}}
    return [{**defaults, **values}[name] for name in PARAMS]


def holds(source: str, **values: Any) -> bool:
    return compiled(source).test(*arguments(**values))


def value(source: str, **values: Any) -> Any:
    return compiled(source).value(*arguments(**values))


def error(source: str, **values: Any) -> str:
    with pytest.raises(EvaluationError) as caught:
        value(source, **values)
    return caught.value.message


def test_the_common_case_becomes_plain_python() -> None:
    assert "return ((signals['x'] > 5) and ('a' in tags))" in compiled('signals.x > 5 && "a" in tags').source


def test_a_missing_value_is_false_and_never_an_exception() -> None:
    assert holds("signals.x > 5") is False
    assert holds("!(signals.x > 5)") is False
    assert holds("event.properties.a.b.c == 1") is False


def test_a_missing_value_does_not_hide_the_side_of_an_or_that_is_true() -> None:
    assert holds('signals.x > 5 || "a" in tags', tags=["a"]) is True
    assert holds('"a" in tags || signals.x > 5', tags=["a"]) is True
    assert holds("!(signals.x > 5 && signals.y > 5)", signals={"y": 1}) is True
    assert (
        holds('(signals.x > 5 || signals.y > 5) && ("a" in tags || signals.ok)', signals={"y": 6, "ok": True}) is True
    )


def test_a_missing_value_in_a_macro_leaves_the_other_items() -> None:
    items = [{}, {"price": "ten"}, {"price": 12}]
    assert holds("any.exists(i, i.price > 5)", any=items) is True
    assert holds("any.all(i, i.price > 5)", any=items) is False
    assert holds("!any.all(i, i.price > 50)", any=items) is True


def test_an_error_inside_a_macro_may_be_taken_in_wherever_the_macro_stands() -> None:
    items = [{}, {"price": 12}]
    assert holds("any.exists(i, i.price > 5) == true", any=items) is True
    assert value("any.exists(i, i.price > 5) ? 1 : 2", any=items) == 1
    assert holds("any.all(i, i.price > 50) == false", any=items) is True


def test_a_lazy_mapping_is_only_indexed_and_asked_for_its_keys() -> None:
    class Lazy(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            if key == "x":
                return 7
            raise KeyError(key)

        def __contains__(self, key: object) -> bool:
            return key == "x"

        def get(self, *_: Any) -> Any:
            raise AssertionError("get() does not know of lazy values")

    assert holds("signals.x > 5 && has(signals.x) && !has(signals.y) && signals.?x.orValue(0) == 7", signals=Lazy())
    assert value("signals.x", signals=Lazy()) == 7


def test_bool_is_no_number() -> None:
    assert holds("any == 1", any=True) is False
    assert holds("any == 1.0", any=True) is False
    assert holds("any in [1]", any=True) is False
    assert holds("any > 0", any=True) is False
    assert holds("any == true", any=1) is False
    assert holds("any", any=1) is False
    assert value('{true: "yes", 1: "one"}[any]', any=1) == "one"
    assert value('{true: "yes", 1: "one"}[any]', any=True) == "yes"


def test_numbers_compare_across_types_when_one_is_dyn() -> None:
    assert holds("any == 1", any=1.0)
    assert holds("any >= 500.0", any=500)
    assert holds("any == any && dyn(1u) == any", any=1)
    assert holds("any == 9007199254740992.0", any=2**53 + 1), "an int is rounded to a double first"
    assert holds("any == 9007199254740993", any=2.0**53)


def test_times_are_no_numbers_although_python_holds_them_as_ints() -> None:
    assert holds("any == 5", any=Timestamp(5)) is False
    assert holds("any == now", any=0) is False
    assert holds("any < 5", any=Duration(1)) is False


def test_int_arithmetic_stays_within_64_bits() -> None:
    assert value("signals.x + 1", signals={"x": 2**63 - 2}) == 2**63 - 1
    assert error("signals.x + 1", signals={"x": 2**63 - 1}) == "integer overflow"
    assert holds("signals.x + 1 > 0", signals={"x": 2**63 - 1}) is False
    assert error("-signals.x", signals={"x": -(2**63)}) == "integer overflow"
    assert error("uint(0) - 1u") == "unsigned integer overflow"


def test_division_truncates_towards_zero_and_not_by_zero() -> None:
    assert value("-7 / 2") == -3
    assert value("-7 % 3") == -1
    assert error("1 / signals.x", signals={"x": 0}) == "division by zero"
    assert value("1.0 / signals.ratio", signals={"ratio": 0.0}) == float("inf")


def test_nan_equals_nothing_not_even_in_a_list() -> None:
    nan = float("nan")
    assert holds("signals.ratio == signals.ratio", signals={"ratio": nan}) is False
    assert holds("[signals.ratio] == [signals.ratio]", signals={"ratio": nan}) is False
    assert holds("signals.ratio in [signals.ratio]", signals={"ratio": nan}) is False


def test_times_and_lengths_of_time_are_computed_with() -> None:
    day = 86_400 * 10**9
    signals = {"seen": Timestamp(3 * day), "dwell": Duration(day)}
    assert holds('now - signals.seen < duration("168h")', now=Timestamp(5 * day), signals=signals)
    result = value("now - signals.seen", now=Timestamp(5 * day), signals=signals)
    assert (result, type(result)) == (2 * day, Duration)
    moved = value("signals.seen + signals.dwell", signals=signals)
    assert (moved, type(moved)) == (4 * day, Timestamp)


def test_a_negative_index_is_no_index() -> None:
    assert value("[1, 2][signals.x]", signals={"x": 1}) == 2
    assert error("[1, 2][signals.x]", signals={"x": -1}) == "index out of range: -1 of 2"


def test_a_text_is_neither_a_list_nor_a_map() -> None:
    assert holds('"a" in any', any="abc") is False
    assert holds("has(any.a)", any="abc") is False
    assert holds('any.exists(c, c == "a")', any="abc") is False


def test_errors_are_taken_in_as_cel_says() -> None:
    assert value("signals.x > 1 || true") is True
    assert value("false && signals.x > 1") is False
    assert error("signals.x > 1 || false") == "no such key: x"
    assert value("any && false", any=5) is False
    assert "no matching overload" in error("any && true", any=5)
    assert value("(signals.x > 1 || true) == true") is True
    assert holds("(signals.x > 1 || true) == true") is True
    assert value("cel.bind(a, 1 / signals.x, true || a > 1)", signals={"x": 0}) is True


def test_a_branch_that_is_not_taken_is_not_evaluated() -> None:
    assert value("has(signals.x) ? signals.x : 0") == 0
    assert holds("signals.ok ? signals.x > 1 : true", signals={"ok": False}) is True
    assert holds("signals.ok ? true : true") is False


def test_an_optional_value_has_a_default() -> None:
    assert value("signals.?x.orValue(3)") == 3
    assert value("any.?a.?b.orValue(3)", any={"a": {"b": 4}}) == 4
    assert value("m.?a.optMap(v, v * 2).orValue(0)", m={"a": 4}) == 8


def test_the_value_keeps_its_cel_type() -> None:
    assert type(value("1u + 2u")) is UInt
    assert value("tags.filter(t, t != 'a').map(t, t + '!')", tags=["a", "b"]) == ["b!"]
    assert value('{"a": signals.x}', signals={"x": 1}) == {"a": 1}


def test_names_that_python_keeps_for_itself_are_parameters_like_others() -> None:
    environment = Environment({"int_": "int", "lambda": "int", "len": "list(int)", "str": "dyn"})
    ast = environment.check('lambda > 1 && size(len) > 0 && str == 1 && str != "a"').ast
    assert compile_condition(ast, ["int_", "lambda", "len", "str"]).test(0, 2, [1], 1) is True


def test_text_of_an_author_stays_text() -> None:
    nasty = "\\'\\\"); __import__('os').abort() #\\n"
    assert value(f'"{nasty}"') == nasty.replace("\\'", "'").replace('\\"', '"').replace("\\n", "\n")
    assert holds(f'any["{nasty}"] == 1', any={value(f'"{nasty}"'): 1}) is True


def test_more_nesting_than_python_has_blocks_for_is_still_exact() -> None:
    ast: Any = [">", ["get", ["var", "signals"], "x", "int"], 0]
    for _ in range(30):
        ast = ["||", [">", ["get", ["var", "signals"], "y", "int"], 0], ["&&", ["in", "a", ["var", "tags"]], ast]]
    condition = compile_condition(ast, PARAMS)
    assert condition.test(*arguments(signals={"x": 1}, tags=["a"])) is True
    assert condition.test(*arguments(signals={"x": 0}, tags=["a"])) is False
    assert condition.value(*arguments(signals={"x": 1, "y": 0}, tags=["a"])) is True


def test_texts_of_any_length_err_as_cel_errs() -> None:
    digits = "1" * 5000
    assert error("int(any)", any=digits) == "integer overflow"
    assert value("int(any)", any=f"-{'0' * 5000}7") == -7
    assert error("uint(any)", any=digits) == "unsigned integer overflow"
    assert "not a duration" in error("duration(any)", any=f"{digits}s")
    assert value('double("0x1p99999")') == float("inf")
    assert error("base64.decode(any)", any="é") == "not base64"


def test_format_writes_at_most_a_thousand_digits() -> None:
    assert len(value('"%.1000f".format([0.5])')) == 1002
    assert error('"%.1001f".format([0.5])') == "format: more than 1000 digits"
    assert error(f'"%.{"9" * 5000}f".format([0.5])') == "format: more than 1000 digits"
    assert "unrecognized" in error('"%.٣f".format([0.5])')


def test_a_double_is_written_with_the_fewest_digits_that_read_back_the_same() -> None:
    assert value("string(5.684341886080802e-14)") == "5.684341886080802e-14"
    assert value("string(9007199254740993.0)") == "9.007199254740992e+15"


def test_a_variable_that_no_parameter_brings_is_refused() -> None:
    with pytest.raises(CelError, match="unknown variable: now, tags"):
        compile_condition(ENVIRONMENT.check('"a" in tags && now > timestamp(0)').ast, ["signals"])
