"""The outbox: sends what commits put into the store, at least once, until it arrives or is given up.

Calls come from the worker as it commits, and from the store at the start. Each waits in memory, with the store's copy behind
it, until it is settled. A webhook that does not answer holds up only its own: every host has few attempts at a time, and of
every webhook only so many calls are held; the others stay in the store until there is room.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final
from urllib.parse import urlsplit

import msgspec
import structlog

from befit.engine import Call
from befit.errors import Unavailable
from befit.model import DeadLetter, Webhook
from befit.node import metrics
from befit.node.webhooks.caller import Caller, Outcome
from befit.store import ProfileStore

SOURCE: Final = "webhook"
"""Source of dead letters that are calls given up."""

AT_ONCE: Final = 8
PER_HOST: Final = 2
HELD: Final = 1_000
"""Calls of one webhook in memory, of at most 16 KiB each."""

PAGE: Final = 100
FIRST_MS: Final = 1_000
LONGEST_MS: Final = 3_600_000
GIVE_UP_MS: Final = 86_400_000
IDLE_SECONDS: Final = 60.0
STORE_AWAY_SECONDS: Final = 1.0

_decode = msgspec.msgpack.Decoder(Call).decode
_log = structlog.get_logger("befit.webhooks")


class Letter(msgspec.Struct):
    """What a dead letter keeps of a call."""

    id: str
    webhook: str
    body: msgspec.Raw


@dataclass(slots=True)
class Waiting:
    """A call that is not settled. `since` is when it was first taken up here."""

    call: Call
    since: int
    tries: int = 0


class Outbox:
    """All calls that wait. `webhook` finds one by name in what is live; `dice` gives numbers from 0 to 1, for the jitter."""

    def __init__(
        self,
        store: ProfileStore,
        caller: Caller,
        webhook: Callable[[str], Webhook | None],
        bury: Callable[[Sequence[DeadLetter]], Awaitable[None]],
        clock: Callable[[], int],
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._caller = caller
        self._webhook = webhook
        self._bury = bury
        self._clock = clock
        self._dice = dice
        self._held: dict[str, Waiting] = {}
        self._queues: dict[str, list[tuple[int, str]]] = {}  # webhook -> heap of (when to try, id of the call)
        self._counts: Counter[str] = Counter()  # webhook -> calls held
        self._busy: Counter[str] = Counter()  # host -> attempts under way
        self._left: set[str] = set()  # webhooks with calls that only the store has
        self._done: list[str] = []  # sent or given up, not settled yet
        self._stale = True  # the store has calls that are to be taken up
        self._news = asyncio.Event()
        self._told: dict[str, str] = {}

    def offer(self, calls: Mapping[str, bytes]) -> None:
        """Take up the calls of a commit."""
        for name, value in calls.items():
            self._hold(name, value)
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled. What is under way then is tried again after the next start, with the same id."""
        try:
            async with asyncio.TaskGroup() as attempts:
                while True:
                    self._news.clear()
                    away = not await self._agree_with_store()
                    while (waiting := self._next()) is not None:
                        host = self._host(waiting.call.webhook)
                        self._busy[host] += 1
                        attempts.create_task(self._attempt(waiting, host))
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), STORE_AWAY_SECONDS if away else self._pause())
        finally:
            await self._caller.close()

    async def again(self, letters: Sequence[DeadLetter]) -> list[tuple[int, str]]:
        """One more attempt at each call that was given up, with its old id; offset and reason of those that failed."""
        room = asyncio.Semaphore(AT_ONCE)

        async def attempt(letter: DeadLetter) -> str:
            try:
                kept = msgspec.json.decode(letter.payload, type=Letter)
            except msgspec.MsgspecError as error:
                return str(error)
            async with room:
                return (await self._outcome(Call(kept.id, kept.webhook, bytes(kept.body)))).reason

        reasons = await asyncio.gather(*map(attempt, letters))
        return [(letter.offset, reason) for letter, reason in zip(letters, reasons, strict=True) if reason]

    async def _agree_with_store(self) -> bool:
        """Settle what is done, and take up what only the store has; whether the store is there."""
        try:
            if self._done:
                done = tuple(self._done)
                await self._store.settle(done)
                del self._done[: len(done)]
                for name in done:
                    self._counts[self._held.pop(name).call.webhook] -= 1
            if self._stale or any(self._counts[name] < HELD // 2 for name in self._left):
                await self._take_up()
        except Unavailable as error:
            _log.warning("webhooks wait", reason=str(error))
            return False
        return True

    async def _take_up(self) -> None:
        self._left.clear()
        after = ""
        while calls := await self._store.outbox(PAGE, after):
            for name, value in calls:
                self._hold(name, value)
            after = calls[-1][0]
        self._stale = False

    def _hold(self, name: str, value: bytes) -> None:
        if name in self._held:
            return
        try:
            call = _decode(value)
        except msgspec.MsgspecError:
            call = Call(name, "", value)
        if self._counts[call.webhook] >= HELD:
            self._left.add(call.webhook)
            return
        self._held[name] = Waiting(call, self._clock())
        self._counts[call.webhook] += 1
        heappush(self._queues.setdefault(call.webhook, []), (0, name))

    def _next(self) -> Waiting | None:
        """The call that has been due for longest and whose host has room; None when there is none."""
        if self._busy.total() >= AT_ONCE:
            return None
        now = self._clock()
        ready = [
            (queue[0], webhook)
            for webhook, queue in self._queues.items()
            if queue and queue[0][0] <= now and self._busy[self._host(webhook)] < PER_HOST
        ]
        if not ready:
            return None
        _, webhook = min(ready)
        return self._held[heappop(self._queues[webhook])[1]]

    def _pause(self) -> float:
        """Seconds until the next call is due. What waits for room is told of by the attempt that makes it."""
        now = self._clock()
        later = [queue[0][0] - now for queue in self._queues.values() if queue and queue[0][0] > now]
        return min(min(later, default=0) / 1000 or IDLE_SECONDS, IDLE_SECONDS)

    async def _attempt(self, waiting: Waiting, host: str) -> None:
        waiting.tries += 1
        call = waiting.call
        try:
            outcome = await self._outcome(call)
            if outcome.kind == "sent":
                metrics.WEBHOOKS_SENT.labels(call.webhook).inc()
                self._told.pop(call.webhook, None)
                self._done.append(call.id)
            elif outcome.kind == "refused" or self._clock() - waiting.since >= GIVE_UP_MS:
                await self._give_up(waiting, outcome.reason)
            else:
                self._put_off(waiting, outcome)
        except Unavailable:
            self._put_off(waiting, Outcome("failed", "the dead letters cannot be written"))
        finally:
            self._busy[host] -= 1
            self._news.set()

    async def _outcome(self, call: Call) -> Outcome:
        webhook = self._webhook(call.webhook)
        if webhook is None:
            return Outcome("refused", f"the site has no webhook {call.webhook!r} any more")
        return await self._caller.attempt(webhook, call)

    def _put_off(self, waiting: Waiting, outcome: Outcome) -> None:
        """Try again later: with jitter, so that what failed together does not come back together."""
        call = waiting.call
        metrics.WEBHOOKS_FAILED.labels(call.webhook).inc()
        self._tell(call.webhook, outcome.reason)
        pause = min(FIRST_MS << min(waiting.tries - 1, 30), LONGEST_MS) * (1 + self._dice()) / 2
        now = self._clock()
        due = min(now + max(int(pause), outcome.wait_ms), max(now + FIRST_MS, waiting.since + GIVE_UP_MS))
        heappush(self._queues[call.webhook], (due, call.id))

    async def _give_up(self, waiting: Waiting, reason: str) -> None:
        call = waiting.call
        await self._bury([letter_of(call, reason, self._clock())])
        metrics.WEBHOOKS_GIVEN_UP.labels(call.webhook).inc()
        self._tell(call.webhook, reason)
        self._done.append(call.id)

    def _tell(self, webhook: str, reason: str) -> None:
        """Each new trouble of a webhook is logged once."""
        if self._told.get(webhook) != reason:
            self._told[webhook] = reason
            _log.warning("a webhook fails", webhook=webhook, reason=reason)

    def _host(self, webhook: str) -> str:
        found = self._webhook(webhook)
        return urlsplit(found.url).netloc if found is not None else ""


def letter_of(call: Call, reason: str, now: int) -> DeadLetter:
    """The dead letter of a call that was given up; replaying it makes one more attempt."""
    try:
        body = msgspec.Raw(msgspec.json.encode(msgspec.json.decode(call.body)))
    except msgspec.MsgspecError:
        body = msgspec.Raw(msgspec.json.encode(call.body.hex()))
    return DeadLetter(
        received_at=now,
        reason=f"webhook {call.webhook}: {reason}",
        field=f"webhooks.{call.webhook}",
        hint="replay it once the cause is mended",
        source=SOURCE,
        payload=msgspec.json.encode(Letter(call.id, call.webhook, body)).decode(),
    )
