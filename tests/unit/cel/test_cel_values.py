"""Timestamps, durations, and values as JSON."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from befit.cel import CelError, Duration, EvaluationError, Timestamp, UInt, evaluate, to_json
from befit.cel.values import DURATION_MAX, TIMESTAMP_MAX, TIMESTAMP_MIN


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("2026-01-31t12:00:00.5z", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00.123456+01:30", "2026-01-31T10:30:00.123456Z"),
        ("2020-02-29T00:00:00.1234567899Z", "2020-02-29T00:00:00.123456789Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_timestamp_reads_and_writes_rfc_3339(text: str, written: str) -> None:
    assert str(Timestamp.parse(text)) == written


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-31", "2026-01-31 12:00:00Z", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "0000-01-01T00:00:00Z",
     "0001-01-01T00:00:00+00:01", "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z"],
)  # fmt: skip
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError):
        Timestamp.parse(text)


@given(st.integers(TIMESTAMP_MIN, TIMESTAMP_MAX))
def test_every_timestamp_survives_its_text(nanoseconds: int) -> None:
    assert Timestamp.parse(str(Timestamp(nanoseconds))) == nanoseconds


@given(st.datetimes(timezones=st.just(UTC)))
def test_timestamps_agree_with_datetime(moment: datetime) -> None:
    assert datetime.fromisoformat(str(Timestamp.parse(moment.isoformat()))) == moment


@pytest.mark.parametrize(
    ("text", "written", "words"),
    [
        ("10m", "600s", "10m0s"),
        ("1h30m", "5400s", "1h30m0s"),
        ("-1.5h", "-5400s", "-1h30m0s"),
        ("250ms", "0.250s", "250ms"),
        ("1us", "0.000001s", "1us"),
        (".5s", "0.500s", "500ms"),
        ("1.5s", "1.500s", "1.5s"),
        ("0", "0s", "0s"),
        ("1s1h", "3601s", "1h0m1s"),
    ],
)
def test_a_duration_reads_and_writes(text: str, written: str, words: str) -> None:
    length = Duration.parse(text)
    assert (str(length), length.words()) == (written, words)


@pytest.mark.parametrize("text", ["", "1", "1d", "s", ".s", "1h-1m", " 1s", "1 s", "320000000000s", "-", "+"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError):
        Duration.parse(text)


@given(st.integers(-DURATION_MAX, DURATION_MAX))
def test_every_duration_survives_its_texts(nanoseconds: int) -> None:
    assert Duration.parse(str(Duration(nanoseconds))) == nanoseconds
    assert Duration.parse(Duration(nanoseconds).words()) == nanoseconds


def test_times_come_from_milliseconds() -> None:
    assert str(Timestamp.from_ms(1_500)) == "1970-01-01T00:00:01.500Z"
    assert str(Duration.from_ms(-1_500)) == "-1.500s"


def test_a_value_as_json_keeps_what_json_can_hold() -> None:
    value = [UInt(5), Timestamp(0), Duration(10**9), b"\xff", math.nan, -math.inf, None, {"a": 1.5}]
    assert to_json(value) == [5, "1970-01-01T00:00:00Z", "1s", "/w==", "NaN", "-Infinity", None, {"a": 1.5}]
    assert to_json(evaluate('{true: 1, 1: [optional.of("x"), optional.none()], 2u: int}', {})) == {
        "true": 1,
        "1": ["x", None],
        "2": "int",
    }


def test_an_expression_is_evaluated_over_json() -> None:
    variables = {"cart": {"items": [{"price": 5, "name": "a"}, {"price": 7.5, "name": "b"}]}, "limit": 6}
    assert evaluate("cart.items.filter(i, i.price > limit).map(i, i.name)", variables) == ["b"]


def test_evaluating_tells_what_is_unknown_and_what_errs() -> None:
    with pytest.raises(CelError, match="unknown name: nope"):
        evaluate("nope + 1", {})
    with pytest.raises(EvaluationError, match="division by zero"):
        evaluate("1 / x", {"x": 0})
