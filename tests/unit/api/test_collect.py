"""Collect: Segment's HTTP tracking API, seen from outside; what it took is read back from the log."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from befit.api.collect.limits import MAX_BATCH, MAX_DEPTH, MAX_EVENT
from befit.errors import Unavailable
from befit.node import Node
from tests.calls import NOW, SECRET, Buried, Logged, basic, batch, post, track

CALLS: dict[str, dict[str, Any]] = {
    "track": {"event": "Product Viewed", "properties": {"price": 3}},
    "page": {"name": "Home", "properties": {"theme": "dark"}},
    "screen": {"name": "Start"},
    "identify": {"traits": {"plan": "free"}},
    "group": {"groupId": "g1", "traits": {"size": 4}},
    "alias": {"previousId": "old", "userId": "u1"},
}
PATHS = [(kind, path) for kind in CALLS for path in (kind, kind[0])]


# Calls


@pytest.mark.parametrize(("kind", "path"), PATHS)
async def test_every_call_is_in_the_log_when_it_is_answered(
    client: httpx.AsyncClient, logged: Logged, kind: str, path: str
) -> None:
    answer = await post(client, {"messageId": "m1", "userId": "u1", **CALLS[kind]}, f"/v1/{path}", **basic(SECRET))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    (event,) = await logged()
    assert (event.type, event.message_id, event.user_id) == (kind, "m1", "u1")
    assert event.name == ("Product Viewed" if kind == "track" else kind)


async def test_a_batch_keeps_its_order(client: httpx.AsyncClient, logged: Logged) -> None:
    await post(client, batch(*(track(messageId=f"m{n}") for n in range(50))))
    assert [event.message_id for event in await logged()] == [f"m{n}" for n in range(50)]


async def test_the_short_path_of_batch_works_too(client: httpx.AsyncClient, logged: Logged) -> None:
    assert (await post(client, batch(track()), "/v1/b")).status_code == 200
    assert len(await logged()) == 1


async def test_an_empty_batch_is_fine(client: httpx.AsyncClient, logged: Logged) -> None:
    assert (await post(client, batch())).json() == {"success": True}
    assert await logged() == []


async def test_a_page_takes_name_category_and_what_the_context_says_of_the_page(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    call = {
        "type": "page",
        "anonymousId": "ada",
        "name": "Lamp",
        "category": "Products",
        "properties": {"path": "/own"},
        "context": {"page": {"path": "/lamp", "title": "A lamp", "other": 1}, "viewId": "v1"},
    }
    await post(client, batch(call))
    (event,) = await logged()
    assert event.properties == {"path": "/own", "name": "Lamp", "category": "Products", "title": "A lamp"}
    assert event.context["viewId"] == "v1"


async def test_identify_and_group_carry_traits_and_alias_the_previous_id(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    calls = [{"type": kind, "userId": "u1", **CALLS[kind]} for kind in ("identify", "group", "alias")]
    await post(client, batch(*calls), **basic(SECRET))
    identify, group, alias = await logged()
    assert identify.traits == {"plan": "free"}
    assert (group.group_id, group.traits) == ("g1", {"size": 4})
    assert alias.previous_id == "old"


async def test_rudderstack_puts_an_identifys_traits_into_the_context(client: httpx.AsyncClient, logged: Logged) -> None:
    await post(client, batch({"type": "identify", "anonymousId": "ada", "context": {"traits": {"plan": "pro"}}}))
    assert (await logged())[0].traits == {"plan": "pro"}


async def test_null_and_empty_ids_are_absent_and_numbers_become_text(client: httpx.AsyncClient, logged: Logged) -> None:
    calls = [track(anonymousId=17, userId=None), track(anonymousId="ada", userId="")]
    await post(client, batch(*calls))
    assert [(event.anonymous_id, event.user_id) for event in await logged()] == [("17", ""), ("ada", "")]


async def test_a_call_without_message_id_gets_one_of_its_own(client: httpx.AsyncClient, logged: Logged) -> None:
    await post(client, batch(track(messageId=None), track(messageId="")))
    first, second = await logged()
    assert first.message_id
    assert first.message_id != second.message_id


async def test_a_batchs_context_is_every_calls_context(client: httpx.AsyncClient, logged: Logged) -> None:
    await post(client, batch(track(context={"locale": "de"}), track(), context={"locale": "en", "timezone": "UTC"}))
    assert [event.context["locale"] for event in await logged()] == ["de", "en"]


async def test_global_privacy_control_in_the_header_reaches_the_event(
    client: httpx.AsyncClient, logged: Logged
) -> None:
    await post(client, batch(track()), **{"sec-gpc": "1"})
    assert (await logged())[0].context["gpc"] is True


async def test_unknown_fields_are_let_pass(client: httpx.AsyncClient, logged: Logged) -> None:
    await post(client, batch(track(integrations={"All": True}, channel="web", _metadata={"nodeVersion": "20"})))
    assert len(await logged()) == 1


# Keys


async def test_rudderstacks_beacons_carry_the_write_key_in_the_query(client: httpx.AsyncClient, logged: Logged) -> None:
    answer = await post(client, {"batch": [track()]}, "/beacon/v1/batch?writeKey=key")
    assert answer.status_code == 200
    assert len(await logged()) == 1


@pytest.mark.parametrize("headers", [basic("key"), {}], ids=["basic", "body"])
async def test_the_write_key_comes_by_basic_auth_or_in_the_body(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for path, body in (("/v1/batch", batch(track())), ("/v1/track", {**track(), "writeKey": "key"})):
        assert (await post(client, body, path, **headers)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "key"),
    [({}, None), ({}, "wrong"), (basic("wrong"), "key"), (basic(""), None), ({"authorization": "Basic ???"}, None)],
)
async def test_without_the_right_key_nothing_is_taken(
    client: httpx.AsyncClient, logged: Logged, buried: Buried, headers: dict[str, str], key: str | None
) -> None:
    for path, body in (("/v1/batch", batch(track(), writeKey=key)), ("/v1/track", {**track(), "writeKey": key})):
        answer = await post(client, body, path, **headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/unauthorized"
    assert await logged() == []
    assert await buried() == []


# Bodies


async def test_send_beacon_sends_text_plain(client: httpx.AsyncClient, logged: Logged) -> None:
    answer = await post(client, batch(track()), **{"content-type": "text/plain;charset=UTF-8"})
    assert answer.status_code == 200
    assert len(await logged()) == 1


async def test_bodies_may_be_gzipped(client: httpx.AsyncClient, logged: Logged) -> None:
    body = gzip.compress(json.dumps(batch(track())).encode())
    assert (await post(client, body, **{"content-encoding": "gzip"})).status_code == 200
    assert len(await logged()) == 1


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"{}", "gzip", 400),
        (gzip.compress(b'{"batch": []}')[:-9], "gzip", 400),
        (b"{}", "br", 400),
        (gzip.compress(b" " * 20_000_000), "gzip", 413),
    ],
    ids=["not gzip", "cut off", "unknown encoding", "bomb"],
)
async def test_broken_compression_is_refused_in_words(
    client: httpx.AsyncClient, body: bytes, encoding: str, status: int
) -> None:
    answer = await post(client, body, **{"content-encoding": encoding})
    assert answer.status_code == status
    assert "gzip" in answer.json()["detail"] or "decompressed" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"batch": 3}', b'"\xff"', b"[" * 30_000])
async def test_what_is_no_batch_and_no_call_is_a_400_and_never_a_crash(
    client: httpx.AsyncClient, buried: Buried, path: str, body: bytes
) -> None:
    answer = await post(client, body, path, **basic("key"))
    assert answer.status_code == 400
    assert answer.json()["field"].startswith("$")
    (letter,) = await buried()
    assert letter.payload[:8].replace(" ", "") in body.decode(errors="replace").replace(" ", "")


async def test_broken_json_without_a_key_is_said_to_be_broken_and_not_kept(
    client: httpx.AsyncClient, buried: Buried
) -> None:
    for path in ("/v1/batch", "/v1/track"):
        answer = await post(client, b'{"writeKey": "key", ', path)
        assert answer.status_code == 400
        assert "not JSON" in answer.json()["detail"]
    assert await buried() == []


# Limits


async def test_a_single_event_over_32_kb_is_refused_and_kept_cut(client: httpx.AsyncClient, buried: Buried) -> None:
    answer = await post(client, {**track(properties={"x": "y" * MAX_EVENT}), "writeKey": "key"}, "/v1/track")
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    (letter,) = await buried()
    assert len(letter.payload) == MAX_EVENT


async def test_an_event_over_32_kb_spoils_only_itself(client: httpx.AsyncClient, logged: Logged) -> None:
    big = track(messageId="big", properties={"x": "y" * MAX_EVENT})
    answer = await post(client, batch(track(messageId="a"), big, track(messageId="b")))
    (rejected,) = answer.json()["rejected"]
    assert (rejected["index"], rejected["messageId"], rejected["field"]) == (1, "big", "$.batch[1]")
    assert [event.message_id for event in await logged()] == ["a", "b"]


async def test_a_batch_of_up_to_500_kb_is_taken_and_no_more(client: httpx.AsyncClient, logged: Logged) -> None:
    calls = [track(messageId=f"m{n}", properties={"x": "y" * 30_000}) for n in range(16)]
    assert len(json.dumps(batch(*calls))) < MAX_BATCH
    assert (await post(client, batch(*calls))).json() == {"success": True}
    answer = await post(client, batch(*calls, *calls))
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert len(await logged()) == 16


@pytest.mark.parametrize(
    ("field", "value"),
    [("anonymousId", "i" * 201), ("userId", "i" * 201), ("messageId", "i" * 201), ("event", "e" * 201), ("event", "")],
)
async def test_ids_and_names_have_bounds(client: httpx.AsyncClient, field: str, value: str) -> None:
    answer = await post(client, batch(track(**{field: value})))
    assert answer.json()["rejected"][0]["field"] == f"$.batch[0].{field}"


async def test_values_nest_ten_deep_and_no_deeper(client: httpx.AsyncClient) -> None:
    def nested(depth: int) -> Any:
        return [nested(depth - 1)] if depth else 1

    answer = await post(client, batch(track(properties={"x": nested(MAX_DEPTH)})))
    assert answer.json() == {"success": True}
    answer = await post(client, batch(track(properties={"x": nested(MAX_DEPTH + 1)})))
    assert answer.json()["rejected"][0]["field"].startswith("$.batch[0].properties")


# Fields


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ({"type": "nope", "anonymousId": "a"}, "type"),
        ({"anonymousId": "a", "event": "E"}, "type"),
        ({"type": "track", "anonymousId": "a"}, "event"),
        ({"type": "track", "anonymousId": "a", "event": 7}, "event"),
        ({"type": "track", "event": "E"}, "anonymousId"),
        ({"type": "track", "event": "E", "userId": True}, "userId"),
        ({"type": "track", "event": "E", "anonymousId": "a", "properties": []}, "properties"),
        ({"type": "track", "event": "E", "anonymousId": "a", "properties": {"n": 2**63}}, "properties[...]"),
        ({"type": "track", "event": "E", "anonymousId": "a", "context": "x"}, "context"),
        ({"type": "track", "event": "E", "anonymousId": "a", "timestamp": "yesterday"}, "timestamp"),
        ({"type": "track", "event": "E", "anonymousId": "a", "timestamp": "2026-01-02"}, "timestamp"),
        ({"type": "track", "event": "E", "anonymousId": "a", "timestamp": 1767312000}, "timestamp"),
        ({"type": "track", "event": "E", "anonymousId": "a", "messageId": "timer:x"}, "messageId"),
        ({"type": "timer", "anonymousId": "a"}, "type"),
        ({"type": "group", "anonymousId": "a"}, "groupId"),
        ({"type": "alias", "userId": "u"}, "previousId"),
        ({"type": "alias", "anonymousId": "a", "previousId": "p"}, "userId"),
        ({"type": "identify", "anonymousId": "a", "traits": 3}, "traits"),
    ],
)
async def test_the_field_that_is_wrong_is_named(
    client: httpx.AsyncClient, buried: Buried, call: dict[str, Any], field: str
) -> None:
    answer = await post(client, batch(track(), call), **basic(SECRET))
    (rejected,) = answer.json()["rejected"]
    assert rejected["field"] == f"$.batch[1].{field}"
    (letter,) = await buried()
    assert (letter.field, letter.reason) == (rejected["field"], rejected["detail"])
    assert letter.hint
    assert json.loads(letter.payload) == call
    if call.get("type") in CALLS:
        alone = await post(client, call, f"/v1/{call['type']}", **basic(SECRET))
        assert (alone.status_code, alone.json()["field"]) == (400, f"$.{field}")


async def test_good_events_of_a_batch_are_taken_and_bad_ones_listed_and_kept(
    client: httpx.AsyncClient, logged: Logged, buried: Buried
) -> None:
    bad = [{"type": "track", "messageId": "b1", "anonymousId": "ada"}, 17, {"type": "nope"}]
    answer = await post(client, {"writeKey": "key", "batch": [track(messageId="a"), *bad, track(messageId="c")]})
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert [(each["index"], each["messageId"]) for each in answer.json()["rejected"]] == [(1, "b1"), (2, ""), (3, "")]
    assert [event.message_id for event in await logged()] == ["a", "c"]
    assert [letter.field for letter in await buried()] == ["$.batch[1].event", "$.batch[2]", "$.batch[3].type"]


async def test_a_kept_call_has_the_type_of_its_path_and_the_sending_time_of_its_batch(
    client: httpx.AsyncClient, buried: Buried
) -> None:
    await post(client, {"anonymousId": "ada"}, "/v1/track", **basic("key"))
    await post(client, batch({"type": "track"}, sentAt="2026-01-02T03:04:05Z"))
    first, second = [json.loads(letter.payload) for letter in await buried()]
    assert first["type"] == "track"
    assert second["sentAt"] == "2026-01-02T03:04:05Z"


# Times


def iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


@pytest.mark.parametrize(
    ("call", "sent_at", "expected"),
    [
        ({}, None, NOW),
        ({"timestamp": iso(NOW - 5_123)}, None, NOW - 5_123),
        ({"timestamp": iso(NOW - 65_000)}, iso(NOW - 60_000), NOW - 5_000),
        ({"timestamp": iso(NOW + 3_595_000)}, iso(NOW + 3_600_000), NOW - 5_000),
        ({"timestamp": iso(NOW - 65_000), "sentAt": iso(NOW - 60_000)}, iso(NOW), NOW - 5_000),
        ({"originalTimestamp": iso(NOW - 5_000)}, iso(NOW), NOW - 5_000),
        ({"timestamp": iso(NOW + 3_600_000)}, None, NOW + 5_000),
        ({"timestamp": "1960-01-01T00:00:00Z"}, None, 0),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, None, 0),
        ({"timestamp": "9999-12-31T23:59:59-14:00"}, None, NOW + 5_000),
        ({"timestamp": "2026-01-02T03:04:05"}, None, 1_767_323_045_000),
        ({"timestamp": "2026-01-02T03:04:05+0100"}, None, 1_767_319_445_000),
        ({"timestamp": "2026-01-02T03:04:05.123456Z"}, None, 1_767_323_045_123),
    ],
    ids=[
        "none: when it was received",
        "no sentAt: taken as it is",
        "clock one minute slow",
        "clock one hour fast",
        "a call's own sentAt goes first",
        "rudderstack's name for it",
        "the future is cut to the allowed skew",
        "before the epoch",
        "the first day of time",
        "the last day of time",
        "without an offset it is UTC",
        "offset without colon",
        "microseconds",
    ],
)
async def test_event_time_is_the_clients_corrected_by_how_far_its_clock_is_off(
    client: httpx.AsyncClient, logged: Logged, call: dict[str, Any], sent_at: str | None, expected: int
) -> None:
    await post(client, batch(track(**call), sentAt=sent_at))
    (event,) = await logged()
    assert (event.timestamp, event.received_at) == (expected, NOW)


async def test_history_from_a_trusted_server_keeps_its_own_times(client: httpx.AsyncClient, logged: Logged) -> None:
    body = batch(track(timestamp="2020-01-01T00:00:00Z"), historical=True, sentAt=iso(NOW - 60_000))
    assert (await post(client, body)).status_code == 403
    assert (await post(client, body, **basic(SECRET))).status_code == 200
    (event,) = await logged()
    assert (event.timestamp, event.received_at, event.historical) == (1_577_836_800_000, NOW, True)


# When the log is away


async def test_when_the_log_is_away_the_client_is_told_to_try_again(
    client: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch, buried: Buried
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(node, "ingest", away)
    answer = await post(client, batch(track(), {"type": "nope"}))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert await buried() == []


async def test_an_error_nobody_expected_tells_nothing_of_itself(
    client: httpx.AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(node, "ingest", broken)
    answer = await post(client, batch(track()))
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "secret detail" not in answer.text


async def test_other_methods_are_refused_and_the_right_one_named(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/batch")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
