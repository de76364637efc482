"""Explanation: why a slot shows what it shows to one visitor, now or at any moment that the log reaches back to.

The visitor's events are folded again as they were folded then: under the releases of the timeline, each with the history
of the signals that it brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from befit.engine import ElapsingVisitors, Program, Traffic, Visitors
from befit.engine.program import STATELESS
from befit.engine.traffic import definition
from befit.errors import NotFound, SiteError
from befit.log import EventLog
from befit.model import DecideRequest, Decision, Event, Profile
from befit.node.past.timeline import Era, era_at, note_name, read_timeline
from befit.node.past.visitor_log import events_of
from befit.node.serving.programs import Programs
from befit.node.view import full_view
from befit.store import ProfileStore


class Explanation(msgspec.Struct, rename="camel", kw_only=True):
    """A decision with its trace, and the visitor as befit knew them at that moment.

    events     how many events of the visitor the log holds up to then
    complete   whether the log still holds its first record, so that none of them can be missing
    share      the share of visitors that had this release while it was a candidate; 1 for a live one
    """

    profile: dict[str, Any]
    slot: str
    at: int
    release: str
    share: float
    decision: Decision
    events: int
    complete: bool


class _Found(NamedTuple):
    received_at: int
    event: Event
    era: Era | None


class Explainer:
    """Explains decisions from a log, with what the store noted and the releases that are kept."""

    def __init__(self, log: EventLog, store: ProfileStore, programs: Programs, traffic: Traffic) -> None:
        self.log = log
        self.store = store
        self.programs = programs
        self.traffic = traffic
        self._of_eras: dict[Era, Traffic] = {}

    async def explain(self, any_id: str, slot: str, at: int) -> Explanation:
        """Why the slot showed what it did `at` that moment. Raises NotFound for an unknown visitor or slot."""
        names = await self._names(any_id)
        timelines = [read_timeline(await self.store.note(note_name(p))) for p in range(self.log.partitions)]
        found = [each for p, eras in enumerate(timelines) for each in await self._events(p, names, eras, at)]
        found.sort(key=lambda each: each.received_at)
        profile = await self._fold(found, sorted(names))
        traffic = await self._at(timelines, at)
        program = traffic.program_of(profile)
        (decision,) = traffic.decide(profile, DecideRequest(slots=[slot], trace=True), at)
        return Explanation(
            profile=full_view(profile, program, at),
            slot=slot,
            at=at,
            release=program.release.id,
            share=traffic.share if program is traffic.candidate else 1 - traffic.share,
            decision=decision,
            events=len(found),
            complete=await self._reaches_back(),
        )

    async def _names(self, any_id: str) -> set[str]:
        asked = [any_id] if any_id[:2] in ("u:", "a:") else [f"u:{any_id}", f"a:{any_id}"]
        loaded = await self.store.load(await self.store.resolve(asked))
        profile = next((each for each in loaded if each is not None), None)
        if profile is None:
            raise NotFound(f"no profile has the id {any_id!r}")
        return {profile.id, *profile.ids}

    async def _events(self, partition: int, names: set[str], eras: Sequence[Era], until: int) -> list[_Found]:
        found = events_of(self.log, partition, names, until=until)
        return [_Found(event.received_at, event, era_at(eras, offset)) async for offset, event in found]

    async def _fold(self, found: Sequence[_Found], names: Sequence[str]) -> Profile:
        """The visitor after these events."""
        visitors = Visitors({}, {})
        seen: set[str] = set()
        before: Traffic | None = None
        for index, each in enumerate(found):
            traffic = await self._of(each.era)
            if before is not None and traffic is not before:
                _bring_history(visitors, [past.event for past in found[:index]], before, traffic)
            before = traffic
            if each.event.message_id not in seen:
                seen.add(each.event.message_id)
                visitors.take(each.event, traffic)
        name = visitors.lead(min(names, key=lambda each: (visitors.lead(each) not in visitors.profiles, each)))
        return visitors.profiles.get(name) or Profile(id=names[-1], ids=[names[-1]])

    async def _at(self, timelines: Sequence[Sequence[Era]], at: int) -> Traffic:
        """What served at that moment."""
        past = [era for eras in timelines for era in eras if era.since <= at]
        return await self._of(max(past, key=lambda era: era.since, default=None))

    async def _of(self, era: Era | None) -> Traffic:
        """The traffic of an era; what serves now when its releases are not kept any more."""
        if era is None or era.is_of(self.traffic):
            return self.traffic
        if era not in self._of_eras:
            try:
                live = await self.programs.get(era.live)
                candidate = await self.programs.get(era.candidate) if era.candidate else None
                self._of_eras[era] = Traffic(live, candidate, era.share)
            except (NotFound, SiteError):
                self._of_eras[era] = self.traffic
        return self._of_eras[era]

    async def _reaches_back(self) -> bool:
        for partition in range(self.log.partitions):
            first = await self.log.read(partition, 0, 1)
            if first and first[0].offset:
                return False
        return True


def _bring_history(visitors: Visitors, past: Sequence[Event], before: Traffic, after: Traffic) -> None:
    """Give signals that are new or different from here on their history, as a backfill did then (`befit.node.past.backfill`)."""
    for program in filter(None, (after.live, after.candidate)):
        names = _new_signals(program, before.live)
        if not names:
            continue
        told = ElapsingVisitors({}, {})
        release = program.release
        signals = tuple(signal for signal in release.signals if signal.name in names)
        reduced = Program(msgspec.structs.replace(release, signals=signals, tags=(), triggers=(), slots=(), modules=()))
        for event in past:
            told.take(event, Traffic(reduced))
        for profile_id, profile in visitors.profiles.items():
            if after.program_of(profile) is program:
                history = told.profiles.get(profile_id)
                for name in names:
                    profile.signals.pop(name, None)
                profile.signals |= history.signals if history is not None else {}
                profile.timers |= history.timers if history is not None else {}


def _new_signals(program: Program, before: Program) -> set[str]:
    known = {signal.name: definition(signal) for signal in before.release.signals}
    return {
        signal.name
        for signal in program.release.signals
        if signal.kind not in STATELESS and known.get(signal.name) != definition(signal)
    }
