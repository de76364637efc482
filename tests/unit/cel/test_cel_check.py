"""Checking an expression: types, places, suggestions, and what it reads."""

from __future__ import annotations

import json

import pytest

from befit.cel import CelError, Environment, Type

TYPES: dict[str, Type] = {
    "signals": {
        "electronics_clicks": "int",
        "revenue": "double",
        "last_purchase": "timestamp",
        "browsing_time": "duration",
        "affinity": "map(string, double)",
        "nested": "list(list(int))",
        "words": "map(string, list(string))",
        "two words": "int",
        "foo_bar": "int",
        "fooBar": "int",
    },
    "event": {"name": "string", "properties": "map(string, dyn)"},
    "page": {"category": "string"},
    "context": {"device": {"type": "string", "mobile": "bool"}},
    "tags": "list(string)",
    "now": "timestamp",
    "anything": "dyn",
}
ENVIRONMENT = Environment(TYPES)


def refused(source: str, expect: str | None = "bool") -> CelError:
    with pytest.raises(CelError) as caught:
        ENVIRONMENT.check(source, expect)
    return caught.value


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("signals.electronics_clicks + 1", "int"),
        ("signals.revenue > 5.0", "bool"),
        ("now - signals.last_purchase", "duration"),
        ("signals.last_purchase", "timestamp"),
        ("signals.affinity", "map(string, double)"),
        ('signals.affinity["a"]', "double"),
        ("signals.nested", "list(list(dyn))"),
        ("signals.words", "map(string, dyn)"),
        ("signals.fooBar + signals.foo_bar", "int"),
        ("event.properties.price", "dyn"),
        ("context.device.mobile", "bool"),
        ("context.device", "map(string, dyn)"),
        ("tags", "list(string)"),
        ("tags.map(t, size(t))", "list(int)"),
        ("anything.?a", "optional(dyn)"),
        ("type(1)", "type"),
        ("null", "null"),
        ("1u", "uint"),
        ('b"a"', "bytes"),
    ],
)
def test_an_expression_has_a_type(source: str, type_: str) -> None:
    assert ENVIRONMENT.check(source).type == type_


def test_an_unknown_field_has_a_place_and_a_suggestion() -> None:
    error = refused("signals.electronic_clicks > 5")
    assert (error.message, error.line, error.column) == ("unknown name: signals.electronic_clicks", 1, 9)
    assert error.hint == "did you mean signals.electronics_clicks?"


