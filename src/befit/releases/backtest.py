"""Backtest: the log, replayed through two releases side by side, and whose decisions differ between them.

State comes from the whole log; from `since` on, decisions are compared: of every slot after each page view, and of the
event's own slot before each impression of a module and each click on one. Only slices that differ are replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any, Final

import msgspec

from befit.engine import Program, ids_of
from befit.engine.deciding.explore import propensity_of
from befit.model import IMPRESSION, MODULE_CLICKED, PAGE_PING, Event, EventHead, Profile, Release
from befit.releases.quiet import Quiet, context_read, is_news
from befit.releases.shown import Sameness, Shop, Shown, action
from befit.releases.slice import changed_slots, cut
from befit.releases.tally import Findings, Tally
from befit.releases.twins import Twins

CONVERSION: Final = "Order Completed"
"""The event that counts as a conversion, unless the command names others."""

EXAMPLES: Final = 10

SEEN: Final = frozenset({IMPRESSION, MODULE_CLICKED})

PAGE_CONTEXT: Final = ("page", "viewId")
"""What of an event's context the session takes; the rest is for conditions that read the context."""

_EMPTY_MAP: Final = b"\x80"


head_of: Final = msgspec.msgpack.Decoder(EventHead).decode
_decode: Final = msgspec.msgpack.Decoder(dict[str, Any]).decode
_event_of: Final = msgspec.msgpack.Decoder(Event).decode


