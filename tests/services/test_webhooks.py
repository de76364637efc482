"""The outbox on a real store, a real network and a real receiver: at least once, under one id, until it is settled."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook as Verifier

from befit.engine import Call
from befit.errors import Unavailable
from befit.model import DeadLetter, Webhook
from befit.node import Node, Settings, clock
from befit.node.webhooks import Caller, Outbox
from befit.store import Commit, ProfileStore, open_store
from tests.events import event, track
from tests.receivers import Receiver, receiving
from tests.sites import write_site

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again at once."""
    monkeypatch.setattr("befit.node.webhooks.outbox.FIRST_MS", 10)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


class Office:
    """A store with an outbox, and those who work on it."""

    def __init__(self, store: ProfileStore, webhooks: dict[str, Webhook]) -> None:
        self.store = store
        self.webhooks = webhooks
        self.letters: list[DeadLetter] = []
        self.offset = 0
        self.clock: Callable[[], int] = clock

    async def put(self, *names: str, webhook: str = "crm") -> dict[str, bytes]:
        """Commit calls, as the worker does."""
        calls = {name: msgspec.msgpack.encode(Call(name, webhook, b'{"n":"' + name.encode() + b'"}')) for name in names}
        self.offset += 1
        await self.store.commit(Commit(0, self.offset, outbox=calls))
        return calls

    async def bury(self, letters: Any) -> None:
        self.letters += letters

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Outbox]:
        caller = Caller(private=True, environment=os.environ, clock=clock)
        outbox = Outbox(self.store, caller, self.webhooks.get, self.bury, lambda: self.clock())
        task = asyncio.create_task(outbox.run())
        try:
            yield outbox
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def empty(self, seconds: float = 20) -> None:
        """Until nothing waits in the store any more."""
        await eventually(self.store.outbox, lambda calls: not calls, seconds)


