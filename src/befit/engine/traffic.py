"""Traffic: which release decides for which visitor while a candidate is rolled out beside the live one."""

from __future__ import annotations

from typing import Final

import msgspec

from befit.engine.assignment import bucket, earliest, unit_of
from befit.engine.deciding.decide import decide
from befit.engine.deciding.explore import decision_id
from befit.engine.program import Program
from befit.model import Condition, DecideRequest, Decision, Profile, Release, Signal

SALT: Final = "rollout "


class Traffic:
    """The live program, and a candidate for the `share` (0 to 1) of visitors that its release id picks by hashing. Immutable."""

    __slots__ = ("candidate", "differing", "live", "share")

    def __init__(self, live: Program, candidate: Program | None = None, share: float = 0.0) -> None:
        self.live = live
        self.candidate = candidate
        self.share = share if candidate is not None else 0.0
        self.differing = frozenset() if candidate is None else differing_signals(live.release, candidate.release)

    def program_of(self, profile: Profile) -> Program:
        """The program that folds and decides for this visitor."""
        candidate = self.candidate
        if candidate is None:
            return self.live
        return candidate if bucket(unit_of(profile), SALT + candidate.release.id) < self.share else self.live

    def splits_as(self, other: Traffic) -> bool:
        """Whether every visitor has the same release as with the other traffic."""
        ids = [traffic.candidate and traffic.candidate.release.id for traffic in (self, other)]
        return (self.live.release.id, ids[0], self.share) == (other.live.release.id, ids[1], other.share)

    def reconcile(self, one: Profile, other: Profile) -> None:
        """Before two profiles that different releases folded become one: of signals that these releases define differently, only the
        states of the release that goes on with the joined profile are kept."""
        if self.differing and self.program_of(one) is not self.program_of(other):
            later = other if earliest(one, other) is one else one
            for name in self.differing:
                later.signals.pop(name, None)

    def decide(self, profile: Profile, request: DecideRequest, now: int) -> list[Decision]:
        """As `befit.engine.deciding.decide`, with the propensity over both releases: a decision that both make is no less likely for it.

        The other release decides from the same profile; a signal that only one of them has is missing for the other.
        """
        program = self.program_of(profile)
        decisions = decide(profile, request, program, now)
        if self.candidate is None:
            return decisions
        share, other = (1 - self.share, self.candidate) if program is self.live else (self.share, self.live)
        asked = [decision.slot for decision in decisions if decision.slot in other.slots]
        question = msgspec.structs.replace(request, slots=asked, trace=False)
        others = {each.slot: each for each in decide(profile, question, other, now)} if asked else {}
        for decision in decisions:
            decision.propensity *= share
            same = others.get(decision.slot)
            if same is not None and (same.module, same.variant) == (decision.module, decision.variant):
                decision.propensity += same.propensity * (1 - share)
            decision.propensity = round(decision.propensity, 12)  # 1, not 0.9999999999999999
            ticket = decision.decision_id.partition(".")[0]
            decision.decision_id = decision_id(ticket, decision.slot, decision.propensity)
        return decisions


def differing_signals(one: Release, other: Release) -> frozenset[str]:
    """Names of signals that both releases have, but not with the same meaning: their states do not go together."""
    before = {signal.name: definition(signal) for signal in one.signals}
    after = {signal.name: definition(signal) for signal in other.signals}
    return frozenset(name for name in before.keys() & after.keys() if before[name] != after[name])


def definition(signal: Signal) -> Signal:
    """A signal without what does not matter to its states: where it stands in a file, and who may read it."""
    bare: Signal = msgspec.structs.replace(
        signal,
        where=_placeless(signal.where),
        value=_placeless(signal.value),
        steps=tuple(msgspec.structs.replace(step, where=_placeless(step.where)) for step in signal.steps),
        public=False,
        position="",
    )
    return bare


def _placeless(condition: Condition | None) -> Condition | None:
    return None if condition is None else Condition("", condition.ast, condition.type, "")
