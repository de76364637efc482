"""Difference: which events can make one visitor's history differ between two releases that have most things in common.

Until such an event comes, both releases fold a visitor's events to the same profile, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from befit.cel import compile_condition
from befit.engine import Program
from befit.engine.coercion import coerce
from befit.engine.inputs import inputs
from befit.engine.view import VARIABLES, of_event
from befit.model import Condition, Event, Release, Signal, TagRule, Trigger
from befit.releases.slice import conditions_of, meaning

TIMER: Final = "timer "
"""Stands among names of events for any timer that comes due."""

TAG: Final = "tag "
"""Stands among names of events for a tag set or removed by hand."""

Rule = TagRule | Trigger
Source = tuple[str, Condition | None]
"""An event by name, and what it must fulfil; None: any of that name."""

_REST: Final = (None,) * (len(VARIABLES) - 1)


class _Anything(Exception):
    """Any event at all can make the histories differ."""


class Difference:
    """Tells the events that concern what differs between two programs.

    `total` says that every event does: nothing can be shared. `joins` says that joining two profiles concerns it, too,
    and `same_values` that conditions of both programs see the same values in a profile.
    """

    def __init__(self, base: Program, draft: Program) -> None:
        self._coercions = base.coercions
        self._tests: dict[str, list[Callable[..., bool]] | None] = {}
        self.joins = False
        self.total = False
        self.same_values = False
        one, other = base.release, draft.release
        if meaning(one.site) != meaning(other.site) or not _in_order(one, other):
            self.total = True
            return
        self.same_values = meaning(one.signals) == meaning(other.signals)
        differing = _Differing(one, other)
        self.joins = any(is_reactive(rule) for rule in differing.rules)
        try:
            for name, condition in differing.sources():
                self._add(name, condition)
        except _Anything:
            self.total = True

    def concerns(self, event: Event) -> bool:
        """Whether the two programs may fold this event to different profiles, from the same one."""
        name = TIMER if event.type == "timer" else TAG if event.type == "tag" else event.name
        if name not in self._tests:
            return False
        tests = self._tests[name]
        if tests is None:
            return True
        fields = self._coercions.get(event.name)
        if fields:
            coerce(event.properties, fields)
        seen = of_event(event)
        return any(test(seen, *_REST) for test in tests)

    def _add(self, name: str, condition: Condition | None) -> None:
        if condition is None or not all(path.startswith("event.") for path in condition.reads):
            self._tests[name] = None
        elif (tests := self._tests.setdefault(name, [])) is not None:
            tests.append(compile_condition(condition.ast, VARIABLES).test)


class _Pair(NamedTuple):
    """Something of this name in the two releases; None where it is not."""

    base: Any
    draft: Any

    @property
    def differs(self) -> bool:
        return bool(meaning(self.base) != meaning(self.draft))


class _Differing:
    """The signals and rules that differ, and those that read what differs."""

    def __init__(self, base: Release, draft: Release) -> None:
        self.releases = (base, draft)
        signals = [pair for pair in _pairs(base.signals, draft.signals) if pair.differs]
        self.signals = [each for pair in signals for each in pair if each is not None]
        unsafe = {f"signals.{each.name}" for pair in signals if not _same_empty(pair) for each in pair if each}
        self._spread(unsafe)
        pairs = [*_pairs(base.tags, draft.tags), *_pairs(base.triggers, draft.triggers)]
        self.rules: list[Rule] = [
            rule
            for pair in pairs
            for rule in pair
            if rule is not None and (pair.differs or not unsafe.isdisjoint(_read(rule)))
        ]

    def sources(self) -> Iterator[Source]:
        """Every event that can be the first to make a visitor's histories differ. Raises _Anything."""
        for signal in self.signals:
            yield from _fed(signal)
        for rule in self.rules:
            yield from self._rule(rule, set())

    def _spread(self, unsafe: set[str]) -> None:
        """A signal that reads a signal whose value may differ before it has any state is one of these, too."""
        before = -1
        while before != (before := len(unsafe)):
            for release in self.releases:
                for signal in release.signals:
                    if f"signals.{signal.of}" in unsafe or not unsafe.isdisjoint(_read(signal)):
                        unsafe.add(f"signals.{signal.name}")
                        self.signals.append(signal)

    def _rule(self, rule: Rule, followed: set[str]) -> Iterator[Source]:
        """The events at which a rule may act. `followed` holds the inputs that were gone through already."""
        delayed = isinstance(rule, Trigger) and rule.delay_ms > 0  # it looks at its condition later
        for name in rule.on:
            yield name, None if delayed else rule.when
        if isinstance(rule, TagRule):
            yield from ((name, rule.unset_when) for name in rule.unset_on)
        else:
            yield from ((name, None) for name in rule.cancel_on)
            if rule.sequence:
                yield from self._input(f"signals.{rule.sequence}", followed)
            if rule.delay_ms:
                yield TIMER, None
        for condition in _reactive(rule):
            for name in sorted(inputs(condition.reads)):
                yield from self._input(name, followed)

    def _input(self, name: str, followed: set[str]) -> Iterator[Source]:
        """The events that can change an input of reactive rules."""
        if name in followed:
            return
        followed.add(name)
        if name == "tags":
            yield TIMER, None
            yield TAG, None
            for release in self.releases:
                for other in rules_of(release):
                    yield from self._rule(other, followed)
        elif name.startswith("signals."):
            for release in self.releases:
                for signal in release.signals:
                    if signal.name == name.removeprefix("signals."):
                        if signal.kind == "dwell" or signal.window in ("session", "page"):
                            raise _Anything  # a session or a page view may begin with any event
                        yield from _fed(signal)
                        if signal.of:
                            yield from self._input(f"signals.{signal.of}", followed)
        elif name != "now":
            raise _Anything