async def eventually(look: Callable[[int], Awaitable[Any]], holds: Callable[[Any], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not holds(await look(100)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the store tells nobody


@pytest.fixture
async def office(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Office]:
    store = open_store(f"embedded:{tmp_path}/data")
    await store.open()
    yield Office(store, {"crm": Webhook(name="crm", url=f"{receiver.url}/crm")})
    await store.close()


async def test_what_a_crash_left_in_the_store_is_sent_and_settled(office: Office, receiver: Receiver) -> None:
    await office.put("1", "2", "3")
    async with office.working():
        await office.empty()
    assert sorted(each.id for each in receiver.received) == ["1", "2", "3"]


async def test_what_a_commit_asks_for_is_sent_at_once(office: Office, receiver: Receiver) -> None:
    async with office.working() as outbox:
        await office.empty()
        outbox.offer(await office.put("1"))
        outbox.offer(await office.put("2"))
        await office.empty()
    assert [each.id for each in receiver.received] == ["1", "2"]


async def test_failures_are_tried_again_under_the_same_id_with_the_same_body(
    office: Office, receiver: Receiver
) -> None:
    receiver.answers += [(500, {}), (503, {"retry-after": "0"})]
    await office.put("1")
    async with office.working():
        await office.empty()
    assert [(each.id, each.body) for each in receiver.received] == [("1", b'{"n":"1"}')] * 3
    assert office.letters == []


async def test_what_is_cut_short_is_sent_again_by_the_next_under_the_same_id(
    office: Office, receiver: Receiver
) -> None:
    receiver.holding = asyncio.Event()
    await office.put("1")
    async with office.working():
        await receiver.wait_for(1)
    receiver.holding.set()
    async with office.working():
        await office.empty()
    assert [each.id for each in receiver.received] == ["1", "1"]


@pytest.mark.parametrize("status", [410, 400, 404])
async def test_what_is_refused_is_given_up_at_once_and_kept_for_people(
    office: Office, receiver: Receiver, status: int
) -> None:
    receiver.answers.append((status, {}))
    await office.put("1")
    async with office.working():
        await office.empty()
    assert len(receiver.received) == 1
    (letter,) = office.letters
    assert (letter.source, letter.field) == ("webhook", "webhooks.crm")
    assert letter.reason.startswith(f"webhook crm: it answered {status}")
    assert msgspec.json.decode(letter.payload) == {"id": "1", "webhook": "crm", "body": {"n": "1"}}


async def test_what_fails_for_a_day_is_given_up(office: Office, receiver: Receiver) -> None:
    receiver.answers += [(500, {})] * 1_000
    now = 1_790_000_000_000
    hours = iter(range(10_000))
    office.clock = lambda: now + next(hours) * 3_600_000
    await office.put("1")
    async with office.working():
        await office.empty()
    assert len(receiver.received) > 1
    assert office.letters[0].reason == "webhook crm: it answered 500"


async def test_a_webhook_that_the_site_has_no_more_is_given_up(office: Office, receiver: Receiver) -> None:
    await office.put("1", webhook="old")
    async with office.working():
        await office.empty()
    assert office.letters[0].reason == "webhook old: the site has no webhook 'old' any more"


async def test_a_letter_is_sent_once_more_under_its_old_id(office: Office, receiver: Receiver) -> None:
    receiver.answers += [(410, {}), (410, {})]
    await office.put("1")
    async with office.working() as outbox:
        await office.empty()
        (letter,) = office.letters
        letter.offset = 7
        assert await outbox.again([letter]) == [(7, "it answered 410 (gone)")]
        assert await outbox.again([letter]) == []
    assert [(each.id, each.body) for each in receiver.received] == [("1", b'{"n":"1"}')] * 3


async def test_a_host_gets_two_calls_at_a_time_and_holds_up_no_other(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as slow:
        slow.holding = asyncio.Event()
        office.webhooks["slow"] = Webhook(name="slow", url=slow.url)
        await office.put(*(f"1{n:02}" for n in range(20)), webhook="slow")
        await office.put(*(f"2{n:02}" for n in range(20)))
        async with office.working():
            await receiver.wait_for(20)
            await slow.wait_for(2)
            assert (len(slow.received), slow.busiest) == (2, 2)
            slow.holding.set()
            await office.empty()
        assert len(slow.received) == 20
        assert max(slow.busiest, receiver.busiest) == 2


async def test_more_than_is_held_in_memory_waits_in_the_store_and_no_webhook_blocks_another(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("befit.node.webhooks.outbox.HELD", 10)
    async with receiving() as slow:
        slow.holding = asyncio.Event()
        office.webhooks["slow"] = Webhook(name="slow", url=slow.url)
        await office.put(*(f"1{n:03}" for n in range(150)), webhook="slow")
        await office.put("2000", "2001")
        async with office.working() as outbox:
            await receiver.wait_for(2)
            outbox.offer(await office.put("2002"))
            await receiver.wait_for(3)
            slow.holding.set()
            await office.empty()
        assert sorted(each.id for each in slow.received) == [f"1{n:03}" for n in range(150)]


async def test_while_the_store_is_away_nothing_is_lost(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("befit.node.webhooks.outbox.STORE_AWAY_SECONDS", 0.01)
    settle, failed = office.store.settle, asyncio.Event()

    async def away(ids: Any) -> None:
        failed.set()
        raise Unavailable("the store is away")

    monkeypatch.setattr(office.store, "settle", away)
    await office.put("1")
    async with office.working():
        await failed.wait()
        monkeypatch.setattr(office.store, "settle", settle)
        await office.empty()
    assert [each.id for each in receiver.received] == ["1"]


class TestNode:
    @pytest.fixture
    async def node(self, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Node]:
        monkeypatch.setenv("CRM_SECRET", SECRET)
        site = write_site(
            tmp_path / "site",
            site=f"name: test\nwebhooks: {{crm: {{url: '{receiver.url}', secret: CRM_SECRET}}}}\n",
            triggers="tell: {on: Click, webhook: crm}\nidle: {on: Click, delay: 1s, webhook: crm}\n",
        )
        running = Node(Settings(site, data=tmp_path / "node", secret_key="x" * 20, watch=False, private_webhooks=True))
        await running.start()
        yield running
        await running.stop()

    async def test_a_trigger_calls_the_receiver_signed_once_for_each_event(
        self, node: Node, receiver: Receiver
    ) -> None:
        clicks = [track("Click", n / 10) for n in range(5)]
        await node.ingest([*clicks, *clicks], fold=True)
        received = await receiver.wait_for(6)
        await eventually(node.store.outbox, lambda calls: not calls)
        assert [each.data["trigger"] for each in received].count("tell") == 5
        assert len({each.id for each in received}) == 6
        for each in received:
            assert Verifier(SECRET).verify(each.body, each.headers)["type"] == "trigger"

    async def test_folding_the_log_again_calls_nobody(self, node: Node, receiver: Receiver, tmp_path: Path) -> None:
        from befit.node.past.rebuild import keep_calls, rebuild

        receiver.answers += [(500, {})] * 10_000
        await node.ingest([track("Click", 0), event("page", "page", 1)], fold=True)
        await receiver.wait_for(1)
        again = open_store(f"embedded:{tmp_path}/again")
        await again.open()
        assert await rebuild(node.log, again, node.program) >= 2
        assert await again.outbox(10) == []
        waiting = await node.store.outbox(10)
        await keep_calls(node.store, again)
        assert await again.outbox(10) == waiting
        assert waiting
        await again.close()
        receiver.answers.clear()
