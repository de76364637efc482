"""RE2 patterns run by Python's `re`, held against RE2 itself (inside Google's evaluator)."""

from __future__ import annotations

import pytest
from cel_expr_python import cel  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from befit.cel import EvaluationError
from befit.cel.strings import matches

GOOGLE = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING}).compile("text.matches(pattern)")
TOKENS = [
    *(" ", "\n"),
    *[
        r"a",
        r"b",
        r"é",
        r"ß",
        r"K",
        r"k",
        r"1",
        r"_",
        r".",
        r"^",
        r"$",
        r"|",
        r"(",
        r")",
        r"(?:",
        r"(?i:",
        r"(?P<n>",
        r"(?<n>",
        r"(?=",
        r"*",
        r"+",
        r"?",
        r"{2}",
        r"{1,2}",
        r"{,2}",
        r"{2,}",
        r"*?",
        r"+?",
        r"[",
        r"]",
        r"-",
        r"{",
        r"}",
    ],
    *[
        r"[a-c]",
        r"[^a]",
        r"[[:alpha:]]",
        r"[[:^digit:]]",
        r"[\d_]",
        r"[]a]",
        r"\d",
        r"\w",
        r"\s",
        r"\W",
        r"\b",
        r"\A",
        r"\z",
        r"\.",
        r"\x61",
        r"\x{e9}",
        r"\1",
        r"\n",
        r"\Q.*\E",
    ],
]


def googles(text: str, pattern: str) -> bool | None:
    answer = GOOGLE.eval(data={"text": text, "pattern": pattern})
    return None if answer.type() == cel.Type.ERROR else bool(answer.value())


def befits(text: str, pattern: str) -> bool | None:
    try:
        return matches(text, pattern)
    except EvaluationError:
        return None


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), min_size=1, max_size=6).map("".join), st.text("abcéKKk1_ \n.-ß{}*", max_size=5)
)
def test_patterns_mean_what_re2_says(pattern: str, text: str) -> None:
    assert befits(text, pattern) == googles(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a$", "a\n", False),
        (r"\d", "٣", False),
        (r"\w", "é", False),
        ("a(?i)b|c", "C", True),
        ("(?s)a.b", "a\nb", True),
        ("(?m)^b$", "a\nb\nc", True),
        ("(?U)a+", "aa", True),
        (r"\Qa.b\E", "axb", False),
        ("a{,2}", "a{,2}", True),
        ("(?i)ſ", "S", True),
        (r"\B", "", True),
        ("(?i)[^a]", "A", False),
        (r"(?i)\W", "s", False),
        (r"(?i)[[:^alpha:]]", "K", False),
        ("(?i)i", "ı", False),
        ("(?i)[ς]", "Σ", True),
        ("(?i)Ǆ", "ǅ", True),
        ("(?i)K", "\u212a", True),
    ],
)
def test_where_re_alone_would_differ(pattern: str, text: str, found: bool) -> None:
    assert befits(text, pattern) is googles(text, pattern) is found


@pytest.mark.parametrize(
    "pattern", ["(?=a)", "(?!a)", "(?<=a)", "(?>a)", r"(a)\1", "a++", "a**", r"\Z", r"\u0061", "(?x)a", "a{1001}"]
)
def test_what_re2_refuses_is_refused(pattern: str) -> None:
    assert befits("a", pattern) is googles("a", pattern) is None
