"""The hub: open subscriptions by profile; after a fold it decides again what can have changed and hands on what did.

A subscription holds at most one waiting message per slot, the newest, so a client that reads slowly costs no memory;
one that does not read at all for `SLOW_SECONDS` is ended and can resume. The cursor that goes with every message says
what the client has seen, slot by slot, so any node can resume any client without having kept anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from befit.engine import Traffic
from befit.errors import NotFound, Unavailable
from befit.model import DecideRequest, Decision, Profile
from befit.node import metrics
from befit.node.batch import EVERYTHING
from befit.node.profiles import Profiles
from befit.node.view import public_view

SLOW_SECONDS = 30.0
REFRESH_SECONDS = 15.0
UNSEEN = "-"

_encode = msgspec.json.Encoder().encode


class Message(NamedTuple):
    """One message for a client. `kind` is `decision`, `profile` or `end`; `id` the cursor after it; `data` JSON."""

    kind: str
    id: str
    data: bytes


class Subscription:
    """One open connection's interest in the slots of one profile. Use as an async context manager."""

    __slots__ = (
        "_hub",
        "_profile_data",
        "_waiter",
        "current",
        "ended",
        "pending",
        "profile_id",
        "request",
        "seen",
        "since",
        "slots",
    )

    def __init__(self, hub: Hub, request: DecideRequest, slots: list[str], since: str) -> None:
        self._hub = hub
        self._waiter: asyncio.Future[None] | None = None
        self._profile_data = b""
        self.request = request
        self.slots = slots
        self.profile_id = ""
        self.seen = parse_cursor(since, len(slots))
        self.current = list(self.seen)
        self.pending: dict[int, bytes] = {}
        self.since = 0.0
        self.ended = False

    async def __aenter__(self) -> Subscription:
        await self._hub.enter(self)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._hub.leave(self)

    async def next(self, seconds: float) -> list[Message]:
        """The messages that wait, at least one; empty when none came within `seconds`. `end` is always the last."""
        if not self.pending and not self._profile_data and not self.ended:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            handle = loop.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                handle.cancel()
                self._waiter = None
        return self._drain()

    def offer(self, index: int, fingerprint: str, data: bytes) -> bool:
        """Put the newest decision of a slot in line, unless the client has just that; whether it is news."""
        if fingerprint == self.current[index]:
            return False
        self.current[index] = fingerprint
        if fingerprint == self.seen[index]:
            self.pending.pop(index, None)
            return False
        self._note_waiting()
        self.pending[index] = data
        self._wake()
        return True

    def offer_profile(self, data: bytes) -> None:
        """Put the newest view of the profile in line."""
        self._note_waiting()
        self._profile_data = data
        self._wake()

    def end(self) -> None:
        """Let the client know that this connection ends; what waits is still delivered."""
        self.ended = True
        self._wake()

    def _note_waiting(self) -> None:
        if not self.pending and not self._profile_data:
            self.since = asyncio.get_running_loop().time()

    def _drain(self) -> list[Message]:
        messages = []
        for index, data in self.pending.items():
            self.seen[index] = self.current[index]
            messages.append(Message("decision", ".".join(self.seen), data))
        self.pending.clear()
        if self._profile_data:
            messages.append(Message("profile", ".".join(self.seen), self._profile_data))
            self._profile_data = b""
        if self.ended:
            messages.append(Message("end", ".".join(self.seen), b"{}"))
        return messages

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Hub:
    """All open subscriptions of this node."""

    def __init__(
        self,
        profiles: Profiles,
        traffic: Callable[[DecideRequest], Traffic],
        load: Callable[[DecideRequest], Any],
        clock: Callable[[], int],
        capacity: int,
    ) -> None:
        self.profiles = profiles
        self.traffic = traffic
        self.load = load
        self.clock = clock
        self.capacity = capacity
        self.count = 0
        self._by_profile: dict[str, set[Subscription]] = {}
        self._previewing: set[asyncio.Task[None]] = set()

    def subscribe(self, request: DecideRequest, since: str) -> Subscription:
        """A subscription, not entered yet. Raises NotFound for an unknown slot, Unavailable when the node is full."""
        known = self.traffic(request).live.slots
        for name in request.slots:
            if name not in known:
                raise NotFound(f"the site has no slot {name!r}; it has {', '.join(sorted(known))}", field="$.slots")
        if self.count >= self.capacity:
            raise Unavailable(f"{self.count} connections are open, which is the limit; see --connections")
        return Subscription(self, request, list(request.slots or known), since)

    async def enter(self, subscription: Subscription) -> None:
        """Decide everything once, put what the client does not have in line, and follow the profile from here on."""
        profile, stale = await self.load(subscription.request)
        subscription.profile_id = profile.id
        self._by_profile.setdefault(profile.id, set()).add(subscription)
        self.count += 1
        self._push(subscription, profile, EVERYTHING, stale)

    def leave(self, subscription: Subscription) -> None:
        """Follow no longer."""
        followers = self._by_profile.get(subscription.profile_id)
        if followers is None or subscription not in followers:
            return
        followers.discard(subscription)
        self.count -= 1
        if not followers:
            del self._by_profile[subscription.profile_id]

    def on_commit(self, changed: dict[str, set[str]], moved: dict[str, str], profiles: dict[str, Profile]) -> None:
        """Push what one committed batch changed. Subscriptions of a profile merged away follow it."""
        followed = self._by_profile
        if not followed:
            return
        for old, new in moved.items():
            for subscription in followed.pop(old, ()):
                subscription.profile_id = new
                followed.setdefault(new, set()).add(subscription)
        for profile_id, inputs in changed.items():
            subscriptions = followed.get(profile_id)
            if subscriptions:
                profile = profiles[profile_id]
                for subscription in tuple(subscriptions):
                    if subscription.request.preview:
                        self._follow(subscription)
                    else:
                        self._push(subscription, profile, inputs)

    async def refresh(self, *, timed_only: bool) -> None:
        """Decide again for everyone: after another release went live, or because time has passed."""
        done = 0
        for profile_id in list(self._by_profile):
            subscriptions = self._by_profile.get(profile_id)
            profile = self.profiles.at_hand(profile_id)
            if not subscriptions:
                continue
            for subscription in tuple(subscriptions):
                if subscription.request.preview:
                    self._follow(subscription)
                    continue
                if profile is None:
                    profile, _ = await self.load(subscription.request)
                self._push(subscription, profile, EVERYTHING, timed_only=timed_only)
                done += 1
                if done % 20 == 0:
                    await asyncio.sleep(0)  # some milliseconds of deciding: let requests in between

    def end(self) -> None:
        """End every subscription: the node goes away."""
        for subscriptions in self._by_profile.values():
            for subscription in subscriptions:
                subscription.end()

    def _follow(self, subscription: Subscription) -> None:
        """Decide anew what a preview shows: its profile is folded on the side, so that takes a moment."""
        task = asyncio.create_task(self._push_preview(subscription))
        self._previewing.add(task)
        task.add_done_callback(self._previewing.discard)

    async def _push_preview(self, subscription: Subscription) -> None:
        with suppress(Unavailable):
            profile, stale = await self.load(subscription.request)
            self._push(subscription, profile, EVERYTHING, stale)

    def _push(
        self,
        subscription: Subscription,
        profile: Profile,
        inputs: Iterable[str],
        stale: bool = False,
        timed_only: bool = False,
    ) -> None:
        request = subscription.request
        traffic = self.traffic(request)
        program = traffic.program_of(profile)
        changed = inputs if isinstance(inputs, (set, frozenset)) else set(inputs)
        everything = "*" in changed or request.trace
        slots = []
        for index, name in enumerate(subscription.slots):
            slot = program.slots.get(name)
            if slot is None or (timed_only and not slot.timed):
                continue
            if everything or not slot.inputs.isdisjoint(changed):
                slots.append((index, name))
        if slots:
            asked = DecideRequest(
                slots=[name for _, name in slots], page=request.page, context=request.context, trace=request.trace
            )
            decisions = traffic.decide(profile, asked, self.clock())
            news = 0
            for (index, _), decision in zip(slots, decisions, strict=True):
                decision.stale = stale
                news += subscription.offer(index, fingerprint(decision), _encode(decision))
            if news:
                metrics.DECISIONS_PUSHED.inc(news)
        if request.profile and not timed_only:
            subscription.offer_profile(_encode(public_view(profile, program, self.clock())))
        if subscription.since and self._is_slow(subscription):
            metrics.SLOW_CLIENTS_DROPPED.inc()
            subscription.end()

    def _is_slow(self, subscription: Subscription) -> bool:
        waiting = bool(subscription.pending) and not subscription.ended
        return waiting and asyncio.get_running_loop().time() - subscription.since > SLOW_SECONDS


def fingerprint(decision: Decision) -> str:
    """What tells two decisions of a slot apart for a client: module, variant, props and, where asked for, the trace."""
    content = _encode([decision.module, decision.variant, decision.props, decision.trace, decision.stale])
    return blake2b(content, digest_size=6).hexdigest()


def parse_cursor(cursor: str, slots: int) -> list[str]:
    """The fingerprints in a cursor, one per slot; a cursor of other slots, or none, has seen nothing."""
    parts = cursor.split(".") if cursor else []
    return parts if len(parts) == slots else [UNSEEN] * slots
