"""What a site defines and nobody uses: signals, tags, audiences, modules, collections and webhooks. Its tests do not count."""

from __future__ import annotations

from collections.abc import Iterator

from befit.cel.ast import paths
from befit.model import Condition, Release
from befit.site.checks.report import Report
from befit.site.checks.walking import audiences_in, branches_in, conditions_in, tags_asked

HINT = "use it in a condition, make it public, or remove it"


def check_unused(release: Release, report: Report) -> None:
    """Warns of everything that is defined and used nowhere."""
    used = _Used(release)
    public = release.site.public
    tops = {signal.of: signal.name for signal in release.signals if signal.kind == "leader"}
    for signal in release.signals:
        names = {signal.name, tops.get(signal.name, signal.name)}
        shown = signal.public or "*" in public or any(f"signals.{name}" in public for name in names)
        if not signal.hidden and signal.kind != "leader" and not shown and not names & used.signals:
            report.warning(signal.position, f"nothing uses the signal `{signal.name}`", HINT)
    for tag in release.tags:
        shown = tag.public or "*" in public or f"tags.{tag.tag}" in public
        if not shown and not {tag.tag, "*"} & used.tags:
            report.warning(tag.position, f"nothing uses the tag `{tag.name}`", HINT)
    for audience in release.audiences:
        if audience.name not in used.audiences:
            report.warning(audience.position, f"nothing uses the audience `{audience.name}`", "use it or remove it")
    for module in release.modules:
        if module.name not in used.modules:
            report.warning(module.position, f"nothing shows the module `{module.name}`", "show it or remove it")
    for webhook in release.site.webhooks:
        if webhook.name not in {trigger.webhook for trigger in release.triggers}:
            report.warning(webhook.position, f"nothing calls the webhook `{webhook.name}`", "call it or remove it")
    for name in release.collections:
        if name not in used.collections:
            report.warning(f"collections/{name}:0:0", "nothing picks from this collection", "use it or remove it")


class _Used:
    """The names that the parts of a release use."""

    def __init__(self, release: Release) -> None:
        picks = [pick for module in release.modules for pick in module.picks.values()]
        conditions = list(_conditions(release))
        self.signals = {path[1] for c in conditions for path in paths(c.ast) if path[0] == "signals" and len(path) > 1}
        if any(path == ("signals",) for c in conditions for path in paths(c.ast)):
            self.signals |= {signal.name for signal in release.signals}
        self.signals |= {pick.affinity for pick in picks} | {trigger.sequence for trigger in release.triggers}
        self.tags = {tag for c in conditions for tag, _ in tags_asked(c.ast)}
        self.audiences = {name for c in conditions for name in audiences_in(c.ast)}
        branches = [branch for slot in release.slots for branch in branches_in(slot.rules)]
        self.modules = {branch.show for branch in branches}
        self.modules |= {module for trigger in release.triggers for module in trigger.show.values()}
        self.collections = {pick.collection for pick in picks}


def _conditions(release: Release) -> Iterator[Condition]:
    """The conditions that something depends on; an audience's own count where the audience is used."""
    for part in (release.tags, release.triggers, release.slots, release.modules):
        yield from conditions_in(part)
