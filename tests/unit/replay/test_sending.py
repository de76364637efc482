"""Sending recorded calls: all of them, once, in each visitor's order, and refusals told."""

from collections import defaultdict
from typing import Any

import pytest

from befit.errors import Forbidden, InputError, Unauthorized, Unavailable
from befit.replay import Tally, replay, sending
from tests.unit.replay.conftest import Taker


def calls(count: int, visitors: int = 7) -> list[dict[str, Any]]:
    return [
        {"type": "track", "event": "E", "messageId": f"m-{n}", "anonymousId": f"v-{n % visitors}"} for n in range(count)
    ]


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(sending, "LONGEST_WAIT_S", 0.002)


async def test_every_call_arrives_once_and_those_of_one_visitor_in_order(taker: Taker) -> None:
    tally = await replay(calls(1000), taker.url, "key", batch=30, concurrency=4)
    assert tally.sent == 1000
    assert sorted(call["messageId"] for call in taker.calls) == sorted(call["messageId"] for call in calls(1000))
    by_visitor = defaultdict(list)
    for call in taker.calls:
        by_visitor[call["anonymousId"]].append(int(call["messageId"].removeprefix("m-")))
    assert all(numbers == sorted(numbers) for numbers in by_visitor.values())
    assert max(len(batch["batch"]) for batch in taker.batches) == 30


async def test_the_key_goes_as_basic_user_and_history_is_asked_for_only_when_wanted(taker: Taker) -> None:
    await replay(calls(1), taker.url, "write-key")
    await replay(calls(1), taker.url + "/", "secret-key", historical=True)
    assert taker.users == {"write-key:", "secret-key:"}
    assert [batch.get("historical") for batch in taker.batches] == [None, True]


async def test_batches_stay_below_the_servers_limit_in_bytes(taker: Taker) -> None:
    large = [{**call, "properties": {"text": "x" * 30_000}} for call in calls(40)]
    await replay(large, taker.url, "key")
    assert len(taker.calls) == 40
    assert max(taker.sizes) < 500_000


async def test_a_batch_that_fails_is_sent_again_with_the_same_ids(taker: Taker) -> None:
    taker.answers = [(503, {"detail": "full"}), (500, {}), (429, {})]
    tally = await replay(calls(10), taker.url, "key", concurrency=1)
    assert (tally.sent, tally.retries) == (10, 3)
    assert [batch["batch"] for batch in taker.refused] == [calls(10)] * 3
    assert taker.calls == calls(10)


async def test_what_the_server_rejects_is_counted_with_its_reason(taker: Taker) -> None:
    rejected = [{"index": n, "messageId": f"m-{n}", "field": "$.batch[].event", "detail": "missing"} for n in (0, 3)]
    taker.answers = [(200, {"success": True, "rejected": rejected})]
    seen: list[int] = []
    tally = await replay(
        calls(20), taker.url, "key", batch=10, concurrency=1, on_progress=lambda now: seen.append(now.sent)
    )
    assert (tally.sent, tally.rejected) == (20, 2)
    assert tally.reasons == {"$.batch[].event: missing": 2}
    assert seen == [10, 20]


@pytest.mark.parametrize(
    ("status", "error"), [(401, Unauthorized), (403, Forbidden), (400, InputError), (404, InputError)]
)
async def test_a_refusal_of_the_whole_ends_it_with_the_servers_words(
    taker: Taker, status: int, error: type[Exception]
) -> None:
    taker.answers = [(status, {"detail": "not with this key", "field": "$.writeKey"})] * 4
    with pytest.raises(error, match="not with this key") as caught:
        await replay(calls(100), taker.url, "key", batch=5)
    assert type(caught.value) is error


async def test_an_answer_that_is_no_problem_names_the_address(taker: Taker) -> None:
    taker.answers = [(404, ["not befit"])]  # type: ignore[list-item]
    with pytest.raises(InputError, match="is it a befit server"):
        await replay(calls(1), taker.url, "key")


async def test_a_server_that_stays_away_is_said_to_be_away(taker: Taker) -> None:
    taker.answers = [(503, {})] * 100
    with pytest.raises(Unavailable, match="it answered 503"):
        await replay(calls(1), taker.url, "key", concurrency=1)
    assert len(taker.refused) == sending.ATTEMPTS


async def test_nobody_at_the_address_is_said_so(unused_tcp_port: int) -> None:
    with pytest.raises(Unavailable, match="takes no events"):
        await replay(calls(3), f"http://127.0.0.1:{unused_tcp_port}", "key")


async def test_an_error_in_reading_ends_it_with_that_error(taker: Taker) -> None:
    def broken() -> Any:
        yield from calls(3)
        raise InputError("line 4 is not JSON", field="line 4")

    with pytest.raises(InputError, match="line 4 is not JSON"):
        await replay(broken(), taker.url, "key")


async def test_nothing_to_send_is_nothing_sent(taker: Taker) -> None:
    tally = await replay([], taker.url, "key")
    assert (tally.sent, taker.batches) == (0, [])
    assert Tally().per_second == 0.0
