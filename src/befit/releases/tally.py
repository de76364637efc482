"""Tallies: what a backtest notes of each visitor, and what all of them come to."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from befit.releases.shown import Shown
from befit.stats import Policy

CLICK_MS: Final = 1_800_000
"""A click within 30 minutes after the impression of the same decision is a reward of that impression."""

CONVERSION_MS: Final = 86_400_000
"""A conversion within 24 hours after an impression is a reward of it."""

PENDING: Final = 200
"""Impressions of one visitor that wait for their rewards; the oldest goes first."""


class Cell(msgspec.Struct, array_like=True):
    """Impressions of one visitor that are alike (`befit.stats.Row`): how many, how many clicked, how many converted."""

    action: str
    propensity: float
    base: Policy
    draft: Policy
    shown: int = 0
    clicked: int = 0
    converted: int = 0


class Seen(msgspec.Struct, array_like=True):
    """An impression that may still be rewarded."""

    time: int
    slot: str
    decision_id: str
    cell: Cell
    clicked: bool = False
    converted: bool = False


Way = tuple[str, str]
"""What one decision shows under base, and under the draft."""

Key = tuple[str, float, Policy, Policy]


class SlotTally:
    """One visitor in one slot."""

    __slots__ = ("cells", "changed", "decided")

    def __init__(self) -> None:
        self.decided = 0
        self.changed: Counter[Way] = Counter()
        self.cells: dict[Key, Cell] = {}

    def cell(self, action: str, propensity: float, base: Policy, draft: Policy) -> Cell:
        """The cell of impressions like this."""
        key = (action, propensity, base, draft)
        found = self.cells.get(key)
        if found is None:
            found = self.cells[key] = Cell(*key)
        return found

    def add(self, other: SlotTally) -> None:
        """Take over what was noted under another id of the visitor."""
        self.decided += other.decided
        self.changed += other.changed
        for cell in other.cells.values():
            own = self.cell(cell.action, cell.propensity, cell.base, cell.draft)
            own.shown += cell.shown
            own.clicked += cell.clicked
            own.converted += cell.converted


class Tally:
    """One visitor. `bucket` places it in the sample; `pending` are impressions in order of their coming."""

    __slots__ = ("bucket", "pending", "slots")

    def __init__(self, bucket: float) -> None:
        self.bucket = bucket
        self.slots: dict[str, SlotTally] = {}
        self.pending: list[Seen] = []

    def slot(self, name: str) -> SlotTally:
        """What is noted for one slot."""
        found = self.slots.get(name)
        if found is None:
            found = self.slots[name] = SlotTally()
        return found

    def decided(self, name: str, base: Shown, draft: Shown, *, same: bool) -> None:
        """Both releases decided a slot."""
        slot = self.slot(name)
        slot.decided += 1
        if not same:
            slot.changed[(base.action, draft.action)] += 1

    def impression(self, time: int, name: str, decision_id: str, cell: Cell) -> None:
        """A module was seen at `time`."""
        cell.shown += 1
        self.pending = [seen for seen in self.pending[1 - PENDING :] if time - seen.time <= CONVERSION_MS]
        self.pending.append(Seen(time, name, decision_id, cell))

    def click(self, time: int, decision_id: str) -> None:
        """A module was clicked: the newest impression of that decision is rewarded."""
        for seen in reversed(self.pending):
            if seen.decision_id == decision_id and not seen.clicked and 0 <= time - seen.time <= CLICK_MS:
                seen.clicked = True
                seen.cell.clicked += 1
                return

    def convert(self, time: int) -> None:
        """The visitor reached a goal: every impression of the last hours is rewarded, once."""
        for seen in self.pending:
            if not seen.converted and 0 <= time - seen.time <= CONVERSION_MS:
                seen.converted = True
                seen.cell.converted += 1

    def add(self, other: Tally) -> None:
        """Take over what was noted under another id of the visitor."""
        for name, tally in other.slots.items():
            self.slot(name).add(tally)
        for seen in other.pending:
            cell = seen.cell
            own = self.slot(seen.slot).cell(cell.action, cell.propensity, cell.base, cell.draft)
            self.pending.append(Seen(seen.time, seen.slot, seen.decision_id, own, seen.clicked, seen.converted))
        self.pending.sort(key=lambda seen: seen.time)


class SlotFindings(msgspec.Struct):
    """One slot over all visitors: how many see a change, which ones (the first ids), and the impressions of each visitor."""

    visitors: int = 0
    decided: int = 0
    changed: dict[str, dict[str, int]] = {}
    examples: list[str] = []
    cells: list[list[Cell]] = []


class Findings(msgspec.Struct):
    """What a backtest found among `visitors` visitors, `changed` of whom would see something else somewhere.

    `events` were read, whoever they belong to; `sampled` is the share of visitors that was looked at.
    """

    visitors: int = 0
    changed: int = 0
    events: int = 0
    sampled: float = 1.0
    slots: dict[str, SlotFindings] = {}

    def add(self, profile_id: str, tally: Tally, examples: int) -> None:
        """Count one visitor; the ids of the first `examples` are kept."""
        self.visitors += 1
        self.changed += any(slot.changed for slot in tally.slots.values())
        for name, slot in tally.slots.items():
            found = self.slots.setdefault(name, SlotFindings())
            found.decided += slot.decided
            if slot.cells:
                found.cells.append(list(slot.cells.values()))
            if slot.changed:
                found.visitors += 1
                if len(found.examples) < examples:
                    found.examples.append(profile_id)
                for (one, other), count in slot.changed.items():
                    ways = found.changed.setdefault(one, {})
                    ways[other] = ways.get(other, 0) + count

    def join(self, other: Findings, examples: int) -> None:
        """Take over what was found among other visitors."""
        self.visitors += other.visitors
        self.changed += other.changed
        for name, slot in other.slots.items():
            found = self.slots.setdefault(name, SlotFindings())
            found.visitors += slot.visitors
            found.decided += slot.decided
            found.examples = (found.examples + slot.examples)[:examples]
            found.cells += slot.cells
            for one, ways in slot.changed.items():
                own = found.changed.setdefault(one, {})
                for way, count in ways.items():
                    own[way] = own.get(way, 0) + count
