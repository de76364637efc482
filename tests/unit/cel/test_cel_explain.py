"""Why a condition is true, false, or not decidable."""

from __future__ import annotations

from typing import Any

import pytest

from befit.cel import Duration, Environment, Explanation, Timestamp, Type, compile_condition

TYPES: dict[str, Type] = {
    "signals": {"clicks": "int", "browsing_time": "duration", "last_purchase": "timestamp"},
    "page": {"category": "string"},
    "event": {"properties": "map(string, dyn)"},
    "tags": "list(string)",
    "now": "timestamp",
}
ENVIRONMENT = Environment(TYPES)
KNOWN: dict[str, Any] = {
    "signals": {"clicks": 3, "browsing_time": Duration.parse("4m")},
    "page": {"category": "toys"},
    "event": {"properties": {"flag": 5}},
    "tags": ["vip"],
    "now": Timestamp(0),
}


def explained(source: str) -> Explanation:
    return compile_condition(ENVIRONMENT.check(source).ast, list(TYPES)).explain(*KNOWN.values())


@pytest.mark.parametrize(
    ("source", "outcome", "why"),
    [
        ('signals.browsing_time > duration("10m")', "false", "signals.browsing_time is 4m0s, not > 10m0s"),
        ('signals.browsing_time > duration("1m")', "true", "signals.browsing_time is 4m0s, > 1m0s"),
        ("now - signals.last_purchase < duration('1h')", "missing", "signals.last_purchase is not known yet"),
        ('page.category == "electronics"', "false", 'page.category is "toys", not "electronics"'),
        ('page.category == "toys"', "true", 'page.category is "toys"'),
        ('page.category != "toys"', "false", 'page.category is "toys"'),
        ('"vip" in tags', "true", '"vip" is in tags'),
        ('"new" in tags', "false", '"new" is not in tags'),
        ("has(signals.last_purchase)", "false", "signals.last_purchase is not known yet"),
        ("!has(signals.last_purchase)", "true", "signals.last_purchase is not known yet"),
        ('"vip" in tags && signals.clicks > 5', "false", "signals.clicks is 3, not > 5"),
        ('"vip" in tags && signals.clicks > 2', "true", '"vip" is in tags and signals.clicks is 3, > 2'),
        ('"new" in tags || signals.clicks > 5', "false", '"new" is not in tags and signals.clicks is 3, not > 5'),
        ("now < signals.last_purchase || signals.clicks > 2", "true", "signals.clicks is 3, > 2"),
        ("now < signals.last_purchase && signals.clicks > 2", "missing", "signals.last_purchase is not known yet"),
        ('signals.clicks > 2 ? "new" in tags : true', "false", 'signals.clicks is 3, > 2; "new" is not in tags'),
        ("event.properties.flag", "error", "event.properties.flag is 5, which is no bool"),
        ('event.properties.flag > "a"', "error", 'event.properties.flag > "a": no matching overload: >(int, string)'),
        ('tags.exists(t, t.startsWith("v"))', "true", 'tags.exists(t, t.startsWith("v")) is true'),
        ("signals.clicks + 1 > signals.clicks * 2", "false", "signals.clicks + 1 is 4, not > signals.clicks * 2 (6)"),
        ("true", "true", "always"),
    ],
)
def test_the_reason_is_in_plain_words(source: str, outcome: str, why: str) -> None:
    explanation = explained(source)
    assert (explanation.outcome, explanation.why) == (outcome, why)


def test_values_are_those_of_the_operands_that_were_read_as_json() -> None:
    explanation = explained('signals.browsing_time > duration("1m") && now > signals.last_purchase')
    assert explanation.values == {"signals.browsing_time": "240s", "now": "1970-01-01T00:00:00Z"}


def test_what_was_not_needed_is_not_listed() -> None:
    assert explained('signals.clicks > 5 && "vip" in tags').values == {"signals.clicks": 3}
