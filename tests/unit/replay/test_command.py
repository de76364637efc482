"""`befit replay FILE`: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from befit.errors import InputError, SettingsError
from befit.replay import replay_command
from tests.unit.replay.conftest import Taker

SAMPLE = Path(__file__).parents[3] / "examples/shop/data/serenade-sample.tsv"


def test_a_file_of_sessions_is_sent_and_the_result_told(taker: Taker, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay_command(SAMPLE, taker.url, "secret", historical=True) == 0
    assert len(taker.calls) == 406
    out = capsys.readouterr().out
    assert out.startswith("406 events in ")
    assert out.endswith("events/s, 0 rejected\n")


def test_the_result_as_json_has_the_figures_and_the_reasons(taker: Taker, capsys: pytest.CaptureFixture[str]) -> None:
    taker.answers = [(200, {"rejected": [{"index": 0, "field": "$.batch[0].type", "detail": "unknown"}]})]
    assert replay_command(SAMPLE, taker.url, "secret", as_json=True) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["events"], result["rejected"], result["retries"]) == (406, 1, 0)
    assert result["eventsPerSecond"] > 0
    assert result["reasons"] == {"$.batch[0].type: unknown": 1}


def test_a_format_given_goes_before_the_files_name(taker: Taker, tmp_path: Path) -> None:
    file = tmp_path / "calls.tsv"
    file.write_text('{"type":"page","anonymousId":"a"}\n', encoding="utf-8")
    assert replay_command(file, taker.url, "key", format_name="segment") == 0
    assert [call["type"] for call in taker.calls] == ["page"]


def test_a_bad_line_is_told_with_its_file(taker: Taker, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"calls\.jsonl: line 1 is not JSON"):
        replay_command(file, taker.url, "key")


def test_a_file_that_is_not_there_is_a_wrong_setting(taker: Taker, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        replay_command(tmp_path / "nowhere.jsonl", taker.url, "key")
