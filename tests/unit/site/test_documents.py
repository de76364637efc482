"""YAML files of a site: plain data with places; everything else is reported, never constructed."""

from __future__ import annotations

import pytest

from befit.site.document import Document, Problems
from befit.site.item import Fields, Item


def read(text: str) -> tuple[Item | None, list[str]]:
    problems = Problems()
    document = Document("signals.yaml", text, problems)
    return document.root, [str(problem) for problem in problems]


def root_of(text: str) -> Item:
    root, problems = read(text)
    assert not problems
    assert root is not None
    return root


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2\n", "signals.yaml:2:1: error: `a` is given twice (first in line 1)"),
        ("a: {b: 1, b: 2}\n", "signals.yaml:1:11: error: `b` is given twice (first in line 1)"),
        ("a: !!python/object:os.system x\n", "signals.yaml:1:4: error: YAML tags have no meaning here"),
        ("? [a]\n: 1\n", "signals.yaml:1:3: error: a key must be a single word or text"),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "signals.yaml:2:5: error: merge keys are not supported"),
        ("a: b: c\n", "signals.yaml:1:5: error: not YAML: mapping values are not allowed"),
        ("a: [1,\n", "signals.yaml:2:1: error: not YAML: did not find expected node content"),
        ("a: *nope\n", "signals.yaml:1:4: error: not YAML: found undefined alias"),
        ("a: 1\n---\nb: 2\n", "signals.yaml:2:1: error: not YAML: but found another document"),
        ("a: &x [*x]\n", "signals.yaml:1:4: error: aliases repeat too much here"),
        ("[" * 100_000, "signals.yaml:1:65: error: values are nested deeper than 64 levels"),
        ("a: \x01\n", "signals.yaml: error: not YAML: unacceptable character"),
    ],
)
def test_what_is_not_plain_data_is_reported_at_its_place(text: str, problem: str) -> None:
    root, problems = read(text)
    assert root is None
    assert problems[0].startswith(problem)


def test_aliases_that_multiply_are_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    root, problems = read("\n".join(lines))
    assert root is None
    assert "aliases repeat too much" in problems[0]


def test_an_alias_stands_for_its_value() -> None:
    assert root_of("a: &x {b: [1, 2]}\nc: *x\n").value() == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}


def test_keys_are_texts_even_if_yaml_1_1_would_take_them_for_truth() -> None:
    assert root_of("on: Product Viewed\nno: 1\n").value() == {"on": "Product Viewed", "no": 1}


def test_an_empty_file_has_no_root() -> None:
    assert read("# nothing yet\n") == (None, [])


def test_an_item_is_found_by_its_path_or_the_innermost_there_is() -> None:
    root = root_of("a:\n  - b: 1\n    c: 2\n")
    assert root.at(["a", 0, "c"]).position == "signals.yaml:3:8"
    assert root.at(["a", 0, "nope", "deeper"]).position == "signals.yaml:2:5"
    assert root.at(["a", 7]).position == "signals.yaml:2:3"


@pytest.mark.parametrize(
    ("read_as", "text", "message"),
    [
        ("text", "12", "must be a text, not `12` (put it in quotes)"),
        ("text", "[a]", "must be a text, not a list"),
        ("flag", "maybe", "must be true or false, not `maybe`"),
        ("whole", "1.5", "must be a whole number of 0 or more, not `1.5`"),
        ("whole", "-1", "must be a whole number of 0 or more, not `-1`"),
        ("whole", "true", "must be a whole number of 0 or more, not `true`"),
        ("number", "x", "must be a number, not `x`"),
        ("number", ".inf", "must be a number, not `inf`"),
        ("duration", "10 minutes", "must be a duration, not `10 minutes` (such as 30s, 10m, 3h, 7d or 2w)"),
        ("names", "[a, 1]", "must be a text, not `1` (put it in quotes)"),
        ("elements", "{a: 1}", "must be a list"),
    ],
)
def test_a_value_of_the_wrong_type_says_what_it_should_be(read_as: str, text: str, message: str) -> None:
    problems = Problems()
    root = Document("f.yaml", f"key: {text}\n", problems).root
    assert root is not None
    getattr(root.at(["key"]), read_as)()
    assert problems[0].message + (f" ({problems[0].hint})" if problems[0].hint else "") == message
    assert problems[0].line == 1


def test_an_unknown_key_is_an_error_that_names_the_closest_known_one() -> None:
    problems = Problems()
    root = Document("f.yaml", "wihtin: 10m\nzzz: 1\n", problems).root
    assert root is not None
    Fields(root, ("count", "within"), "a `count` signal")
    assert [str(problem) for problem in problems] == [
        "f.yaml:1:1: error: unknown key `wihtin` in a `count` signal (did you mean `within`?)",
        "f.yaml:2:1: error: unknown key `zzz` in a `count` signal (known are count, within)",
    ]


def test_a_key_without_a_value_is_an_error() -> None:
    problems = Problems()
    root = Document("f.yaml", "within:\n", problems).root
    assert root is not None
    assert Fields(root, ("within",), "a signal").get("within") is None
    assert problems[0].message == "`within` has no value"
