"""Node: one running befit process, wired together: log, store, worker, timers, hub and the live site."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
import structlog

from befit.engine import Program, Traffic, ids_of, tag_event
from befit.engine.consent import allowed
from befit.errors import Forbidden, Problem, Unavailable
from befit.log import EventLog, open_log, partition_of
from befit.model import DeadLetter, DecideRequest, Decision, Event, Profile, Webhook
from befit.node import metrics
from befit.node.batch import Batch
from befit.node.hub import REFRESH_SECONDS, Hub, Subscription, fingerprint, parse_cursor
from befit.node.past.backfill import Backfill
from befit.node.profiles import Profiles
from befit.node.serving.blast_radius import measure
from befit.node.serving.live_site import LiveSite
from befit.node.serving.previews import Previews
from befit.node.serving.publishing import Publishing
from befit.node.serving.release_list import ReleaseInfo, list_releases
from befit.node.settings import Settings
from befit.node.timers import Timers
from befit.node.view import full_view, public_view
from befit.node.webhooks import Caller, Outbox, unset_variables
from befit.node.worker import Worker
from befit.releases.publication import BlastRadius
from befit.releases.registry import FolderRegistry, ReleaseRegistry
from befit.store import ProfileStore, open_store

RETENTION_MS = 90 * 86_400_000
TRIM_SECONDS = 3600.0
MAX_LAG = 2_000
"""Records that may wait for the worker before senders wait for it too: some 100 ms of folding."""
PACE_SECONDS = 2.0
"""How long a sender waits for the worker at most; then it gets its answer, because its events are durable."""

_encode = msgspec.msgpack.Encoder().encode
_encode_json = msgspec.json.Encoder().encode
_decode_letter = msgspec.json.Decoder(DeadLetter).decode
_log = structlog.get_logger("befit.node")


def clock() -> int:
    """Milliseconds since the epoch: the one place where a node reads the time."""
    return time.time_ns() // 1_000_000


class Node:
    """One process. `start` opens everything, `stop` drains and closes it; everything else in between."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry: ReleaseRegistry = FolderRegistry(settings.data / "releases")
        self.site = LiveSite(settings.site, clock, self.registry)
        self.publishing = Publishing(self.site, self._measure, lambda: self.backfill.share_read)
        self.log: EventLog = open_log(settings.log_url, "events")
        self.letters: EventLog = open_log(settings.log_url, "dead-letters")
        self.store: ProfileStore = open_store(settings.store_url)
        self.profiles = Profiles(self.store)
        self.hub = Hub(self.profiles, self.traffic_of, self.look, clock, settings.connections)
        self.worker = Worker(self.log, self.store, self.profiles, self._traffic, self.bury, self._on_commit, clock)
        self.previews = Previews(settings.secret_key, self.site.programs, self.log, clock)
        self.backfill = Backfill(
            settings.data / "backfill", self.log, self.store, self.profiles, self.worker, self._traffic, clock
        )
        self.timers = Timers(self.store, self.ingest, clock)
        caller = Caller(private=settings.private_webhooks, environment=os.environ, clock=clock)
        self.outbox = Outbox(self.store, caller, self._webhook, self.bury, clock)
        self._tasks: list[asyncio.Task[Any]] = []
        self._condition_errors: dict[str, str] = {}

    @property
    def program(self) -> Program:
        """The program of the live release; read it once per request, because it may be swapped between two awaits."""
        return self.site.traffic.live

    @property
    def problems(self) -> list[Problem]:
        """Why the newest state of the site folder was not taken; empty when it is live."""
        return self.site.problems

    async def releases(self) -> list[ReleaseInfo]:
        """The releases that were published, or have served on this node; what began to serve last comes first."""
        return list_releases(await self.registry.releases(), await self.registry.history())

    async def start(self) -> None:
        """Find out what serves, open log and store, fold what a crash left behind, and go to work.

        Raises SiteError when nothing can serve.
        """
        await self.site.open(watched=self.settings.watch)
        await self.log.open()
        await self.letters.open()
        await self.store.open()
        await self.worker.open()
        await self.backfill.open()
        self.site.attach(self.backfill.go_live, lambda: self.hub.refresh(timed_only=False))
        loops: list[Coroutine[Any, Any, None]] = [
            self.worker.run(),
            self.timers.run(),
            self.outbox.run(),
            self._refresh_forever(),
            self._trim_forever(),
            self.site.follow(),
        ]
        if self.settings.watch:
            loops.append(self.site.watch())
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        for task in self._tasks:
            task.add_done_callback(_report)
        for webhook in self.program.release.site.webhooks:
            if unset := unset_variables(webhook, os.environ):
                _log.warning("a webhook waits for its secrets", webhook=webhook.name, unset=unset)

    async def stop(self) -> None:
        """End subscriptions, fold what is durable, close log and store."""
        self.hub.end()
        await self.publishing.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self.worker.catch_up()
        except Unavailable as error:
            _log.warning("not everything is folded; the next start goes on", reason=str(error))
        await self.backfill.close()
        await self.log.close()
        await self.letters.close()
        await self.store.close()

    async def ingest(self, events: Sequence[Event], *, fold: bool = False) -> None:
        """Append the events to the log. They are durable on return and, with `fold`, folded too.

        Raises Unavailable when the log cannot take them now.
        """
        by_partition: dict[int, list[bytes]] = {}
        for event in events:
            partition = partition_of(ids_of(event)[-1], self.log.partitions)
            by_partition.setdefault(partition, []).append(_encode(event))
        started = time.perf_counter()
        for partition, values in by_partition.items():
            last = await self.log.append(partition, values) + len(values) - 1
            if fold:
                await self.worker.folded(partition, last)
            else:
                await self._keep_pace(partition, last)
        metrics.APPEND_SECONDS.observe(time.perf_counter() - started)

    async def _keep_pace(self, partition: int, offset: int) -> None:
        """Slow a sender down to the worker, so that a bulk import does not make visitors wait behind it.

        What was appended is durable whatever the worker does, so a worker that stands still delays the answer only so long.
        """
        if self.worker.positions[partition] > offset - MAX_LAG:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PACE_SECONDS):
                await self.worker.folded(partition, offset - MAX_LAG)

    async def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keep events that could not be used where they can be looked at and replayed. Durable on return."""
        await self.letters.append(0, [_encode_json(letter) for letter in letters])
        metrics.DEAD_LETTERS.inc(len(letters))

    async def dead_letters(self, offset: int, limit: int) -> list[DeadLetter]:
        """Up to `limit` dead letters from `offset` on; each carries its offset."""
        found = []
        for record in await self.letters.read(0, offset, limit):
            letter = _decode_letter(record.value)
            letter.offset = record.offset
            found.append(letter)
        return found

    async def profile(self, anonymous_id: str, user_id: str) -> tuple[Profile, bool]:
        """The visitor's profile, a fresh empty one when unknown, and whether it is stale: the store is away."""
        name = f"u:{user_id}" if user_id else f"a:{anonymous_id}"
        profile_id = name
        try:
            profile_id = (await self.profiles.leads((name,)))[name]
            profile = await self.profiles.get(profile_id)
            stale = False
        except Unavailable:
            profile, stale = self.profiles.at_hand(profile_id), True
        return (profile or Profile(id=profile_id, ids=[name]), stale)

    async def look(self, request: DecideRequest) -> tuple[Profile, bool]:
        """The profile from which a request is decided, and whether it is stale: that of `profile`, or a draft's own."""
        profile, stale = await self.profile(request.anonymous_id, request.user_id)
        if request.preview:
            profile = await self.previews.profile(request.preview, profile)
        return profile, stale

    def traffic_of(self, request: DecideRequest) -> Traffic:
        """What decides for a request: what serves now, or a draft that is previewed."""
        return self.previews.traffic(request.preview) if request.preview else self.site.traffic

    async def find(self, any_id: str) -> Profile | None:
        """The profile that a user id or an anonymous id leads to."""
        names = [any_id] if any_id[:2] in ("u:", "a:") else [f"u:{any_id}", f"a:{any_id}"]
        for profile_id in await self.store.resolve(names):
            profile = await self.profiles.get(profile_id)
            if profile is not None:
                return profile
        return None

    async def tag(self, profile: Profile, tag: str, *, given: bool, ttl_ms: int = 0, by: str = "") -> Profile:
        """Set or remove a tag by hand; the profile with it. The event is in the log, so that replaying it gives the same.

        Raises Forbidden for a tag whose purpose the visitor has not consented to, Unavailable as `ingest` does.
        """
        rule = self.site.traffic.program_of(profile).tags.get(tag)
        if given and rule is not None and not allowed(rule.rule.purpose, profile):
            raise Forbidden(f"the visitor has not consented to {rule.rule.purpose!r}, the purpose of the tag {tag!r}")
        message_id = f"tag:{uuid4()}"
        event = tag_event(profile.id, tag, given=given, ttl_ms=ttl_ms, by=by, now=clock(), message_id=message_id)
        await self.ingest([event], fold=True)
        return await self.find(profile.id) or profile

    def decide(self, profile: Profile, request: DecideRequest, *, stale: bool = False) -> list[Decision]:
        """What each slot shows now. Raises NotFound for a slot that the site does not have."""
        decisions = self.traffic_of(request).decide(profile, request, clock())
        if stale:
            metrics.DECISIONS_STALE.inc(len(decisions))
            for decision in decisions:
                decision.stale = True
        return decisions

    def public_view(self, profile: Profile, request: DecideRequest) -> dict[str, Any]:
        """What the browser that asks may read of the profile."""
        return public_view(profile, self.traffic_of(request).program_of(profile), clock())

    def full_view(self, profile: Profile) -> dict[str, Any]:
        """All that is known of a visitor, for holders of the secret key."""
        return full_view(profile, self.site.traffic.program_of(profile), clock())

    def subscribe(self, request: DecideRequest, since: str) -> Subscription:
        """Follow slots from the cursor `since` on. Raises NotFound for an unknown slot, Unavailable when the node is full."""
        return self.hub.subscribe(request, since)

    def snapshot(self, profile: Profile, request: DecideRequest, since: str) -> tuple[str, list[bytes]]:
        """The cursor now, and the decisions, as JSON, that a client at the cursor `since` does not have."""
        decisions = self.decide(profile, request)
        seen = parse_cursor(since, len(decisions))
        now = [fingerprint(decision) for decision in decisions]
        news = [_encode_json(d) for d, before, after in zip(decisions, seen, now, strict=True) if before != after]
        return ".".join(now), news

    async def ready(self) -> dict[str, str]:
        """Driver or loop -> `ok`, or what is wrong with it."""
        state = {"worker": self.worker.trouble or "ok"}
        for name, check in (("log", self.log.end(0)), ("store", self.store.position(0))):
            try:
                await check
                state[name] = "ok"
            except Unavailable as error:
                state[name] = str(error)
        return state

    def count_condition_errors(self) -> None:
        """Bring the metric of conditions that erred up to date; each new kind of error is logged once."""
        for program in (self.site.traffic.live, self.site.traffic.candidate):
            for where, condition in program.conditions if program is not None else ():
                if condition.errors:
                    metrics.CONDITION_ERRORS.labels(where).inc(condition.errors)
                    if self._condition_errors.get(where) != condition.last_error:
                        self._condition_errors[where] = condition.last_error
                        _log.warning("a condition errs and counts as false", where=where, error=condition.last_error)
                    condition.errors = 0

    async def _measure(
        self, files: Mapping[str, str], against: str, on_progress: Callable[[float], None]
    ) -> BlastRadius:
        return await measure(files, against, self.settings.data, on_progress)

    def _traffic(self) -> Traffic:
        return self.site.traffic

    def _webhook(self, name: str) -> Webhook | None:
        """The webhook of this name, of the live release before the candidate."""
        traffic = self.site.traffic
        programs = [program for program in (traffic.live, traffic.candidate) if program is not None]
        found = (webhook for program in programs for webhook in program.release.site.webhooks if webhook.name == name)
        return next(found, None)

    def _on_commit(self, batch: Batch) -> None:
        self.hub.on_commit(batch.changed, batch.moved, batch.profiles)
        if batch.commit.outbox:
            self.outbox.offer(batch.commit.outbox)

    async def _refresh_forever(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            self.count_condition_errors()
            await self.hub.refresh(timed_only=True)

    async def _trim_forever(self) -> None:
        while True:
            for log in (self.log, self.letters):
                for partition in range(log.partitions):
                    await log.trim(partition, clock() - RETENTION_MS)
            await asyncio.sleep(TRIM_SECONDS)


def _report(task: asyncio.Task[Any]) -> None:
    """A background loop ends only when it is cancelled; anything else must be seen."""
    if not task.cancelled() and task.exception() is not None:
        _log.error("a background loop died", exc_info=task.exception())
