"""Twins: the same visitors under two releases, folded once as long as both releases make the same of them.

Timers come due, and what triggers emit happens, as each release makes it: those that stand in the log belong to whatever
release ran then, and are not played.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from befit.engine import Program, Taken, Traffic, Visitors, fold, ids_of, timer_event
from befit.model import Event, Profile
from befit.releases.difference import Difference

_encode: Final = msgspec.msgpack.Encoder(enc_hook=int).encode
_decode: Final = msgspec.msgpack.Decoder(Profile).decode


def moment(event: Event) -> int:
    """When an event counts, in milliseconds: when it was received; for imported history, when it happened."""
    return event.timestamp if event.historical else event.received_at


class World:
    """Visitors as one program would have folded them."""

    __slots__ = ("program", "traffic", "visitors")

    def __init__(self, program: Program) -> None:
        self.program = program
        self.traffic = Traffic(program)
        self.visitors = Visitors({}, {})

    def play(self, event: Event) -> Taken | None:
        """Fold an event, and what triggers emit because of it."""
        first = taken = self.visitors.take(event, self.traffic)
        waiting = list(taken.effects.emit) if taken is not None else []
        for emitted in waiting:
            taken = self.visitors.take(emitted, self.traffic)
            if taken is not None:
                waiting += taken.effects.emit
        return first

    def elapse(self, profile: Profile, now: int) -> None:
        """Let the timers of a profile come due up to `now`, earliest first."""
        while (timer := next_timer(profile, now)) is not None:
            self.play(timer)


def next_timer(profile: Profile, now: int) -> Event | None:
    """The event of the timer that is due first, if that is not after `now`."""
    if not profile.timers or min(profile.timers.values()) > now:
        return None
    due, name = min((due, name) for name, due in profile.timers.items())
    return timer_event(profile.id, name, due)


class Twins:
    """Visitors under `base` and `draft`. A profile is in the world of `draft` only once it may differ from that in `base`."""

    def __init__(self, base: Program, draft: Program) -> None:
        self.base = World(base)
        self.draft = World(draft)
        self.difference = Difference(base, draft)

    def pair(self, name: str) -> tuple[Profile, Profile] | None:
        """The profile that this prefixed id leads to, under base and under draft: the same one while they do not differ."""
        name = self.base.visitors.lead(name)
        profile = self.base.visitors.profiles.get(name)
        return None if profile is None else (profile, self.draft.visitors.profiles.get(name, profile))

    def elapse(self, names: Iterable[str], now: int) -> None:
        """Let the timers of the profiles that these prefixed ids lead to come due up to `now`."""
        for name in names:
            pair = self.pair(name)
            if pair is None:
                continue
            base, draft = pair
            while base is draft and base.timers and (timer := next_timer(base, now)) is not None:
                self.play(timer)
                draft = self.draft.visitors.profiles.get(base.id, base)
            if base is not draft:
                self.base.elapse(base, now)
                self.draft.elapse(draft, now)

    def play(self, event: Event) -> Taken | None:
        """Fold an event and what follows from it; what it did under base."""
        if self.difference.total:
            self.draft.play(event)
            return self.base.play(event)
        waiting = [event]
        first: Taken | None = None
        for number, each in enumerate(waiting):
            if self._must_part(each):
                for rest in waiting[number:]:
                    self.draft.play(rest)
                    taken = self.base.play(rest)
                    first = first or taken
                return first
            taken = self.base.visitors.take(each, self.base.traffic)
            first = first or taken
            if taken is not None:
                self._link(taken)
                waiting += taken.effects.emit
        return first

    def play_alone(self, event: Event, pair: tuple[Profile, Profile]) -> None:
        """Fold an event that names nobody but the visitor of this pair: nothing can be joined, so nothing is looked up.

        That is what `Visitors.take` does for it, at two thirds of the cost.
        """
        base, draft = pair
        if base is not draft or self.difference.concerns(event):
            self.play(event)
            return
        for emitted in fold(base, event, self.base.program).emit:
            self.play(emitted)

    def _must_part(self, event: Event) -> bool:
        """Whether the event must be folded twice; the profiles that it names are apart then."""
        worlds = self.base.visitors, self.draft.visitors
        joins = False
        if event.user_id:
            named = {worlds[0].lead(name) for name in ids_of(event)}
            joins = len(named) > 1 and self.difference.joins
        else:
            named = {worlds[0].lead(f"a:{event.anonymous_id}")}
        if not joins and worlds[1].profiles.keys().isdisjoint(named) and not self.difference.concerns(event):
            return False
        for name in named:
            profile = worlds[0].profiles.get(name)
            if profile is not None and name not in worlds[1].profiles:
                worlds[1].profiles[name] = _decode(_encode(profile))
        return True

    def _link(self, taken: Taken) -> None:
        """Ids lead to the same profile in both worlds."""
        links, drafts = self.base.visitors.links, self.draft.visitors.links
        for name in taken.led:
            if name in links:
                drafts[name] = links[name]
            else:
                drafts.pop(name, None)
