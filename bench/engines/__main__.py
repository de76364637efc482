"""How many rules each engine answers in a second of CPU time, with 10 to 10,000 of them (docs/performance.md)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bench.engines import befit, drools, google, growthbook, rule_engine, zen
from bench.engines.measure import MissingPeerError, Outcome, measure
from bench.engines.rules import COUNTS, Profile, Test, profiles, rules
from bench.report import figure

PROFILES = 200

Measurement = Callable[[Sequence[Test], Sequence[Profile]], Outcome]

ENGINES: dict[str, Measurement] = {
    "befit, one by one": partial(measure, befit.OneByOne),
    "befit, through the index": partial(measure, befit.Indexed),
    "Google's C++ evaluator": partial(measure, google.Converting),
    "Google's C++ evaluator, activation made beforehand": partial(measure, google.Activated),
    "Google's C++ evaluator, rules as one expression": partial(measure, google.Together),
    "zen-engine, decision table": partial(measure, zen.Table),
    "zen-engine, rules as one expression": partial(measure, zen.Together),
    "rule-engine, one by one": partial(measure, rule_engine.RuleEngine),
    "rule-engine, rules as one expression": partial(measure, rule_engine.Together),
    "GrowthBook's evalCondition": partial(measure, growthbook.GrowthBook),
    "Drools": drools.measure,
}


def main() -> None:
    """Measure and print, one size after the other; engines that do not agree with befit are an error."""
    visitors = profiles(PROFILES)
    for count in COUNTS:
        made = rules(count)
        expected: list[list[int]] = []
        ours: dict[str, float] = {}
        for name, measurement in ENGINES.items():
            try:
                outcome = measurement(made, visitors)
            except MissingPeerError as error:
                print(f"{name} is left out: {error}", flush=True)
                continue
            expected = expected or outcome.answers
            compare(name, made, expected, outcome.answers)
            more: dict[str, Any] = {f"{way}, times": round(rate / outcome.per_second, 2) for way, rate in ours.items()}
            if name.startswith("befit"):
                ours[name] = outcome.per_second
                more = {}
            if outcome.warm_up is not None:
                more["warm_up_rounds"], more["warm_up_limit"] = outcome.warm_up
            figure(f"{count:,} rules, {name}", outcome.per_second, "rules/s", **more)
            gc.collect()
        held = sum(map(len, expected)) / count / len(expected)
        figure(
            f"{count:,} rules, share that holds",
            held,
            "of the rules",
            the_index_finds=round(befit.looked_at(made, visitors), 3),
        )


def compare(name: str, rules: Sequence[Test], expected: list[list[int]], answers: list[list[int]]) -> None:
    """End with the first rule that the engine answers differently."""
    for position, (right, given) in enumerate(zip(expected, answers, strict=True)):
        for number in sorted({*right} ^ {*given}):
            raise SystemExit(f"{name} disagrees about profile {position} and rule {number}: {rules[number]}")


if __name__ == "__main__":
    main()
