"""Sends recorded calls to a running server, as fast as it takes them, each counted once.

Calls of one visitor stay in their order: each visitor belongs to one of a few lanes, and a lane sends one batch at a
time. A batch that fails is sent again with the same message ids, so nothing is lost and nothing counts twice.
"""

from __future__ import annotations

import asyncio
import gzip
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Any, Final
from zlib import crc32

import httpx
import msgspec

from befit.errors import Forbidden, InputError, TooLarge, Unauthorized, Unavailable

MAX_BATCH_BYTES: Final = 400_000
"""Of JSON before compression; the server takes 500 kB."""
ATTEMPTS: Final = 12
FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 10.0
TIMEOUT_S: Final = 60.0
KEPT_REASONS: Final = 20

Record = Mapping[str, Any]
Batch = list[bytes]


@dataclass(slots=True)
class Tally:
    """What has come of the calls so far.

    `sent` counts those that the server answered for, `rejected` those among them that it refused, with the most common
    `reasons`; `retries` counts batches sent again; `seconds` is the time since the start.
    """

    sent: int = 0
    rejected: int = 0
    retries: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        """Calls per second."""
        return self.sent / self.seconds if self.seconds else 0.0


async def replay(
    records: Iterable[Record],
    url: str,
    key: str,
    *,
    historical: bool = False,
    batch: int = 500,
    concurrency: int = 4,
    on_progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Send calls of Segment's specification to the server at `url`; returns when it has answered for all of them.

    `key` is a write key, or the server's secret key; only with that may `historical` be set, which keeps the calls'
    own times however old they are. `batch` calls at most travel together, and `concurrency` batches at a time.

    Raises Unavailable when the server stays away, Unauthorized, Forbidden or InputError when it refuses a whole batch,
    and whatever reading `records` raises. What was sent until then stays sent; sending it again does no harm.
    """
    tally = Tally()
    started = perf_counter()

    def told(answered: int, rejected: list[dict[str, Any]]) -> None:
        tally.sent += answered
        tally.rejected += len(rejected)
        tally.seconds = perf_counter() - started
        for each in rejected:
            reason = f"{each.get('field', '')}: {each.get('detail', '')}".removeprefix(": ")
            if reason in tally.reasons or len(tally.reasons) < KEPT_REASONS:
                tally.reasons[reason] += 1
        on_progress(tally)

    lanes: list[asyncio.Queue[Batch | None]] = [asyncio.Queue(maxsize=2) for _ in range(concurrency)]
    limits = httpx.Limits(max_connections=concurrency)
    async with httpx.AsyncClient(base_url=url.rstrip("/"), timeout=TIMEOUT_S, limits=limits) as client:
        sender = _Sender(client, key, historical, tally)
        try:
            async with asyncio.TaskGroup() as tasks:
                for lane in lanes:
                    tasks.create_task(_send_lane(lane, sender, told))
                await _fill(records, lanes, batch)
        except BaseExceptionGroup as errors:
            # One failure ends all lanes; the first is the one to tell.
            raise errors.exceptions[0] from None
    tally.seconds = perf_counter() - started
    return tally


async def _fill(records: Iterable[Record], lanes: list[asyncio.Queue[Batch | None]], batch: int) -> None:
    encode = msgspec.json.Encoder().encode
    waiting: list[Batch] = [[] for _ in lanes]
    sizes = [0] * len(lanes)
    for record in records:
        visitor = str(record.get("anonymousId") or record.get("userId") or "")
        lane = crc32(visitor.encode()) % len(lanes)
        call = encode(record)
        if waiting[lane] and sizes[lane] + len(call) > MAX_BATCH_BYTES:
            await lanes[lane].put(waiting[lane])
            waiting[lane], sizes[lane] = [], 0
        waiting[lane].append(call)
        sizes[lane] += len(call)
        if len(waiting[lane]) >= batch:
            await lanes[lane].put(waiting[lane])
            waiting[lane], sizes[lane] = [], 0
    for queue, rest in zip(lanes, waiting, strict=True):
        if rest:
            await queue.put(rest)
        await queue.put(None)


async def _send_lane(
    lane: asyncio.Queue[Batch | None], sender: _Sender, told: Callable[[int, list[dict[str, Any]]], None]
) -> None:
    while (calls := await lane.get()) is not None:
        told(len(calls), await sender.send(calls))


@dataclass(slots=True)
class _Sender:
    client: httpx.AsyncClient
    key: str
    historical: bool
    tally: Tally
    jitter: Random = field(default_factory=Random)

    async def send(self, calls: Batch) -> list[dict[str, Any]]:
        """The calls that the server rejected, as it describes them."""
        failures = 0
        while True:
            answer, problem = await self._post(calls)
            if answer is not None and answer.is_success:
                rejected: list[dict[str, Any]] = answer.json().get("rejected", [])
                return rejected
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                raise _refusal(answer)
            failures += 1
            if failures == ATTEMPTS:
                raise Unavailable(
                    f"{self.client.base_url} takes no events: {problem}. Start it and run the same command again; "
                    "what was sent before does not count twice"
                )
            self.tally.retries += 1
            await asyncio.sleep(self._wait(failures))

    async def _post(self, calls: Batch) -> tuple[httpx.Response | None, str]:
        head = {"sentAt": datetime.now(UTC).isoformat()}
        fields = msgspec.json.encode({**head, "historical": True} if self.historical else head)
        body = fields[:-1] + b',"batch":[' + b",".join(calls) + b"]}"
        headers = {
            "authorization": "Basic " + b64encode(f"{self.key}:".encode()).decode(),
            "content-type": "application/json",
            "content-encoding": "gzip",
        }
        try:
            answer = await self.client.post("/v1/batch", content=gzip.compress(body, 1), headers=headers)
        except httpx.TransportError as error:
            return None, str(error) or type(error).__name__
        return answer, f"it answered {answer.status_code}"

    def _wait(self, failures: int) -> float:
        longest: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1))
        return longest * self.jitter.uniform(0.5, 1.0)


def _refusal(answer: httpx.Response) -> InputError:
    try:
        problem = answer.json()
        detail, place = str(problem["detail"]), str(problem.get("field", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        detail, place = f"{answer.url} answered {answer.status_code}; is it a befit server?", ""
    kinds: dict[int, type[InputError]] = {401: Unauthorized, 403: Forbidden, 413: TooLarge}
    return kinds.get(answer.status_code, InputError)(detail, field=place)
