"""JSON lines of Segment calls."""

import json

import pytest

from befit.errors import InputError
from befit.importers.segment import count_segment, read_segment

TRACK = {"type": "track", "event": "Product Viewed", "anonymousId": "a", "messageId": "m-1"}


def test_calls_come_as_they_stand_in_the_order_of_their_lines() -> None:
    lines = [json.dumps(TRACK), "", "  \n", json.dumps({**TRACK, "messageId": "m-2", "properties": {"price": 4.5}})]
    assert list(read_segment(lines)) == [TRACK, {**TRACK, "messageId": "m-2", "properties": {"price": 4.5}}]


def test_a_call_without_an_id_gets_the_same_one_in_every_run() -> None:
    lines = ['{"type":"page","anonymousId":"a"}\n'] * 2
    first, second = ([call["messageId"] for call in read_segment(lines)] for _ in range(2))
    assert first == second


def test_the_same_text_on_two_lines_is_two_calls() -> None:
    one, other = read_segment(['{"type":"page","anonymousId":"a"}'] * 2)
    assert one["messageId"] != other["messageId"]


@pytest.mark.parametrize("bad", ["{", "7", '["track"]', "null"])
def test_a_line_that_is_no_object_is_named(bad: str) -> None:
    with pytest.raises(InputError, match="line 2") as caught:
        list(read_segment([json.dumps(TRACK), bad]))
    assert caught.value.field == "line 2"


def test_the_count_is_that_of_the_calls() -> None:
    lines = [json.dumps(TRACK) + "\n", "\n", json.dumps(TRACK)]
    assert count_segment(lines) == len(list(read_segment(lines)))
