"""Traffic: which release decides for which visitor while a candidate is rolled out beside the live one."""

from __future__ import annotations

from typing import Final

import msgspec

from befit.engine.assignment import bucket, unit_of
from befit.engine.decide import decide
from befit.engine.program import Program
from befit.model import DecideRequest, Decision, Profile

SALT: Final = "rollout "


class Traffic:
    """The live program, and a candidate for the `share` (0 to 1) of visitors that its release id picks by hashing. Immutable."""

    __slots__ = ("candidate", "live", "share")

    def __init__(self, live: Program, candidate: Program | None = None, share: float = 0.0) -> None:
        self.live = live
        self.candidate = candidate
        self.share = share if candidate is not None else 0.0

    def program_of(self, profile: Profile) -> Program:
        """The program that folds and decides for this visitor."""
        candidate = self.candidate
        if candidate is None:
            return self.live
        return candidate if bucket(unit_of(profile), SALT + candidate.release.id) < self.share else self.live

    def decide(self, profile: Profile, request: DecideRequest, now: int) -> list[Decision]:
        """As `befit.engine.decide`, with the propensity over both releases: a decision that both make is no less likely for it.

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
        return decisions