def rules_of(release: Release) -> tuple[Rule, ...]:
    """Its tagging rules and triggers."""
    return (*release.tags, *release.triggers)


def is_reactive(rule: Rule) -> bool:
    """Whether the rule acts on what changed, not only on events by name."""
    return bool(_reactive(rule))


def _reactive(rule: Rule) -> list[Condition]:
    if isinstance(rule, Trigger):
        named = rule.on or rule.sequence
        return [] if named or rule.when is None else [rule.when]
    found = [(rule.on, rule.when), (rule.unset_on, rule.unset_when)]
    return [condition for on, condition in found if not on and condition is not None]


def _fed(signal: Signal) -> Iterator[Source]:
    if signal.kind == "dwell":
        raise _Anything
    yield from ((name, signal.where) for name in signal.on)
    for step in signal.steps:
        yield step.on, step.where
    if signal.steps:
        yield TIMER, None


def _same_empty(pair: _Pair) -> bool:
    """Whether the signal reads the same in both releases as long as it has no state: kinds with state begin alike."""
    one, other = pair
    if one is None or other is None:
        return True  # what both releases have cannot read it
    fed = bool(one.on or one.steps) and bool(other.on or other.steps)
    return fed and (one.kind, one.type, one.of) == (other.kind, other.type, other.of)


def _read(part: Signal | Rule) -> set[str]:
    return inputs(path for condition in conditions_of(part) for path in condition.reads)


def _pairs(base: Iterable[Any], draft: Iterable[Any]) -> list[_Pair]:
    one, other = {each.name: each for each in base}, {each.name: each for each in draft}
    return [_Pair(one.get(name), other.get(name)) for name in dict.fromkeys((*one, *other))]


def _in_order(base: Release, draft: Release) -> bool:
    """Whether what both have comes in the same order in both: rules are looked at in that order."""
    for one, other in ((base.signals, draft.signals), (base.tags, draft.tags), (base.triggers, draft.triggers)):
        names, others = [each.name for each in one], [each.name for each in other]
        if [name for name in names if name in others] != [name for name in others if name in names]:
            return False
    return True
