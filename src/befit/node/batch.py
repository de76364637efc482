"""One batch of events being folded: the profiles it touches, and the commit it adds up to. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from befit.engine import Program, fold, merge, route
from befit.engine.effects import Effects
from befit.model import Event, Profile
from befit.store import Commit, Timer

DEDUPE_MS: Final = 86_400_000
"""How long a message id is remembered: a client that sends an event again after that is believed to mean it."""

EVERYTHING: Final = frozenset({"*"})
"""Says that any input of a profile may have changed."""


@dataclass(slots=True)
class Batch:
    """State of one batch.

    links     id -> the profile it leads to, for every id in the batch; brought up to date as events link ids
    profiles  id -> profile, those that existed and those made here
    seen      message ids folded before -> when they were received
    commit    what is to be written
    changed   profile id -> inputs that may have another value now
    moved     id of a profile merged away -> the one it went into
    """

    links: dict[str, str]
    profiles: dict[str, Profile]
    seen: dict[str, int]
    commit: Commit
    changed: dict[str, set[str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    emit: list[Event] = field(default_factory=list)
    spoiled: list[str] = field(default_factory=list)
    folded: int = 0
    duplicates: int = 0
    late: int = 0

    def take(self, event: Event, program: Program) -> None:
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
        destination = route(event, self.links)
        profile = self.profiles.get(destination.profile_id)
        if profile is None and event.type == "timer":
            return
        if destination.absorb or destination.link:
            profile = self._join(destination.profile_id, destination.absorb, destination.link, program)
        elif profile is None:
            profile = Profile(id=destination.profile_id, ids=[destination.profile_id])
            self.profiles[profile.id] = profile
        effects = fold(profile, event, program, bool(destination.absorb))
        self._record(profile, effects)

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
        if effects.spoiled:
            self.spoiled += effects.spoiled
        commit.profiles[profile.id] = profile
        known = self.changed.get(profile.id)
        if known is None:
            self.changed[profile.id] = effects.changed
        else:
            known |= effects.changed

    def _join(self, target_id: str, absorb: tuple[str, ...], link: tuple[str, ...], program: Program) -> Profile:
        """Merge the profiles named in `absorb` into the target, and lead all their ids there."""
        profile = self.profiles.get(target_id) or Profile(id=target_id, ids=[target_id])
        for source_id in absorb:
            source = self.profiles.pop(source_id, None)
            self._lead(source_id, target_id)
            if source is None:
                continue
            for timer in _timers(source) + _timers(profile):
                self._unset(timer)
            profile = merge(profile, source, program, target_id)
            for timer in _timers(profile):
                self.commit.timers_unset.discard(timer)
                self.commit.timers_set.add(timer)
            self.commit.profiles.pop(source_id, None)
            self.commit.deleted.add(source_id)
            self.changed.pop(source_id, None)
            self.moved[source_id] = target_id
            for name in source.ids:
                self._lead(name, target_id)
            self.changed[target_id] = set(EVERYTHING)
        for name in link:
            self._lead(name, target_id)
            if name not in profile.ids:
                profile.ids.append(name)
        self.commit.deleted.discard(target_id)
        self.profiles[target_id] = profile
        self.commit.profiles[target_id] = profile
        return profile

    def _lead(self, name: str, target_id: str) -> None:
        if name != target_id:
            self.links[name] = target_id
            self.commit.links[name] = target_id
        else:
            self.links.pop(name, None)
            if name in self.commit.links:
                self.commit.links[name] = name

    def _drop_timer(self, event: Event) -> None:
        owner = f"u:{event.user_id}" if event.user_id else f"a:{event.anonymous_id}"
        self._unset(Timer(event.timestamp, owner, event.name))

    def _unset(self, timer: Timer) -> None:
        self.commit.timers_set.discard(timer)
        self.commit.timers_unset.add(timer)


def _timers(profile: Profile) -> list[Timer]:
    return [Timer(due, profile.id, name) for name, due in profile.timers.items()]


def new_batch(
    partition: int, next_offset: int, links: Mapping[str, str], profiles: Mapping[str, Profile], seen: Mapping[str, int]
) -> Batch:
    """A batch about to fold, over what the store knows of the ids and messages in it."""
    return Batch(dict(links), dict(profiles), dict(seen), Commit(partition, next_offset))
