"""All checks of a compiled release, in order."""

from __future__ import annotations

from befit.errors import Problem
from befit.model import Release
from befit.site.checks.branches import check_branches
from befit.site.checks.conditions import check_conditions
from befit.site.checks.cycles import check_cycles
from befit.site.checks.props import check_props
from befit.site.checks.report import Report
from befit.site.checks.unused import check_unused


def check_release(release: Release) -> list[Problem]:
    """What can never matter, never happen or never end in a release; errors are certain, warnings are not."""
    report = Report()
    check_conditions(release, report)
    for slot in release.slots:
        check_branches(slot, report)
    check_props(release, report)
    check_cycles(release, report)
    check_unused(release, report)
    return list(report.problems)
