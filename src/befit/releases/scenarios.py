"""Runs a site's scenario tests: plays the events, decides, compares, and says which branches no test reaches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from befit.cel import Duration, Timestamp, to_json
from befit.engine import Program, decide
from befit.engine.signals import MISSING
from befit.engine.view import of_tags
from befit.errors import Problem
from befit.model import DecideRequest, Decision, Profile, Release, Step
from befit.releases.coverage import Coverage, Reached, Unreached, measure
from befit.releases.playback import Playback
from befit.releases.scenario import Expectation, Scenario, Value, milliseconds, read_scenarios
from befit.site import load_site
from befit.site.document import Problems
from befit.site.item import did_you_mean

ROUGHLY = 1e-3
"""How far a number with a fraction may be from what a test says, relative to it: decayed scores are never round."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation that does not hold. `at` is milliseconds after the start; `why` holds the lines of the slot's trace."""

    where: str
    at: int
    what: str
    expected: Any
    actual: Any
    why: tuple[str, ...] = ()

    @property
    def in_one_line(self) -> str:
        """What was expected and what came."""
        return f"{self.what} after {_span(self.at)}: expected {_shown(self.expected)}, and it is {_shown(self.actual)}"

    def __str__(self) -> str:
        lines = [
            f"{self.where}: {self.what} after {_span(self.at)}",
            f"    expected  {_shown(self.expected)}",
            f"    actual    {_shown(self.actual)}",
        ]
        return "\n".join([*lines, *(f"      {line}" for line in self.why)])


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How one scenario went: it passed when nothing failed."""

    name: str
    where: str
    failures: tuple[Failure, ...]
    passed: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How all scenarios of a site went. `problems` are in the tests' own YAML; with any of them nothing was run."""

    release: str
    results: tuple[Result, ...]
    coverage: Coverage
    unreached: tuple[Unreached, ...]
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether every test could be read and every expectation holds."""
        return not self.problems and all(result.passed for result in self.results)

    def as_problems(self) -> list[Problem]:
        """What is to be said of it place by place: what could not be read, each failure, and what no test reaches."""
        failures = [failure for result in self.results for failure in result.failures]
        return [
            *self.problems,
            *(Problem.at(failure.where, failure.in_one_line) for failure in failures),
            *(Problem.at(each.where, each.message, severity="warning") for each in self.unreached),
        ]


def run_scenarios(folder: Path, release: Release | None = None) -> Report:
    """Run `tests/*.yaml` of a site folder against its release, or against another one.

    Raises SiteError when the site does not check, SettingsError when a test file cannot be read.
    """
    release = load_site(folder) if release is None else release
    problems = Problems()
    scenarios = read_scenarios(folder, problems)
    program = Program(without_exploring(release))
    _check_slots(scenarios, program, problems)
    reached = Reached()
    results = () if problems else tuple(run(scenario, program, reached) for scenario in scenarios)
    coverage, unreached = measure(release, reached)
    return Report(
        release=release.id,
        results=results,
        coverage=coverage,
        unreached=() if problems else unreached,
        problems=tuple(problems),
    )


def without_exploring(release: Release) -> Release:
    """The same release, with every visitor shown the first leaf that holds."""
    slots = tuple(msgspec.structs.replace(slot, explore=0.0) for slot in release.slots)
    return msgspec.structs.replace(release, slots=slots)


def run(scenario: Scenario, program: Program, reached: Reached) -> Result:
    """Play one scenario in order of time; `reached` gains the branches that it expects and sees chosen, and what it sets off."""
    playback = Playback(program, reached.note)
    waiting = iter(scenario.events)
    event = next(waiting, None)
    failures: list[Failure] = []
    for expectation in scenario.expectations:
        now = scenario.start + expectation.at
        while event is not None and event.timestamp <= now:
            playback.play(event)
            event = next(waiting, None)
        playback.advance(now)
        profile = playback.profile(expectation.anonymous_id, expectation.user_id)
        failures += _compare(expectation, profile, program, now, reached)
    return Result(name=scenario.name, where=scenario.where, failures=tuple(failures), passed=not failures)


def _compare(
    expectation: Expectation, profile: Profile, program: Program, now: int, reached: Reached
) -> Iterator[Failure]:
    yield from _compare_slots(expectation, profile, program, now, reached)
    at = expectation.at
    tags = sorted(of_tags(profile.tags, now))
    for tag in expectation.tags:
        if tag.value not in tags:
            yield Failure(where=tag.where, at=at, what=f"tag {tag.value}", expected="set", actual=f"not among {tags}")
    for tag in expectation.no_tags:
        if tag.value in tags:
            yield Failure(where=tag.where, at=at, what=f"tag {tag.value}", expected="not set", actual="set")
    for name, expected in expectation.signals.items():
        value = program.read_signal(name, profile, now)
        actual = None if value is MISSING else value
        if not _equal(expected.value, actual):
            shown = None if actual is None else to_json(actual)
            yield Failure(where=expected.where, at=at, what=f"signal {name}", expected=expected.value, actual=shown)

    for name, expected in expectation.triggers.items():
        acted = profile.triggers.get(name)
        times = 0 if acted is None else acted.total
        if not _equal(expected.value, times):
            yield Failure(
                where=expected.where, at=at, what=f"times {name} acted", expected=expected.value, actual=times
            )


def _compare_slots(
    expectation: Expectation, profile: Profile, program: Program, now: int, reached: Reached
) -> Iterator[Failure]:
    asked = list(dict.fromkeys([*expectation.slots, *expectation.variants, *expectation.props]))
    if not asked:
        return
    request = DecideRequest(slots=asked, page=expectation.page, context=expectation.context, trace=True)
    for decision in decide(profile, request, program, now):
        slot, steps = decision.slot, decision.trace or []
        reached.branches.update(step.rule for step in steps if step.outcome in ("chosen", "collected"))
        props = _plain(decision)
        pairs = [
            (f"slot {slot}", expectation.slots.get(slot), decision.module),
            (f"variant of {slot}", expectation.variants.get(slot), decision.variant),
            *(
                (f"prop {slot}.{name}", value, props.get(name))
                for name, value in expectation.props.get(slot, {}).items()
            ),
        ]
        for what, expected, actual in pairs:
            if expected is not None and not _equal(expected.value, actual):
                why = tuple(_line(step) for step in steps) if what.startswith("slot") else ()
                yield Failure(
                    where=expected.where, at=expectation.at, what=what, expected=expected.value, actual=actual, why=why
                )


def _plain(decision: Decision) -> dict[str, Any]:
    props: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(decision.props))
    return props


def _equal(expected: Any, actual: Any) -> bool:
    """Whether a value is what a test says: of mappings only the keys that it names, of lists the first elements."""
    if isinstance(actual, Duration):
        ms = milliseconds(expected)
        return ms is not None and Duration.from_ms(ms) == actual
    if isinstance(actual, Timestamp):
        return isinstance(expected, str) and expected == str(actual)
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            key in actual and _equal(value, actual[key]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) >= len(expected)
            and all(_equal(one, other) for one, other in zip(expected, actual, strict=False))
        )
    if isinstance(expected, bool) or isinstance(actual, bool) or actual is None:
        return expected is actual
    if isinstance(expected, (int, float)) and isinstance(actual, float):
        return math.isclose(expected, actual, rel_tol=ROUGHLY)
    return bool(expected == actual)


def _check_slots(scenarios: list[Scenario], program: Program, problems: Problems) -> None:
    """Names that a test asks for must exist: a misspelt one would otherwise hold or fail for the wrong reason."""
    tags = {rule.tag for rule in program.release.tags} | {trigger.tag for trigger in program.release.triggers}
    signals = [signal.name for signal in program.release.signals if not signal.hidden]
    for scenario in scenarios:
        tags |= {event.name for event in scenario.events if event.type == "tag"}
        for expectation in scenario.expectations:
            slots = [*expectation.slots.items(), *expectation.variants.items()]
            slots += [(slot, value) for slot, props in expectation.props.items() for value in props.values()]
            asked: list[tuple[str, str, Value, Any]] = [
                *(("slot", slot, value, program.slots) for slot, value in slots),
                *(("signal", name, value, signals) for name, value in expectation.signals.items()),
                *(("trigger", name, value, program.triggers) for name, value in expectation.triggers.items()),
                *(("module", str(value.value), value, program.modules) for value in expectation.slots.values()),
                *(("tag", tag.value, tag, tags) for tag in (*expectation.tags, *expectation.no_tags)),
            ]
            for kind, name, value, known in asked:
                if name not in known:
                    _report(kind, name, value, known, problems)


def _report(kind: str, name: str, value: Value, known: Any, problems: Problems) -> None:
    problems.append(Problem.at(value.where, f"the site has no {kind} `{name}`", did_you_mean(name, known)))


def _line(step: Step) -> str:
    condition = step.when or "otherwise"
    why = f": {step.why}" if step.why and step.why != "always" else ""
    return f"{step.rule}  {step.outcome:<8} {condition}{why}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and value else msgspec.json.encode(value).decode()


def _span(ms: int) -> str:
    """Milliseconds as a site folder writes them: `1h2m3s`."""
    parts = []
    for unit, length in (("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)):
        if ms >= length:
            parts.append(f"{ms // length}{unit}")
            ms %= length
    return "".join(parts) or "0s"
