"""A prop that the schema requires must be given somewhere, and be known where the module is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.engine import Program
from befit.engine.signals import MISSING
from befit.model import Profile, Release
from befit.site.checks.props import KNOWN
from befit.site.parts.signals import KEYS

ProblemsOf = Callable[[dict[str, str]], list[str]]
SCHEMA = "type: banner\nschema: {required: [title]}\n"
SITE = {
    "signals.yaml": "clicks: {count: Click}\nlast: {last: event.properties.x, of: Click}\n",
    "site.yaml": "name: s\nwrite_keys: [k]\n",
}
MISSED = "`offer` needs the prop `title`: its schema requires it (give it in the module, in the variant or here)"


@pytest.mark.parametrize(
    ("module", "branch", "said"),
    [
        (SCHEMA, "{show: offer}", [f"slots/hero.yaml:1:3: error: {MISSED}"]),
        (SCHEMA, "{show: offer, props: {title: a}}", []),
        (f"{SCHEMA}props: {{title: a}}\n", "{show: offer}", []),
        (f"{SCHEMA}variants: {{v: {{title: a}}, w: {{}}}}\n", "{show: offer, variant: v}", []),
        (f"{SCHEMA}variants: {{v: {{title: a}}, w: {{}}}}\n", "{show: offer, variant: w}", [f"slots/hero.yaml:1:3: error: {MISSED}"]),
        (f"{SCHEMA}props: {{title: '${{signals.clicks}} clicks'}}\n", "{show: offer}", []),
        (
            f"{SCHEMA}props: {{title: 'It was ${{signals.last}}'}}\n",
            "{show: offer}",
            [
                "modules/offer.yaml:3:26: warning: `title` is required, and it is left out while `signals.last` is not known "
                "(write signals.?last.orValue(…), or let the branch in slots/hero.yaml:1 ask for it)"
            ],
        ),
        (f"{SCHEMA}props: {{title: '${{signals.?last.orValue(\"\")}}'}}\n", "{show: offer}", []),
        (f"{SCHEMA}props: {{title: '${{signals.last}}'}}\n", "{when: signals.last != 3, show: offer}\n- {show: welcome}", []),
        (f"{SCHEMA}props: {{title: '${{signals.last}}'}}\n", "{when: has(signals.last), rules: [{show: offer}]}\n- {show: welcome}", []),
    ],
)  # fmt: skip
def test_required_props(problems_of: ProblemsOf, module: str, branch: str, said: list[str]) -> None:
    assert problems_of({**SITE, "modules/offer.yaml": module, "slots/hero.yaml": f"- {branch}\n"}) == said


def test_a_trigger_shows_a_module_without_variants_or_props(problems_of: ProblemsOf) -> None:
    triggers = "t: {on: Click, show: {hero: offer}}\n"
    assert problems_of({**SITE, "modules/offer.yaml": SCHEMA, "triggers.yaml": triggers}) == [
        f"triggers.yaml:1:1: error: {MISSED}"
    ]


EXAMPLES = {
    "count": "Click",
    "dwell": "session",
    "sequence": "[A, B]",
    "absence": "B, after: A, for: 1m",
    "funnel": "[A, B], within: 1d",
    "rate": "Click, per: 1m, within: 10m",
    "streak": "Click, every: 1d",
    "recency": "Click",
    "affinity": "event.properties.k, half_life: 1d, weights: {Click: 1}",
}


@pytest.mark.parametrize("kind", KEYS)
def test_the_kinds_that_are_known_from_the_start_are_those_of_the_engine(
    release_of: Callable[[dict[str, str]], Release], kind: str
) -> None:
    example = EXAMPLES.get(kind, "event.properties.x, of: Click")
    release = release_of({"signals.yaml": f"a: {{{kind}: {example}}}\n"})
    value = Program(release).read_signal("a", Profile(id="a:x", ids=["a:x"]), 1_000_000)
    assert (value is not MISSING) == (kind in KNOWN)
