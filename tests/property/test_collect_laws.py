"""Laws of collect: whatever comes in is answered, each call is taken or listed, and what is taken the log can hold."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from befit.api.collect.decoding import BATCH, CALL, UNDECODABLE
from befit.api.collect.events import Sender
from befit.api.collect.intake import take_calls, take_raw
from befit.model import Event

NOW = 1_790_000_000_000

SENDER = Sender(received_at=NOW, max_skew_ms=5_000, claims=None, new_id=lambda: "made")

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
times = st.datetimes().map(lambda time: time.isoformat()) | json_values


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A call with some of its fields, each of them right or anything."""
    usual = {name: values | json_values for name, values in known.items()}
    return st.fixed_dictionaries({}, optional=usual)


calls = fields(
    type=st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "timer"]),
    event=st.text(min_size=1, max_size=20),
    name=st.text(max_size=20),
    messageId=st.text(min_size=1, max_size=20),
    anonymousId=st.text(min_size=1, max_size=20),
    userId=st.text(min_size=1, max_size=20),
    previousId=st.text(min_size=1, max_size=20),
    groupId=st.text(min_size=1, max_size=20),
    timestamp=times,
    sentAt=times,
    properties=st.dictionaries(st.text(max_size=5), json_values, max_size=3),
    traits=st.dictionaries(st.text(max_size=5), json_values, max_size=3),
    context=st.dictionaries(st.sampled_from(["page", "traits", "identityToken", "x"]), json_values, max_size=3),
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(calls | json_values, max_size=4))
def test_each_call_is_taken_or_listed_and_the_log_can_hold_what_is_taken(batch: list[Any]) -> None:
    intake = take_raw([json.dumps(call).encode() for call in batch], SENDER, "$.batch[{}]")
    assert len(intake.events) + len(intake.rejected) == len(batch)
    assert len(intake.rejected) == len(intake.letters) == len(intake.errors)
    for event in intake.events:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event) == event
        assert 0 <= event.timestamp <= NOW + 5_000
        assert event.anonymous_id or event.user_id
    for rejected, letter in zip(intake.rejected, intake.letters, strict=True):
        assert rejected.field.startswith(f"$.batch[{rejected.index}]")
        assert msgspec.json.decode(msgspec.json.encode(letter.payload)) == letter.payload


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(calls, max_size=4))
def test_the_fast_way_takes_what_the_careful_way_takes(batch: list[Any]) -> None:
    body = json.dumps({"batch": batch}).encode()
    careful = take_raw([json.dumps(call).encode() for call in batch], SENDER, "$.batch[{}]")
    try:
        fast = take_calls(BATCH.decode(body).batch, SENDER)
    except UNDECODABLE:
        fast = None
    assert (fast is None) == bool(careful.rejected)
    if fast is not None:
        assert fast.events == careful.events


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_break_it(body: bytes) -> None:
    intake = take_raw([body], SENDER, "$", CALL, "track")
    assert len(intake.events) + len(intake.letters) == 1
    assert all(msgspec.json.encode(letter) for letter in intake.letters)
