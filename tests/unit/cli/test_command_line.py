"""The command line without a server: exit codes, one-line errors, JSON for scripts, and help that tells all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import befit
from befit.cli import create_app, run
from befit.cli.reference import reference

ROOT = Path(__file__).parents[3]


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    folder = tmp_path / "my-site"
    assert run(["init", str(folder)]) == 0
    return folder


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == befit.__version__


def test_help_lists_every_command_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    text = capsys.readouterr().out
    for name in create_app():
        if not name.startswith("-"):
            line = next(line for line in text.splitlines() if line.startswith(f"│ {name} "))
            assert len(line.strip("│ ").removeprefix(name).strip()) > 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "Unknown command"),
        (["serve"], "SITE"),
        (["serve", "x", "--prot", "1"], "Did you mean --port?"),
        (["serve", "x", "--port", "abc"], "--port"),
        (["serve", "x", "--port", "99999"], "port is 99999"),
        (["serve", "x", "--secret-key", "short"], "secret_key"),
        (["eval", "1", "--vars", "{"], "--vars"),
        (["eval", "1", "--vars", "[]"], "--vars"),
        (["profile", "show", "ada", "--data", "nowhere"], "--site"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("befit: ")
    assert said.lower() in captured.err.lower()


def test_init_writes_a_site_that_checks_and_passes_its_tests_and_says_what_is_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my-site"
    assert run(["init", str(folder)]) == 0
    said = capsys.readouterr().out
    assert all(f"{number}. " in said for number in (1, 2, 3))
    assert run(["check", str(folder)]) == 0
    assert run(["test", str(folder)]) == 0


def test_init_leaves_a_folder_with_something_in_it_alone(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(starter)]) == 2
    assert "not an empty folder" in capsys.readouterr().err


def test_check_names_file_line_and_column_and_exits_with_1(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (starter / "slots" / "hero.yaml").write_text("- {when: signals.click >= 3, show: thanks}\n- {show: welcome}\n")
    capsys.readouterr()
    assert run(["check", str(starter)]) == 1
    assert "slots/hero.yaml:1:" in capsys.readouterr().out
    assert run(["check", str(starter), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["file"], problem["line"], problem["severity"]) == ("slots/hero.yaml", 1, "error")


def test_test_shows_what_was_expected_and_what_came(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = starter / "slots" / "hero.yaml"
    rules.write_text(rules.read_text().replace("3", "4"))
    capsys.readouterr()
    assert run(["test", str(starter)]) == 1
    said = capsys.readouterr().out
    assert "FAILED" in said
    assert "expected  thanks" in said
    assert "actual    welcome" in said
    assert run(["test", str(starter), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [result["passed"] for result in report["results"]] == [False]


def test_commands_on_a_site_that_does_not_check_name_its_problems(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (starter / "site.yaml").write_text("nam: x\n")
    capsys.readouterr()
    assert run(["test", str(starter)]) == 1
    assert "site.yaml:1:1: error" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("expression", "variables", "value"),
    [
        ("1 + 2", "{}", 3),
        ("-1", "{}", -1),
        ('price * 2.0 > 10.0 && "sale" in tags', '{"price": 6.5, "tags": ["sale"]}', True),
        ('duration("90s")', "{}", "90s"),
        ('"é" + name', '{"name": "ü"}', "éü"),
    ],
)
def test_eval_prints_the_value_as_json(
    capsys: pytest.CaptureFixture[str], expression: str, variables: str, value: object
) -> None:
    assert run(["eval", expression, "--vars", variables]) == 0
    assert json.loads(capsys.readouterr().out) == value


@pytest.mark.parametrize(("expression", "place"), [("1 + nope", "1:5: "), ("1 +", "1:4: "), ("1 / 0", "1:")])
def test_eval_exits_with_1_and_the_errors_place(
    capsys: pytest.CaptureFixture[str], expression: str, place: str
) -> None:
    assert run(["eval", expression]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(place)


def test_commands_for_a_server_say_when_there_is_none(
    capsys: pytest.CaptureFixture[str], unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEFIT_SECRET_KEY", "the-secret-key-of-the-tests")
    for arguments in (["releases"], ["dead-letters", "list"], ["dead-letters", "replay"], ["profile", "show", "ada"]):
        assert run([*arguments, "--url", f"http://127.0.0.1:{unused_tcp_port}"]) == 1
        assert "no server answers" in capsys.readouterr().err


def test_commands_for_a_server_say_where_they_looked_for_the_key(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEFIT_SECRET_KEY", raising=False)
    assert run(["releases", "--data", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_settings_come_from_flags_then_environment_then_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from befit.cli import serve
    from befit.node import Settings

    taken: list[Settings] = []
    monkeypatch.setattr("befit.api.server.run", lambda settings, _: taken.append(settings))
    monkeypatch.setattr("befit.api.logs.configure_logs", lambda form: None)
    monkeypatch.chdir(tmp_path)
    assert serve.serve
    Path("befit.toml").write_text("[serve]\nport = 1\nheartbeat = 2.5\nwatch = false\n")
    assert run(["serve", "site"]) == 0
    monkeypatch.setenv("BEFIT_PORT", "2")
    assert run(["serve", "site"]) == 0
    assert run(["serve", "site", "--port", "3"]) == 0
    assert [settings.port for settings in taken] == [1, 2, 3]
    assert all((each.heartbeat, each.watch, each.site) == (2.5, False, Path("site")) for each in taken)
    Path("befit.toml").write_text("[serve]\nprot = 1\n")
    assert run(["serve", "site"]) == 2


def test_the_reference_page_is_what_the_help_says() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    assert page == reference(), "run: python -m befit.cli.reference > docs/reference/cli.md"
