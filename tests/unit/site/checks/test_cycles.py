"""Tags and triggers that set each other off for ever are errors that spell the way round; those that stop are fine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

ProblemsOf = Callable[[dict[str, str]], list[str]]
SIGNALS = "clicks: {count: Click}\nleft: {sequence: [A, B]}\n"
HINT = "(give a trigger in it a cap, such as `per_session: 1`, or let its `when` ask for a tag that the cycle removes)"

ENDLESS = [
    (
        {"triggers.yaml": "echo: {on: A, emit: A}\n"},
        f"triggers.yaml:1:1: error: this goes on for ever: event `A` -> trigger `echo` -> event `A` {HINT}",
    ),
    (
        {"triggers.yaml": "ping: {on: A, emit: B}\npong: {on: [B, C], emit: A}\n"},
        "triggers.yaml:1:1: error: this goes on for ever: "
        f"event `A` -> trigger `ping` -> event `B` -> trigger `pong` -> event `A` {HINT}",
    ),
    (
        {
            "tags.yaml": "a: {when: '!(\"b\" in tags)', unset: {when: '\"b\" in tags'}}\n"
            "b: {when: '\"a\" in tags', unset: {when: '!(\"a\" in tags)'}}\n"
        },
        "tags.yaml:1:1: error: this goes on for ever: tag `a` is removed -> tag `b` is removed -> tag `a` is set"
        f" -> tag `b` is set -> tag `a` is removed {HINT}",
    ),
    (
        {
            "tags.yaml": "a: {on: E, unset: {when: '\"b\" in tags'}}\n",
            "triggers.yaml": "t: {when: '\"a\" in tags', tag: b}\nu: {when: '!(\"a\" in tags)', untag: b}\n"
            "v: {when: '!(\"b\" in tags)', emit: E}\n",
        },
        "tags.yaml:1:1: ",
    ),
    ({"triggers.yaml": "echo: {on: A, emit: A, delay: 10m, cooldown: 1m}\n"}, "triggers.yaml:1:1: error: this goes on"),
    ({"triggers.yaml": "one: {sequence: [A, B], emit: A}\ntwo: {on: A, emit: B}\n"}, "triggers.yaml:"),
    (
        {"triggers.yaml": "t: {on: A, when: 'event.properties.trigger == \"t\"', emit: A}\n"},
        "triggers.yaml:1:1: error:",
    ),
]


@pytest.mark.parametrize(("files", "said"), ENDLESS)
def test_a_cycle_that_goes_on_for_ever_is_an_error(problems_of: ProblemsOf, files: dict[str, str], said: str) -> None:
    (found,) = problems_of({"signals.yaml": SIGNALS, **files})
    assert found.startswith(said)
    assert "error: this goes on for ever: " in found


@pytest.mark.parametrize(
    "files",
    [
        {"tags.yaml": "a: {when: '\"a\" in tags || signals.clicks > 3'}\n"},
        {"tags.yaml": "a: {when: '\"b\" in tags'}\nb: {when: '\"a\" in tags'}\n"},
        {"tags.yaml": "a: {on: A, unset: {when: '\"b\" in tags'}}\nb: {when: '\"a\" in tags'}\n"},
        *(
            {"triggers.yaml": f"echo: {{on: A, emit: A, {cap}}}\n"}
            for cap in ("ever: 1", "per_session: 2", "per_day: 3", "cooldown: 1m")
        ),
        {"triggers.yaml": "echo: {on: A, when: 'event.properties.total > 3', emit: A}\n"},
        {"triggers.yaml": "echo: {on: A, when: 'event.properties.trigger != \"echo\"', emit: A}\n"},
        {"triggers.yaml": "echo: {on: A, when: '!(\"done\" in tags)', tag: done, emit: A}\n"},
        {"triggers.yaml": "echo: {when: signals.clicks > 3, emit: Click}\n"},
        {"triggers.yaml": "echo: {sequence: [A, B], emit: A}\n"},
        {"triggers.yaml": "echo: {on: A, emit: B}\n"},
        {"triggers.yaml": "echo: {on: A, emit: A, delay: 10m, cancel_on: B}\nother: {on: A, emit: B}\n"},
    ],
)
def test_what_ends_by_itself_is_fine(problems_of: ProblemsOf, files: dict[str, str]) -> None:
    assert problems_of({"signals.yaml": SIGNALS, **files}) == []


def test_a_cycle_that_a_signal_may_end_is_a_warning(problems_of: ProblemsOf) -> None:
    (found,) = problems_of(
        {"signals.yaml": SIGNALS, "triggers.yaml": "t: {on: Click, when: signals.clicks < 5, emit: Click}\n"}
    )
    assert found.startswith("triggers.yaml:1:1: warning: this may go on for ever: event `Click` -> trigger `t` -> ")


def test_each_cycle_is_told_once(problems_of: ProblemsOf) -> None:
    triggers = "".join(f"t{n}: {{on: A{n}, emit: A{n}}}\n" for n in range(3))
    assert len(problems_of({"triggers.yaml": triggers})) == 3
