"""Program: a release turned into functions and indexes, ready to fold events and to decide. Immutable once made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from befit.cel import Compiled, Duration, compile_condition
from befit.engine.coercion import coercions, times
from befit.engine.deciding.content import computed
from befit.engine.deciding.rules import CompiledSlot, compile_slot, conditions
from befit.engine.index import Index
from befit.engine.inputs import inputs
from befit.engine.kinds.kind import Kind
from befit.engine.kinds.numbers import Total
from befit.engine.kinds.sequence import ScopedSequence, Sequence
from befit.engine.kinds.steps import Steps
from befit.engine.kinds.windows import Scoped
from befit.engine.signals import MISSING, NUMBERS, NUMERIC, ORDERED, SINGLE, kind_of
from befit.engine.view import MS, VARIABLES, current_session
from befit.model import Condition, Module, Profile, Release, Session, Signal, TagRule, Trigger

Read = Callable[[Profile, int], Any]
STATELESS: Final = ("dwell", "leader")
"""Kinds that keep nothing of their own in a profile."""


def compiled(condition: Condition | None, kept: list[tuple[str, Compiled]]) -> Compiled | None:
    """The function of a condition over `VARIABLES`, also added to `kept` with its place; None for none."""
    if condition is None:
        return None
    function = compile_condition(condition.ast, VARIABLES)
    kept.append((condition.where, function))
    return function


class CompiledSignal:
    """A signal with its functions.

    kind       what keeps its state; None for dwell and leader, which have none of their own
    steps      for sequences and funnels: which of them an event is
    sequence   the kind of a sequence, which has timers and completions beside its value
    takes      the classes of values that it can use; `numeric` when they must be finite, too
    scope      `session` or `page` when it starts anew with each
    """

    __slots__ = (
        "changes",
        "kind",
        "name",
        "numeric",
        "scope",
        "sequence",
        "signal",
        "steps",
        "takes",
        "test",
        "value",
        "weighed",
        "weights",
    )

    def __init__(self, signal: Signal, kept: list[tuple[str, Compiled]]) -> None:
        where = compiled(signal.where, kept)
        value = compiled(signal.value, kept)
        self.signal = signal
        self.name = signal.name
        self.changes = f"signals.{signal.name}"
        self.test = None if where is None else where.test
        self.value: Callable[..., Any] | None = None if value is None else value.value
        self.numeric = signal.kind in NUMERIC
        self.takes = NUMBERS if self.numeric else SINGLE
        self.weighed = signal.kind == "affinity"
        self.weights = signal.weights
        self.steps: Steps | None = None
        if signal.kind in ORDERED:
            tests = [compiled(step.where, kept) for step in signal.steps]
            self.steps = Steps(signal.steps, [None if test is None else test.test for test in tests])
        self.kind: Kind | None = kind_of(signal)
        self.sequence = self.kind if isinstance(self.kind, (Sequence, ScopedSequence)) else None
        self.scope = signal.window if isinstance(self.kind, Scoped) else ""


class CompiledTag:
    """A tagging rule with its tests."""

    __slots__ = ("rule", "test", "unset_test")

    def __init__(self, rule: TagRule, kept: list[tuple[str, Compiled]]) -> None:
        when, unset = compiled(rule.when, kept), compiled(rule.unset_when, kept)
        self.rule = rule
        self.test = None if when is None else when.test
        self.unset_test = None if unset is None else unset.test


class CompiledTrigger:
    """A trigger with its test."""

    __slots__ = ("inputs", "test", "trigger")

    def __init__(self, trigger: Trigger, kept: list[tuple[str, Compiled]]) -> None:
        when = compiled(trigger.when, kept)
        self.trigger = trigger
        self.inputs = frozenset(inputs(trigger.when.reads)) if trigger.when is not None else frozenset()
        self.test = None if when is None else when.test


Rule = CompiledTag | CompiledTrigger


class Program:
    """A compiled release.

    conditions                       (place, function) of every condition that fold or decide test
    on_signals, on_rules, on_unset   event name -> index of the signals, tags and triggers, tag removals it feeds
    delays                           event name -> triggers with a delay that it sets off or calls off
    on_complete                      sequence -> triggers that act when it is completed
    readers, unset_readers           changed input -> index of rules without `on` whose condition reads it
    reactive                         all inputs in `readers` and `unset_readers`
    event_uses, reactive_uses, slot_uses    condition variables read on an event, in reaction to one, and in deciding
    slots                            compiled rule trees by slot name; `explores` whether any of them does
    reads                            how to read each signal of a profile at a moment; raises KeyError while it is not known
    backfill                         the mark of profiles that have the history of this program's signals (`befit.node.past.backfill`)
    """

    backfill: str = ""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.modules: dict[str, Module] = {module.name: module for module in release.modules}
        self.conditions: list[tuple[str, Compiled]] = []
        self.signals = {signal.name: CompiledSignal(signal, self.conditions) for signal in release.signals}
        self.tags = {rule.name: CompiledTag(rule, self.conditions) for rule in release.tags}
        self.triggers = {trigger.name: CompiledTrigger(trigger, self.conditions) for trigger in release.triggers}
        self.on_signals = self._signal_index()
        self.sequences = self._sequence_index()
        self.on_rules, self.readers = self._rule_indexes()
        self.on_unset, self.unset_readers = self._unset_indexes()
        self.delays, self.on_complete = self._delays(), self._on_complete()
        self.reactive = frozenset({*self.readers, *self.unset_readers})
        self.event_uses, self.reactive_uses = self._uses()
        self.leaders = {f"signals.{s.of}": f"signals.{s.name}" for s in release.signals if s.kind == "leader"}
        self.dwells = {
            of: tuple(f"signals.{s.name}" for s in release.signals if s.kind == "dwell" and s.of == of)
            for of in ("page", "session")
        }
        self.scoped = {
            scope: tuple(s.changes for s in self.signals.values() if s.scope == scope) for scope in ("page", "session")
        }
        self.shows = self._shows()
        self.slots: dict[str, CompiledSlot] = {slot.name: compile_slot(slot, release, self) for slot in release.slots}
        self.explores = any(slot.explore for slot in release.slots)
        self.reads: dict[str, Read] = {name: self._reader(signal) for name, signal in self.signals.items()}
        self.slot_uses = top_level(release_conditions(release))
        self.coercions = {name: coercions(fields) for name, fields in release.site.schema.get("events", {}).items()}
        self.page_coercions = coercions(release.site.schema.get("page", {}))
        self.page_times = times(release.site.schema.get("page", {}))
        self.trait_times = times(release.site.schema.get("traits", {}))
        self.trait_coercions = coercions(release.site.schema.get("traits", {}))

    def read_signal(self, name: str, profile: Profile, now: int) -> Any:
        """A signal's value at `now`, or MISSING: not known yet, or no such signal."""
        try:
            return self.reads[name](profile, now)
        except KeyError:
            return MISSING

    def _reader(self, compiled_signal: CompiledSignal) -> Read:
        name, signal = compiled_signal.name, compiled_signal.signal
        if signal.kind == "dwell":
            return self._read_dwell(signal.of)
        if signal.kind == "leader":
            return self._read_leader(signal.of)
        if compiled_signal.scope and compiled_signal.kind is not None:
            return self._read_scoped(name, compiled_signal.kind, compiled_signal.scope)
        kind = compiled_signal.kind
        if kind is None:
            return _read_nothing

        empty = kind.empty
        if isinstance(kind, Total):  # its state is its value: most signals of most sites are of this kind

            def read_total(profile: Profile, now: int) -> Any:
                return profile.signals.get(name, empty)

            return read_total

        def read(profile: Profile, now: int) -> Any:
            state = profile.signals.get(name)
            if state is not None:
                return kind.read(state, now)
            if empty is MISSING:
                raise KeyError(name)
            return empty

        return read

    def _read_dwell(self, of: str) -> Read:
        def read(profile: Profile, now: int) -> Any:
            session = current_session(profile, self, now)
            if session is None or (of == "page" and not session.pages):
                return Duration(0)
            return Duration((session.pages[-1].dwell_ms if of == "page" else session.dwell_ms) * MS)

        return read

    def _read_scoped(self, name: str, kind: Kind, scope: str) -> Read:
        def read(profile: Profile, now: int) -> Any:
            state = profile.signals.get(name)
            if state is not None and state[0] == scope_id(profile, self, now, scope):
                return kind.read(state, now)
            if kind.empty is MISSING:
                raise KeyError(name)
            return kind.empty

        return read

    def _read_leader(self, of: str) -> Read:
        def read(profile: Profile, now: int) -> Any:
            for key in self.reads[of](profile, now):  # best first, whatever its window
                return key
            raise KeyError(of)

        return read

    def _signal_index(self) -> dict[str, Index[CompiledSignal]]:
        fed = [s for s in self.signals.values() if s.steps is None and s.kind is not None]
        names = {name for s in fed for name in s.signal.on}
        return {name: Index((s, s.signal.where) for s in fed if name in s.signal.on) for name in names}

    def _sequence_index(self) -> dict[str, list[CompiledSignal]]:
        by_event: dict[str, list[CompiledSignal]] = {}
        for signal in self.signals.values():
            if signal.steps is not None:
                for name in signal.steps.by_event:
                    by_event.setdefault(name, []).append(signal)
        return by_event

    def _rule_indexes(self) -> tuple[dict[str, Index[Rule]], dict[str, Index[Rule]]]:
        rules: list[tuple[Rule, tuple[str, ...], Condition | None]] = [
            *((tag, tag.rule.on, tag.rule.when) for tag in self.tags.values() if tag.rule.on or tag.rule.when),
            *(
                (trigger, trigger.trigger.on, trigger.trigger.when)
                for trigger in self.triggers.values()
                if not trigger.trigger.delay_ms and not trigger.trigger.sequence
            ),
        ]
        return file_rules(rules)

    def _unset_indexes(self) -> tuple[dict[str, Index[Rule]], dict[str, Index[Rule]]]:
        return file_rules(
            [
                (tag, tag.rule.unset_on, tag.rule.unset_when)
                for tag in self.tags.values()
                if tag.rule.unset_on or tag.rule.unset_when
            ]
        )

    def _delays(self) -> dict[str, list[CompiledTrigger]]:
        by_event: dict[str, list[CompiledTrigger]] = {}
        for trigger in self.triggers.values():
            if trigger.trigger.delay_ms:
                for name in dict.fromkeys((*trigger.trigger.on, *trigger.trigger.cancel_on)):
                    by_event.setdefault(name, []).append(trigger)
        return by_event

    def _on_complete(self) -> dict[str, list[CompiledTrigger]]:
        by_sequence: dict[str, list[CompiledTrigger]] = {}
        for trigger in self.triggers.values():
            if trigger.trigger.sequence:
                by_sequence.setdefault(trigger.trigger.sequence, []).append(trigger)
        return by_sequence

    def _uses(self) -> tuple[frozenset[str], frozenset[str]]:
        release = self.release
        on_event = [c for s in release.signals for c in (s.where, s.value, *(step.where for step in s.steps))]
        reactive: list[Condition | None] = []
        for tag in release.tags:
            (on_event if tag.on else reactive).append(tag.when)
            (on_event if tag.unset_on else reactive).append(tag.unset_when)
        for trigger in release.triggers:
            (on_event if trigger.on and not trigger.delay_ms else reactive).append(trigger.when)
        return top_level(on_event), top_level(reactive)

    def _shows(self) -> dict[str, list[Trigger]]:
        shows: dict[str, list[Trigger]] = {}
        for trigger in sorted(self.release.triggers, key=lambda trigger: -trigger.priority):
            for slot in trigger.show:
                shows.setdefault(slot, []).append(trigger)
        return shows


