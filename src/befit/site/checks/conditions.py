"""Conditions outside of slots that can never hold, or that always do: of signals, audiences, tags, triggers and picks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from befit.model import Condition, Release
from befit.site.checks.branches import known_ways
from befit.site.checks.domain import of_values
from befit.site.checks.logic import Facts, TooManyWays, all_of, clash
from befit.site.checks.report import Report


class Use(NamedTuple):
    """A condition, and the names of the events that it is looked at for; none when it is looked at without an event."""

    condition: Condition
    on: tuple[str, ...] = ()


def check_conditions(release: Release, report: Report) -> None:
    """Reports conditions that can never hold; warns of those that always do."""
    for condition, on in uses(release):
        given = _given(on)
        if not _possible(given, known_ways(condition)):
            report.error(condition.where, "this condition can never hold", _why(condition, on))
        elif not _possible(given, known_ways(condition, exactly=False)):
            report.warning(condition.where, "this condition always holds", "leave it out")


def uses(release: Release) -> Iterator[Use]:
    """Every condition that is not a branch's."""
    found: list[tuple[Condition | None, tuple[str, ...]]] = []
    for signal in release.signals:
        if not signal.hidden:
            found += [(signal.where, signal.on), *((step.where, (step.on,)) for step in signal.steps)]
    found += [(audience.when, ()) for audience in release.audiences]
    for tag in release.tags:
        found += [(tag.when, tag.on), (tag.unset_when, tag.unset_on)]
    for trigger in release.triggers:
        found.append((trigger.when, () if trigger.delay_ms else trigger.on))
    found += [(pick.where, ()) for module in release.modules for pick in module.picks.values()]
    for condition, on in found:
        if condition is not None:
            yield Use(condition, on)


def _given(on: tuple[str, ...]) -> Facts:
    names = of_values(on) if on else None
    return {("event", "name"): names} if names else {}


def _possible(given: Facts, alternatives: list[Facts] | None) -> bool:
    try:
        return alternatives is None or bool(all_of(([given], alternatives)))
    except TooManyWays:
        return True


def _why(condition: Condition, on: tuple[str, ...]) -> str:
    event: object = ["in", ["get", ["var", "event"], "name"], ["list", *on]]
    found = clash([event, condition.ast] if on else [condition.ast])
    return str(found) if found else ""
