"""What follows from what in a release: a graph of moments, one edge for each rule that leads from one to the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from befit.model import Condition, Release, Trigger
from befit.site.checks.branches import known_ways
from befit.site.checks.domain import ABSENT, ANY_VALUE, Domain, of_values
from befit.site.checks.logic import Subject, TooManyWays, all_of
from befit.site.checks.walking import tags_asked

SET: Final = "is set"
REMOVED: Final = "is removed"


class Moment(NamedTuple):
    """Something that happens to a `tag`, `trigger`, `event` or `signal`; `how` says whether a tag is set or removed."""

    what: str
    name: str
    how: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.what, f"`{self.name}`", self.how)))


Graph = dict[Moment, set[Moment]]


def graph_of(release: Release) -> Graph:
    """What follows at once from each moment that a rule reacts to.

    Signals lead to tags and to triggers on sequences only: a trigger that waits for its condition needs it to become
    false in between, and signals do not swing back and forth with one event.
    """
    graph: Graph = {}

    def edge(cause: Moment, effect: Moment) -> None:
        graph.setdefault(cause, set()).add(effect)
        graph.setdefault(effect, set())

    for signal in release.signals:
        for name in signal.on:
            edge(Moment("event", name), Moment("signal", signal.name))
    emitters = _emitters(release)
    known = {tag.tag for tag in release.tags} | {trigger.tag for trigger in release.triggers}
    for tag in release.tags:
        for when, on, how in ((tag.when, tag.on, SET), (tag.unset_when, tag.unset_on, REMOVED)):
            for cause in _heard(on, when, emitters) if on else (*_tags_read(when, known), *_signals_read(when)):
                edge(cause, Moment("tag", tag.tag, how))
    for trigger in release.triggers:
        itself = Moment("trigger", trigger.name)
        if trigger.sequence:
            edge(Moment("signal", trigger.sequence), itself)
        else:
            when = None if trigger.delay_ms else trigger.when
            for cause in _heard(trigger.on, when, emitters) if trigger.on else _tags_read(trigger.when, known):
                edge(cause, itself)
        effects = (("tag", trigger.tag, SET), ("tag", trigger.untag, REMOVED), ("event", trigger.emit, ""))
        for what, name, how in effects:
            if name:
                edge(itself, Moment(what, name, how))
    return graph


def strands(graph: Graph) -> list[set[Moment]]:
    """The strongly connected parts that hold a cycle: from each of their moments there is a way to each other one."""
    order: list[Moment] = []
    seen: set[Moment] = set()
    for start in graph:
        order += _explored(start, graph, seen)
    backwards: Graph = {moment: set() for moment in graph}
    for cause, effects in graph.items():
        for effect in effects:
            backwards[effect].add(cause)
    seen = set()
    parts = [set(_explored(start, backwards, seen)) for start in reversed(order)]
    return [part for part in parts if len(part) > 1 or any(moment in graph[moment] for moment in part)]


def reached(strand: set[Moment], graph: Graph) -> set[Moment]:
    """Everything that follows from what happens in a strand, directly or not."""
    seen: set[Moment] = set()
    for start in strand:
        _explored(start, graph, seen)
    return seen


def shortest_circle(graph: Graph, within: set[Moment]) -> list[Moment]:
    """A way round within a strand that is as short as one gets, beginning with the moment that sorts first."""
    ways = (_way_back(start, graph, within) for start in sorted(within))
    return min(ways, key=len)


def _way_back(start: Moment, graph: Graph, within: set[Moment]) -> list[Moment]:
    """The shortest way from a moment back to it."""
    came_from: dict[Moment, Moment] = {}
    waiting = deque([start])
    while start not in came_from:
        moment = waiting.popleft()
        for after in sorted(graph[moment] & within):
            if after not in came_from:
                came_from[after] = moment
                waiting.append(after)
    way = [came_from[start]]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _explored(start: Moment, graph: Graph, seen: set[Moment]) -> list[Moment]:
    """The moments that can be got to and were not `seen` yet, each after those that follow from it."""
    if start in seen:
        return []
    seen.add(start)
    found: list[Moment] = []
    open_ = [(start, iter(sorted(graph[start])))]
    while open_:
        moment, after = open_[-1]
        following = next((each for each in after if each not in seen), None)
        if following is None:
            found.append(moment)
            open_.pop()
        else:
            seen.add(following)
            open_.append((following, iter(sorted(graph[following]))))
    return found


def _emitters(release: Release) -> dict[str, list[Trigger]]:
    found: dict[str, list[Trigger]] = {}
    for trigger in release.triggers:
        if trigger.emit:
            found.setdefault(trigger.emit, []).append(trigger)
    return found


def _heard(on: Iterable[str], when: Condition | None, emitters: dict[str, list[Trigger]]) -> Iterator[Moment]:
    """The events of `on` for which `when` can hold when a trigger emits them."""
    for name in on:
        if any(_can_hold(when, trigger) for trigger in emitters.get(name, ())):
            yield Moment("event", name)


def _can_hold(when: Condition | None, emitter: Trigger) -> bool:
    """Whether a condition can hold on the event that a trigger emits: its only property is the trigger's name."""
    if when is None:
        return True
    read = (tuple(path.split(".")) for path in when.reads)
    given: dict[Subject, Domain] = {
        **{path: ABSENT for path in read if path[:2] == ("event", "properties") and len(path) == 3},
        ("event", "name"): of_values([emitter.emit]) or ANY_VALUE,
        ("event", "properties", "trigger"): of_values([emitter.name]) or ANY_VALUE,
    }
    alternatives = known_ways(when)
    try:
        return alternatives is None or bool(all_of(([given], alternatives)))
    except TooManyWays:
        return True


def _tags_read(when: Condition | None, known: set[str]) -> Iterator[Moment]:
    """The changes of tags that can make a condition true."""
    for tag, positive in tags_asked(when.ast) if when else ():
        for name in known - {""} if tag == "*" else (tag,):
            yield Moment("tag", name, SET if positive else REMOVED)


def _signals_read(when: Condition | None) -> Iterator[Moment]:
    for path in when.reads if when else ():
        if path.startswith("signals."):
            yield Moment("signal", path.split(".")[1])
