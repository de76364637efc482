"""audiences.yaml: conditions with a name, usable wherever signals are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.model import Release

Files = dict[str, str]
SIGNALS = "clicks: {count: Click}\nspent: {sum: event.properties.total, of: Order Completed}\n"


def test_an_audience_stands_for_its_condition_wherever_it_is_used(release_of: Callable[[Files], Release]) -> None:
    release = release_of(
        {
            "signals.yaml": SIGNALS,
            "audiences.yaml": "loyal: signals.spent > 100.0\nbest: {when: audiences.loyal && signals.clicks > 9}\n",
            "tags.yaml": "vip: {when: audiences.best}\n",
            "triggers.yaml": "thank: {on: Click, when: audiences.loyal, tag: thanked}\n",
            "slots/hero.yaml": "- {when: '!audiences.loyal', show: welcome}\n- {show: welcome}\n",
            "modules/welcome.yaml": 'type: banner\nprops: {best: "${audiences.best}"}\n',
        }
    )
    assert [audience.name for audience in release.audiences] == ["loyal", "best"]
    assert release.audiences[0].when.source == "signals.spent > 100.0"
    in_place = ["holds", release.audiences[0].when.ast, "audiences.loyal"]
    assert release.audiences[1].when.ast[1] == in_place
    (hero,) = release.slots
    assert hero.rules[0].when is not None
    assert hero.rules[0].when.ast == ["!", in_place]
    assert hero.rules[0].when.source == "!audiences.loyal"
    assert hero.rules[0].when.reads == ("signals.spent",)
    (vip,), (thank,) = release.tags, release.triggers
    assert vip.when is not None
    assert vip.when.reads == ("signals.clicks", "signals.spent")
    assert thank.when is not None
    assert thank.when.ast == in_place


PROBLEMS = [
    ("a: signals.clicks", "1:4: error: this is a value of type int, and bool is needed"),
    ("a: signals.clikcs > 1", "1:12: error: unknown name: signals.clikcs (did you mean signals.clicks?)"),
    ("a-b: 'true'", "1:1: error: `a-b` cannot be the name of a audience"),
    ("a: {where: 'true'}", "1:5: error: unknown key `where` in an audience (did you mean `when`?)"),
    ("a: [1]", "1:4: error: must be a CEL expression"),
    ("a: event.name == 'x'", "1:4: error: "),
    ("a: '\"vip\" in tags'", "1:6: warning: no rule sets the tag `vip`"),
    ("a: '!audiences.a'", "1:1: error: an audience that uses itself: a -> a"),
    (
        "a: audiences.b\nb: audiences.c\nc: '!audiences.b'",
        "2:1: error: an audience that uses itself: b -> c -> b",
    ),
    ("a: audiences.b", "1:14: error: unknown name: audiences.b"),
    (
        "a: size([audiences]) > 0\nb: audiences.a",
        "1:1: error: `audiences` is no value by itself (name one: audiences.NAME)",
    ),
]


@pytest.mark.parametrize(("text", "problem"), PROBLEMS)
def test_what_is_wrong_is_said_where_it_is(problems_of: Callable[[Files], list[str]], text: str, problem: str) -> None:
    found = problems_of({"audiences.yaml": f"{text}\n", "signals.yaml": SIGNALS})
    assert any(line.startswith(f"audiences.yaml:{problem}") for line in found), found


def test_a_circle_is_reported_once(problems_of: Callable[[Files], list[str]]) -> None:
    found = problems_of({"audiences.yaml": "a: audiences.b\nb: audiences.a\nc: audiences.a || audiences.b\n"})
    assert len([line for line in found if " error: " in line]) == 1


def test_a_misspelt_audience_gets_a_suggestion(problems_of: Callable[[Files], list[str]]) -> None:
    (found,) = problems_of(
        {
            "audiences.yaml": "loyal: 'true'\n",
            "slots/hero.yaml": "- {when: audiences.lojal, show: welcome}\n- {show: welcome}\n",
        }
    )
    assert found == "slots/hero.yaml:1:20: error: unknown name: audiences.lojal (did you mean audiences.loyal?)"


def test_nesting_and_growth_are_bounded(problems_of: Callable[[Files], list[str]]) -> None:
    deep = "a0: 'true'\n" + "".join(f"a{n}: audiences.a{n - 1}\n" for n in range(1, 30))
    assert any("more than 16 deep" in line for line in problems_of({"audiences.yaml": deep}))
    wide = "a0: signals.clicks > 1\n" + "".join(
        f"a{n}: audiences.a{n - 1} || audiences.a{n - 1}\n" for n in range(1, 14)
    )
    assert any("are too large" in line for line in problems_of({"audiences.yaml": wide, "signals.yaml": SIGNALS}))