class Backtest:
    """Takes the records of a log, oldest first, and finds what the draft would change."""

    def __init__(
        self,
        base: Release,
        draft: Release,
        since: int,
        *,
        remembered_ms: int,
        goals: Container[str] = (CONVERSION,),
        bucket_of: Callable[[bytes], float] | None = None,
    ) -> None:
        """`since` in milliseconds. `remembered_ms` is how long a message id counts as a repetition. `bucket_of` places the
        visitor of a record in [0, 1): `within` then says whose events are taken."""
        self.slots = changed_slots(base, draft)
        self.added = sorted({slot.name for slot in draft.slots} - {slot.name for slot in base.slots})
        # One id for both: visitors who explore a slot explore it under both releases.
        programs = [Program(msgspec.structs.replace(cut(each, self.slots), id=base.id)) for each in (base, draft)]
        self.within = (0.0, 1.0)
        self._since = since
        self._goals = goals
        self._bucket_of = bucket_of
        self._repeated = Repetitions(remembered_ms)
        self._lateness = programs[0].release.site.lateness_ms
        self._twins = Twins(*programs)
        self._quiet = Quiet(programs)
        uses = programs[0].slot_uses | programs[1].slot_uses
        self._shops = (Shop(programs[0], uses), Shop(programs[1], uses))
        contexts = [context_read(program) for program in programs]
        self._context = None if None in contexts else (*PAGE_CONTEXT, *self._quiet.context)
        self._same = Sameness(*programs)
        self._tallies: dict[str, Tally] = {}

    def take(self, value: bytes) -> None:
        """Take one record. A timer, and what a trigger emitted, are of the past of whatever release ran then: they are left alone."""
        bucket = 0.0
        if self._bucket_of is not None:
            bucket = self._bucket_of(value)
            if not self.within[0] <= bucket < self.within[1]:
                return
        head = head_of(value)
        if head.type == "timer":
            return
        if ":" in head.message_id and _is_emitted(head):
            return
        if self._repeated(head.message_id, head.received_at):
            return
        now = head.timestamp if head.historical else head.received_at
        twins = self._twins
        owner = f"u:{head.user_id}" if head.user_id else f"a:{head.anonymous_id}"
        names = ids_of(head) if head.user_id else (owner,)
        pair = twins.pair(owner)
        if len(names) > 1 or (pair is not None and (pair[0].timers or pair[1].timers)):
            twins.elapse(names, now)
            pair = twins.pair(owner)
        late = now - head.timestamp > self._lateness
        counts = now >= self._since and not late
        if counts and head.name in SEEN:
            self._see(head, pair or _nobody(owner), now, bucket)
        if late or pair is None or not self._take_quietly(head, names, pair):
            pair = self._take_event(value, owner, None if head.user_id else pair)
        if counts and pair is not None:
            self._count(head, pair, now, bucket)

    def narrow(self, end: float) -> None:
        """Leave those visitors out from now on, and what was found of them, whose bucket is not below `end`."""
        self.within = (self.within[0], end)
        for name in [name for name, tally in self._tallies.items() if tally.bucket >= end]:
            del self._tallies[name]

    def findings(self, examples: int = EXAMPLES) -> Findings:
        """What was found so far."""
        found = Findings(slots={})
        for name, tally in self._tallies.items():
            found.add(name, tally, examples)
        return found

    def _take_quietly(self, head: EventHead, names: Sequence[str], pair: tuple[Profile, Profile]) -> bool:
        """Take an event that changes next to nothing; False when it must be folded."""
        if not self._quiet.knows(head.name) or head.type == "tag" or head.previous_id:
            return False
        base, draft = pair
        if bytes(head.traits) != _EMPTY_MAP:
            return False
        if len(names) > 1 and self._twins.base.visitors.lead(names[0]) != base.id:
            return False
        quiet, view = self._quiet, None
        if quiet.context or head.name == PAGE_PING:
            context = _decode(head.context)
            if quiet.context and is_news(context, base, quiet.context):
                return False
            view = context.get("viewId") if head.name == PAGE_PING else None
        if head.name == IMPRESSION and quiet.capped and _decode(head.properties).get("slot") in quiet.capped:
            return False
        take = quiet.take
        return take(base, head.timestamp, view) and (draft is base or take(draft, head.timestamp, view))

    def _take_event(
        self, value: bytes, owner: str, known: tuple[Profile, Profile] | None
    ) -> tuple[Profile, Profile] | None:
        """Fold an event; its visitor's profiles under both releases, None when there is no such visitor. `known` are the
        profiles before, of a visitor whom it names by one id."""
        event = _event_of(value)
        if self._context is not None:
            context = event.context
            event.context = {name: context[name] for name in self._context if name in context}
        if known is not None:
            self._twins.play_alone(event, known)
            return self._twins.pair(owner)
        taken = self._twins.play(event)
        if taken is None:
            return None
        for ended in taken.ended:  # what was noted under several ids of a visitor comes together
            if ended.id != taken.profile.id and (tally := self._tallies.pop(ended.id, None)) is not None:
                self._tally(taken.profile.id, tally.bucket).add(tally)
        return self._twins.pair(taken.profile.id)

    def _count(self, head: EventHead, pair: tuple[Profile, Profile], now: int, bucket: float) -> None:
        """The visitor was here."""
        tally = self._tallies.get(pair[0].id)
        if tally is None:
            tally = self._tally(pair[0].id, bucket)
        if head.name in self._goals:
            tally.convert(head.timestamp)
        if self.slots and (head.type == "page" or head.type == "screen"):
            self._compare(tally, pair, self.slots, now)

    def _see(self, head: EventHead, pair: tuple[Profile, Profile], now: int, bucket: float) -> None:
        """A module was seen, or clicked: what would the visitor have seen there?"""
        properties = _decode(head.properties)
        slot, decision_id = properties.get("slot"), _text(properties.get("decisionId"))
        if slot not in self.slots:
            return
        tally = self._tally(pair[0].id, bucket)
        ((base, draft),) = self._compare(tally, pair, (slot,), now)
        if head.name == MODULE_CLICKED:
            tally.click(head.timestamp, decision_id)
        else:
            what = action(_text(properties.get("module")), _text(properties.get("variant")))
            cell = tally.slot(slot).cell(what, propensity_of(decision_id), base.policy, draft.policy)
            tally.impression(head.timestamp, slot, decision_id, cell)

    def _compare(
        self, tally: Tally, pair: tuple[Profile, Profile], slots: Sequence[str], now: int
    ) -> list[tuple[Shown, Shown]]:
        """What both releases show in these slots at `now`."""
        one, other = pair
        ones = self._shops[0].show(one, slots, now)
        shared = ones[0].args if one is other and self._twins.difference.same_values else None
        both = list(zip(ones, self._shops[1].show(other, slots, now, shared), strict=True))
        for name, (base, draft) in zip(slots, both, strict=True):
            tally.decided(name, base, draft, same=self._same.holds(base, draft, one_profile=one is other))
        return both

    def _tally(self, name: str, bucket: float) -> Tally:
        found = self._tallies.get(name)
        if found is None:
            found = self._tallies[name] = Tally(bucket)
        return found


def _nobody(name: str) -> tuple[Profile, Profile]:
    """A visitor of whom nothing is known yet."""
    profile = Profile(id=name, ids=[name])
    return profile, profile


class Repetitions:
    """Knows the message ids of the last while."""

    def __init__(self, remembered_ms: int) -> None:
        self._remembered = remembered_ms
        self._new: dict[str, int] = {}
        self._old: dict[str, int] = {}
        self._began = 0

    def __call__(self, message_id: str, received_at: int) -> bool:
        """Whether this message came before, at most so long ago; it is remembered otherwise."""
        before = self._new.get(message_id)
        if before is None:
            before = self._old.get(message_id)
        if before is not None and received_at - before <= self._remembered:
            return True
        if received_at - self._began > self._remembered:
            self._old, self._new, self._began = self._new, {}, received_at
        self._new[message_id] = received_at
        return False


def _is_emitted(head: EventHead) -> bool:
    """Whether a trigger emitted this event (`befit.engine.reacting.own_events.emitted`): its id ends with the trigger's name."""
    trigger = _decode(head.properties).get("trigger")
    return isinstance(trigger, str) and head.message_id.endswith(f":{trigger}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
