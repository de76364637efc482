"""Tags and triggers that set each other off for ever.

A cycle in the graph of moments goes on for ever only if everything in it can happen again and again: a tag is set again
only after it was removed, a trigger with a cap stops, one whose condition asks for a tag that the cycle takes away stops
too, a sequence needs all of its steps. What cannot is taken away until nothing more goes; what is left goes in circles.
"""

from __future__ import annotations

from befit.model import Release, Signal, Trigger
from befit.site.checks.moments import REMOVED, SET, Graph, Moment, graph_of, reached, shortest_circle, strands
from befit.site.checks.report import Report
from befit.site.checks.walking import tags_asked

HINT = "give a trigger in it a cap, such as `per_session: 1`, or let its `when` ask for a tag that the cycle removes"


def check_cycles(release: Release, report: Report) -> None:
    """Reports each cycle of tags, triggers and events that can go on for ever, with its way round.

    Warns when a condition in it reads a signal that the cycle changes, which may end it.
    """
    rules = _Rules(release)
    graph = graph_of(release)
    for strand in _endless(graph, rules):
        circle = shortest_circle(graph, strand)
        around = " -> ".join(map(str, [*circle, circle[0]]))
        where = next(rules.places[moment] for moment in circle if moment in rules.places)
        if rules.may_end(strand):
            report.warning(where, f"this may go on for ever: {around}", HINT)
        else:
            report.error(where, f"this goes on for ever: {around}", HINT)


def _endless(graph: Graph, rules: _Rules) -> list[set[Moment]]:
    """The strands that are left when all that stops by itself is taken away."""
    waiting, found = strands(graph), []
    while waiting:
        strand = waiting.pop()
        lasting = {moment for moment in strand if rules.can_recur(moment, strand, graph)}
        if lasting == strand:
            found.append(strand)
        else:
            waiting += strands({moment: graph[moment] & lasting for moment in lasting})
    return found


class _Rules:
    """The rules of a release by the moments that they are."""

    def __init__(self, release: Release) -> None:
        self.triggers = {trigger.name: trigger for trigger in release.triggers}
        self.signals = {signal.name: signal for signal in release.signals}
        self.places = {Moment("trigger", trigger.name): trigger.position for trigger in release.triggers}
        for tag in release.tags:
            self.places |= {Moment("tag", tag.tag, how): tag.position for how in (SET, REMOVED)}

    def can_recur(self, moment: Moment, strand: set[Moment], graph: Graph) -> bool:
        """Whether this can happen again and again by what happens in the strand."""
        if moment.what == "tag":
            return moment._replace(how=SET if moment.how == REMOVED else REMOVED) in strand
        if moment.what == "signal":
            return _can_complete(self.signals[moment.name], strand)
        if moment.what == "trigger":
            return self._can_fire_again(self.triggers[moment.name], strand, graph)
        return True

    def may_end(self, strand: set[Moment]) -> bool:
        """Whether a condition in the strand reads a signal that changes with the strand's own events."""
        events = {moment.name for moment in strand if moment.what == "event"}
        changed = {f"signals.{name}" for name, signal in self.signals.items() if events & set(signal.on)}
        read = (self.triggers[moment.name].when for moment in strand if moment.what == "trigger")
        return any(".".join(path.split(".")[:2]) in changed for when in read if when for path in when.reads)

    def _can_fire_again(self, trigger: Trigger, strand: set[Moment], graph: Graph) -> bool:
        if trigger.ever or trigger.per_session or trigger.per_day or (trigger.cooldown_ms and not trigger.delay_ms):
            return False
        caused = reached(strand, graph)
        if any(Moment("event", name) in caused for name in trigger.cancel_on):
            return False
        for tag, positive in tags_asked(trigger.when.ast) if trigger.when and trigger.on else ():
            needed, spoilt = (SET, REMOVED) if positive else (REMOVED, SET)
            if Moment("tag", tag, spoilt) in caused and Moment("tag", tag, needed) not in caused:
                return False
        return True


def _can_complete(signal: Signal, strand: set[Moment]) -> bool:
    """A sequence again needs each of its steps again; other signals change with any event."""
    needed = (step for step in signal.steps if not step.optional and not step.forbidden)
    return all(not step.absent_ms and Moment("event", step.on) in strand for step in needed)
