"""`befit check` and `befit test` for scripts and for GitHub: formats, strictness, coverage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from befit.cli import run
from befit.cli.problems import annotation
from befit.errors import Problem

SITE = {
    "site.yaml": "name: s\nwrite_keys: [k]\n",
    "signals.yaml": "clicks: {count: Click}\nviews: {count: View}\n",
    "slots/hero.yaml": "- {when: signals.clicks > 3, show: offer}\n- {show: welcome}\n",
    "modules/welcome.yaml": "type: banner\n",
    "modules/offer.yaml": "type: banner\n",
    "tests/hero.yaml": "name: New visitors\nexpect: [{at: 1s, slots: {hero: welcome}}]\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in SITE.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "site"


def test_warnings_fail_a_strict_check_only(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(site)]) == 0
    assert "signals.yaml:2:1: warning: nothing uses the signal `views`" in capsys.readouterr().out
    assert run(["check", str(site), "--strict"]) == 1


def test_annotations_for_github_are_relative_to_the_current_folder(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.parent)
    assert run(["check", str(site), "--format", "github"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "::warning file=site/signals.yaml,line=2,col=1,title=befit::nothing uses the signal `views` "
        "(use it in a condition, make it public, or remove it)"
    ]


def test_annotations_escape_what_ends_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    problem = Problem("a,b:c.yaml", 0, 0, "50%\nmore: or less")
    assert annotation(problem, Path("x")) == "::error file=x/a%2Cb%3Ac.yaml,title=befit::50%25%0Amore: or less"


def test_json_is_a_format_and_a_flag(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(site), "--format", "json"]) == 0
    by_format = capsys.readouterr().out
    assert run(["check", str(site), "--json"]) == 0
    assert capsys.readouterr().out == by_format
    assert json.loads(by_format)["problems"][0]["severity"] == "warning"


def test_check_warns_of_keys_that_never_come_twice(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "signals.yaml").write_text(
        "clicks: {distinct: event.message_id, of: Click, public: true}\n"
        "likes: {affinity: event.properties.query, half_life: 1d, weights: {Click: 1}, public: true}\n"
        "seen: {distinct: event.properties.product, of: Click, public: true}\n"
        "today: {distinct: event.message_id, of: Click, within: session, public: true}\n"
    )
    assert run(["check", str(site)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        "signals.yaml:1:20: warning: `event.message_id` has a new value almost every time: beyond 256 values it is an estimate",
        "signals.yaml:2:19: warning: `event.properties.query` has a new value almost every time: "
        "it keeps 64 keys, and the one with the lowest score goes first",
    ]


def test_tests_say_what_they_do_not_reach_and_may_have_to_reach_a_share(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", str(site), "--min-coverage", "50%"]) == 0
    said = capsys.readouterr()
    assert "slots/hero.yaml:1:3: no test reaches the branch hero.0 (shows offer)" in said.out
    assert "1 of 1 tests passed; branches 1/2, tags 0/0, triggers 0/0" in said.err
    assert run(["test", str(site), "--min-coverage", "51"]) == 1
    assert "tests reach 50.0%" in capsys.readouterr().err
    assert run(["test", str(site), "--min-coverage", "most"]) == 2
    assert "--min-coverage" in capsys.readouterr().err


def test_failures_are_annotated_where_they_are_expected(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site)
    Path("tests/hero.yaml").write_text("name: a\nexpect: [{at: 1s, slots: {hero: offer}}]\n")
    assert run(["test", ".", "--format", "github"]) == 1
    first, *others = capsys.readouterr().out.splitlines()
    assert first == (
        "::error file=tests/hero.yaml,line=2,col=33,title=befit::slot hero after 1s: expected offer, and it is welcome"
    )
    assert [line.partition(" ")[0] for line in others] == ["::warning"]
    assert run(["test", ".", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["coverage"]["branches"] == {"reached": 1, "total": 2}