def top_level(conditions: list[Condition | None]) -> frozenset[str]:
    """The variables that these conditions read."""
    return frozenset(
        path.split(".")[0] for condition in conditions if condition is not None for path in condition.reads
    )


def release_conditions(release: Release) -> list[Condition | None]:
    """Every condition that deciding evaluates: of branches and of computed props."""
    branches = [condition for slot in release.slots for condition in conditions(slot.rules)]
    return [*branches, *(condition for module in release.modules for condition in computed(module))]


def file_rules(
    rules: list[tuple[Rule, tuple[str, ...], Condition | None]],
) -> tuple[dict[str, Index[Rule]], dict[str, Index[Rule]]]:
    """Rules with events by event name, the others by every input that their condition reads."""
    by_event: dict[str, list[tuple[Rule, Condition | None]]] = {}
    by_input: dict[str, list[tuple[Rule, Condition | None]]] = {}
    for rule, on, condition in rules:
        for name in on:
            by_event.setdefault(name, []).append((rule, condition))
        if not on and condition is not None:
            for read in inputs(condition.reads):
                by_input.setdefault(read, []).append((rule, condition))
    return (
        {name: Index(entries) for name, entries in by_event.items()},
        {name: Index(entries) for name, entries in by_input.items()},
    )


def scope_id(profile: Profile, program: Program, now: int, scope: str) -> str:
    """The id of the current session or page view, which is the session's before its first; empty when there is none."""
    session = current_session(profile, program, now)
    return "" if session is None else scope_of(session, scope)[0]


def scope_of(session: Session, scope: str) -> tuple[str, int]:
    """The id of the session, or of its current page view, and when it began."""
    if scope == "page" and session.pages:
        return session.pages[-1].view_id, session.pages[-1].started
    return session.id, session.started


def _read_nothing(profile: Profile, now: int) -> Any:
    raise KeyError
