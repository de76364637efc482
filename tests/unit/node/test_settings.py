"""Settings: what is refused by name, and the secret key that is made once."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from befit.errors import SettingsError
from befit.node import Settings
from befit.node.settings import keep_secret_key, last_site, read_secret_key, remember_site


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", -1), ("port", 65_536), ("connections", 0), ("heartbeat", 0), ("grace", -1), ("secret_key", "short")],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings(Path("site"), **{name: value})


def test_log_and_store_live_in_the_data_folder_unless_told_otherwise() -> None:
    settings = Settings(Path("site"), data=Path("/var/lib/befit"))
    assert (settings.log_url, settings.store_url) == ("embedded:/var/lib/befit", "embedded:/var/lib/befit")
    assert Settings(Path("site"), log="kafka://host/topic").log_url == "kafka://host/topic"


def test_the_secret_key_does_not_show_in_logs() -> None:
    assert "the-very-secret-key" not in repr(Settings(Path("site"), secret_key="the-very-secret-key"))


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert read_secret_key(data) == ""
    assert keep_secret_key(data, lambda: "first") == "first"
    assert keep_secret_key(data, lambda: "second") == "first"
    assert read_secret_key(data) == "first"
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in data.iterdir()] == ["secret-key"]


def test_of_two_servers_that_start_at_once_both_take_the_first_key(tmp_path: Path) -> None:
    def make_slowly() -> str:
        keep_secret_key(tmp_path, lambda: "the-quick-one")
        return "the-slow-one"

    assert keep_secret_key(tmp_path, make_slowly) == "the-quick-one"


def test_a_data_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="--data"):
        keep_secret_key(tmp_path / "file")


def test_the_data_folder_remembers_the_site_it_served(tmp_path: Path) -> None:
    assert last_site(tmp_path) is None
    remember_site(tmp_path, tmp_path / "site")
    assert last_site(tmp_path) == tmp_path / "site"
