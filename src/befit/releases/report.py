"""The report of a backtest: shares of visitors, what turns into what, and the estimated change of clicks and conversions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from befit.releases.tally import Cell, Findings, SlotFindings
from befit.stats import CLIP, OffPolicy, Row, off_policy, share_of

WAYS: Final = 50
"""Rows of a slot's table of what turns into what; the most frequent are kept."""


class SlotReport(msgspec.Struct):
    """One slot: of `visitors`, what share would see something else, in how many of `decided` decisions, and from what to what.

    `low` and `high` bound the share (95 %) when only a sample of visitors was looked at. `clicks` and `conversions` are
    rates per impression.
    """

    visitors: int
    share: float
    low: float
    high: float
    decisions: int
    decided: int
    from_to: list[tuple[str, str, int]]
    examples: list[str]
    clicks: OffPolicy
    conversions: OffPolicy


class Changed(msgspec.Struct):
    """Visitors who would see something else somewhere, and the slots where: those that the draft can change at all."""

    visitors: int
    share: float
    low: float
    high: float
    slots: dict[str, SlotReport]


class Report(msgspec.Struct, rename="camel"):
    """What a backtest says. Times are milliseconds since the epoch.

    since, until     decisions were compared from and to here; before, events only made up the profiles, from `history` on
    visitors         those looked at who came in that time; `sampled` is their share of all
    complete         whether all visitors were looked at, over the whole time asked for
    added            slots that only the draft has: nobody asks for them yet
    click_ms, conversion_ms, goals, clip     within what time after an impression which events count as rewards; largest weight
    """

    draft: str
    against: str
    since: int
    until: int
    history: int
    events: int
    seconds: float
    events_per_second: float
    workers: int
    visitors: int
    sampled: float
    complete: bool
    changed: Changed
    added: list[str]
    goals: list[str]
    click_ms: int
    conversion_ms: int
    clip: float = CLIP


def changed_of(findings: Findings, slots: Sequence[str]) -> Changed:
    """The shares and estimates of these slots."""
    sampled = findings.sampled < 1
    share, low, high = share_of(findings.changed, findings.visitors, sampled=sampled)
    return Changed(
        visitors=findings.changed,
        share=share,
        low=low,
        high=high,
        slots={name: _slot(findings.slots.get(name, SlotFindings()), findings) for name in slots},
    )


def _slot(slot: SlotFindings, findings: Findings) -> SlotReport:
    share, low, high = share_of(slot.visitors, findings.visitors, sampled=findings.sampled < 1)
    ways = [(one, other, count) for one, others in slot.changed.items() for other, count in others.items()]
    ways.sort(key=lambda way: (-way[2], way[0], way[1]))
    return SlotReport(
        visitors=slot.visitors,
        share=share,
        low=low,
        high=high,
        decisions=sum(way[2] for way in ways),
        decided=slot.decided,
        from_to=ways[:WAYS],
        examples=slot.examples,
        clicks=_estimates(slot, lambda cell: cell.clicked),
        conversions=_estimates(slot, lambda cell: cell.converted),
    )


def _estimates(slot: SlotFindings, rewarded: Callable[[Cell], int]) -> OffPolicy:
    return off_policy(
        [
            [Row(cell.action, cell.propensity, cell.base, cell.draft, cell.shown, rewarded(cell)) for cell in visitor]
            for visitor in slot.cells
        ]
    )
