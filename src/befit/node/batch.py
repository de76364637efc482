"""One batch of events being folded: the profiles it touches, and the commit it adds up to. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from befit.engine import Effects, Taken, Traffic, Visitors
from befit.model import Event, Profile
from befit.store import Commit, Timer

DEDUPE_MS: Final = 86_400_000
"""How long a message id is remembered: a client that sends an event again after that is believed to mean it."""

EVERYTHING: Final = frozenset({"*"})
"""Says that any input of a profile may have changed."""

_encode = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class Batch:
    """State of one batch.

    visitors  the profiles that the batch touches, those that existed and those made here, and what their ids lead to
    seen      message ids folded before -> when they were received
    commit    what is to be written
    changed   profile id -> inputs that may have another value now
    moved     id of a profile merged away -> the one it went into
    """

    visitors: Visitors
    seen: dict[str, int]
    commit: Commit
    changed: dict[str, set[str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    emit: list[Event] = field(default_factory=list)
    spoiled: list[str] = field(default_factory=list)
    folded: int = 0
    duplicates: int = 0
    late: int = 0

    @property
    def profiles(self) -> dict[str, Profile]:
        """Id -> profile."""
        return self.visitors.profiles

    def take(self, event: Event, traffic: Traffic) -> None:
        """Fold one event into the profile it belongs to."""
        before = self.seen.get(event.message_id)
        if before is not None and event.received_at - before <= DEDUPE_MS:
            self.duplicates += 1
            if event.type == "timer":
                self._drop_timer(event)
            return
        self.seen[event.message_id] = event.received_at
        self.commit.seen[event.message_id] = event.received_at
        if event.type == "timer":
            self._drop_timer(event)
        taken = self.visitors.take(event, traffic)
        if taken is None:
            return
        if taken.led:
            self._join(taken)
        self._record(taken.profile, taken.effects)

    def touched(self) -> set[str]:
        """The profiles that folding may have changed in place, those merged away included."""
        return {*self.profiles, *self.moved}

    def _record(self, profile: Profile, effects: Effects) -> None:
        commit = self.commit
        if effects.late:
            self.late += 1
            return
        self.folded += 1
        for name, due in effects.timers_unset.items():
            self._unset(Timer(due, profile.id, name))
        for name, due in effects.timers_set.items():
            timer = Timer(due, profile.id, name)
            commit.timers_unset.discard(timer)
            commit.timers_set.add(timer)
        if effects.emit:
            self.emit += effects.emit
        for call in effects.calls:
            commit.outbox[call.id] = _encode(call)
        if effects.spoiled:
            self.spoiled += effects.spoiled
        commit.profiles[profile.id] = profile
        known = self.changed.get(profile.id)
        if known is None:
            self.changed[profile.id] = effects.changed
        else:
            known |= effects.changed

    def _join(self, taken: Taken) -> None:
        """Profiles became one: what they leave behind, and what leads to the one that stays."""
        commit, target = self.commit, taken.profile.id
        for ended in taken.ended:
            for timer in _timers(ended):
                self._unset(timer)
            if ended.id != target:
                commit.profiles.pop(ended.id, None)
                commit.deleted.add(ended.id)
                self.changed.pop(ended.id, None)
                self.moved[ended.id] = target
                self.changed[target] = set(EVERYTHING)
        if taken.ended:
            for timer in _timers(taken.profile):
                commit.timers_unset.discard(timer)
                commit.timers_set.add(timer)
        for name in taken.led:
            if name != target:
                commit.links[name] = target
            elif name in commit.links:
                commit.links[name] = name
        commit.deleted.discard(target)
        commit.profiles[target] = taken.profile

    def _drop_timer(self, event: Event) -> None:
        owner = f"u:{event.user_id}" if event.user_id else f"a:{event.anonymous_id}"
        self._unset(Timer(event.timestamp, owner, event.name))

    def _unset(self, timer: Timer) -> None:
        self.commit.timers_set.discard(timer)
        self.commit.timers_unset.add(timer)


def _timers(profile: Profile) -> list[Timer]:
    return [Timer(due, profile.id, name) for name, due in profile.timers.items()]


def new_batch(partition: int, next_offset: int, visitors: Visitors, seen: Mapping[str, int]) -> Batch:
    """A batch about to fold, over what the store knows of the visitors and messages in it."""
    return Batch(visitors, dict(seen), Commit(partition, next_offset))