def test_a_place_counts_lines_and_characters() -> None:
    error = refused('tags == ["é😀"] ||\n  "é" == nope')
    assert (error.line, error.column) == (2, 10)


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("sginals.revenue > 1.0", "unknown name: sginals.revenue", "did you mean signals.revenue?"),
        ("context.device.typ", "unknown name: context.device.typ", "did you mean context.device.type?"),
        ("event.foo", "unknown name: event.foo", "event has name, properties"),
        ('page.category.startswith("x")', "unknown name: startswith", "did you mean startsWith?"),
        ('tags.exist(t, t == "a")', "unknown name: exist", "did you mean exists?"),
        ("tags.exists(t)", "exists() is used wrongly", "write list.exists(x, condition)"),
        ("has(page)", "has() is used wrongly", "write has(a.b)"),
        ("signals.revenue > 5", "double > int does not fit", "use numbers of one type: 5 is an int, 5.0 a double; double(…) and int(…) convert"),
        ('signals.browsing_time > "10m"', "duration > string does not fit", 'write a length of time as duration("10m")'),
        ('page.category = "x"', "= is not an operator", "compare with =="),
        ('page.category == "x" and true', "unexpected and", "in CEL it is &&"),
        ("1 +", "the expression ends too early", ""),
        ("", "the expression ends too early", ""),
        ('"abc', "a text that does not end", 'close it with "'),
        ("size(5)", "size() does not take (int)", ""),
        ("tags.foo", "list(string) has no fields to select with a dot", ""),
        ('"x" in page.category', "string in string does not fit: `in` needs a list or a map of such keys", "for a part of a text write text.contains(part)"),
        ('duration("10 min")', "not a duration (such as 1h30m or 250ms): '10 min'", ""),
        ('timestamp("yesterday")', "not a timestamp (RFC 3339): 'yesterday'", ""),
        ("google.protobuf.Int64Value{value: 5}", "messages cannot be made here: google.protobuf.Int64Value", ""),
        ("(" * 40 + "1" + ")" * 40, "the expression is nested too deeply (32 levels at most)", "name parts with cel.bind"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_what_to_do(source: str, message: str, hint: str) -> None:
    error = refused(source, None)
    assert (error.message, error.hint) == (message, hint)


@pytest.mark.parametrize("pattern", [r"(a", r"(?=a)b", r"(?<!a)b", r"(a)\\1", r"a++", r"\\Z", r"a{2000}", r"\\pL"])
def test_a_pattern_that_cannot_run_is_refused_at_the_check(pattern: str) -> None:
    error = refused(f'page.category.matches("{pattern}")')
    assert error.message.startswith("invalid regular expression")
    assert (error.line, error.column) == (1, 23)


def test_a_condition_must_be_of_the_expected_type() -> None:
    error = refused("signals.electronics_clicks")
    assert (error.message, error.hint) == ("this is a value of type int, and bool is needed", "compare it: … > 0")


def test_a_dyn_value_passes_for_any_expected_type() -> None:
    assert ENVIRONMENT.check("event.properties.flag", "bool").type == "dyn"


def test_a_conversion_of_a_dyn_value_is_offered_if_one_for_some_type_is() -> None:
    assert ENVIRONMENT.check("int(event.properties.price)").type == "int"
    assert ENVIRONMENT.check("duration(event.properties.length)").type == "duration"
    assert refused('int(duration("5s"))', None).message == "int() is not offered here"


def test_a_name_that_no_expression_can_spell_does_not_spoil_the_others() -> None:
    assert ENVIRONMENT.check("signals.revenue > 1.0").type == "bool"
    assert Environment({"not-a-name": "int", "ok": "int"}).check("ok").type == "int"


def test_a_type_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a CEL type"):
        Environment({"x": "list(int"})


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ('signals.revenue > 5.0 && "a" in tags', ["signals.revenue", "tags"]),
        ('event.properties["category"] == event.properties.a.b', ["event.properties.a.b", "event.properties.category"]),
        ("has(signals.revenue)", ["signals.revenue"]),
        ("signals.?revenue.orValue(0.0) > 1.0", ["signals.revenue"]),
        ("event.properties.items.all(i, i.price > 5)", ["event.properties.items"]),
        ("event.properties[page.category] == 1", ["event.properties", "page.category"]),
        ("cel.bind(p, event.properties, p.a == 1 && p.b == 2)", ["event.properties.a", "event.properties.b"]),
        ("tags.exists(now, now == page.category)", ["page.category", "tags"]),
        ("tags.exists(now, .now > signals.last_purchase)", ["now", "signals.last_purchase", "tags"]),
        ("1 == 1", []),
    ],
)
def test_reads_are_the_longest_paths_from_free_variables(source: str, reads: list[str]) -> None:
    assert list(ENVIRONMENT.check(source).reads) == reads


@pytest.mark.parametrize(
    ("source", "ast"),
    [
        ("signals.electronics_clicks > 5", [">", ["get", ["var", "signals", "map(string, dyn)"], "electronics_clicks", "int"], 5]),
        ('"a" in tags', ["in", "a", ["var", "tags", "list(string)"]]),
        ('duration("90m")', ["=", "duration", "5400s"]),
        ("9223372036854775807", ["=", "int", "9223372036854775807"]),
        ("1.0 == 2.5", ["==", ["=", "double", 1.0], ["=", "double", 2.5]]),
        ("-1u", None),
        ('b"\\xff"', ["=", "bytes", "/w=="]),
        ("[1u, 2u]", ["list", ["=", "uint", 1], ["=", "uint", 2]]),
        ('{"a": null}', ["map", "a", None]),
        ("type(1) == int", ["==", ["type", 1], ["=", "type", "int"]]),
    ],
)  # fmt: skip
def test_the_portable_form_is_small_json(source: str, ast: object) -> None:
    if ast is None:
        refused(source, None)
    else:
        assert ENVIRONMENT.check(source).ast == ast
        assert json.loads(json.dumps(ast)) == ast
