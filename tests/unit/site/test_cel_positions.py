"""An error inside a CEL expression is reported at the character that is wrong, however the YAML around it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.errors import Problem, SiteError
from befit.model import Release

ReleaseOf = Callable[[dict[str, str]], Release]

WRITTEN = [
    "- {when: signals.clicks > 1 && signals.NOPE > 2, show: welcome}\n",
    "- {when: 'signals.clicks > 1 && signals.NOPE > 2', show: welcome}\n",
    "- {when: '\"it''s\" in tags && signals.NOPE > 2', show: welcome}\n",
    '- {when: "\\"a\\u0062\\" in tags && signals.NOPE > 2", show: welcome}\n',
    "- when: |\n    signals.clicks > 1 &&\n      signals.NOPE > 2\n  show: welcome\n",
    "- when: >-\n    signals.clicks > 1 &&\n    signals.NOPE > 2\n  show: welcome\n",
    "- when: signals.clicks > 1 &&\n    signals.NOPE > 2\n  show: welcome\n",
    "- when: 'signals.clicks > 1 &&\n\n    signals.NOPE > 2'\n  show: welcome\n",
]


def errors_of(release_of: ReleaseOf, files: dict[str, str]) -> list[Problem]:
    with pytest.raises(SiteError) as caught:
        release_of(files)
    return caught.value.problems


@pytest.mark.parametrize("text", WRITTEN)
def test_an_unknown_signal_is_reported_where_it_is_written(release_of: ReleaseOf, text: str) -> None:
    (problem,) = errors_of(
        release_of, {"slots/hero.yaml": f"{text}- {{show: welcome}}\n", "signals.yaml": "clicks: {count: Click}\n"}
    )
    line = text.split("\n")[problem.line - 1]
    # Google's checker points at the dot of a selection, or at the field's name.
    assert line[problem.column - 1 :].lstrip(".").startswith("NOPE")
    assert problem.file == "slots/hero.yaml"


def test_an_error_inside_a_text_is_reported_within_its_expression(release_of: ReleaseOf) -> None:
    module = "type: banner\nprops:\n  title: 'You clicked ${signals.clicks} of ${signals.NOPE}'\n"
    (problem,) = errors_of(release_of, {"modules/welcome.yaml": module, "signals.yaml": "clicks: {count: Click}\n"})
    assert problem.line == 3
    assert module.split("\n")[2][problem.column - 1 :].lstrip(".").startswith("NOPE")


def test_a_misspelt_name_comes_with_a_suggestion(release_of: ReleaseOf) -> None:
    files = {"slots/hero.yaml": "- {when: signals.clcks > 1, show: welcome}\n- {show: welcome}\n"}
    (problem,) = errors_of(release_of, {**files, "signals.yaml": "clicks: {count: Click}\n"})
    assert "clicks" in problem.hint


def test_all_errors_are_reported_at_once(release_of: ReleaseOf) -> None:
    found = errors_of(
        release_of,
        {
            "signals.yaml": "a: {count: Click, within: soon}\nb: {sum: event.nope, of: Click}\n",
            "tags.yaml": "vip: {when: signals.c > 1}\n",
            "slots/hero.yaml": "- {when: 1 +, show: nothing}\n- {show: welcome}\n",
        },
    )
    assert [(problem.file, problem.line) for problem in found] == [
        ("signals.yaml", 1),
        ("signals.yaml", 2),
        ("tags.yaml", 1),
        ("slots/hero.yaml", 1),
        ("slots/hero.yaml", 1),
    ]


def test_a_condition_must_be_true_or_false(release_of: ReleaseOf) -> None:
    files = {"slots/hero.yaml": "- {when: page.path, show: welcome}\n- {show: welcome}\n"}
    (problem,) = errors_of(release_of, files)
    assert (problem.file, problem.line, problem.column) == ("slots/hero.yaml", 1, 10)
    assert "bool" in problem.message


def test_a_signal_cannot_see_signals_or_tags(release_of: ReleaseOf) -> None:
    signals = "a: {count: Click}\nb: {count: Click, where: signals.a > 1}\nc: {count: Click, where: '\"x\" in tags'}\n"
    assert [problem.line for problem in errors_of(release_of, {"signals.yaml": signals})] == [2, 3]
