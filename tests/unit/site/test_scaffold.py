"""The starter site of `befit init`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from befit.errors import SettingsError
from befit.site import check_site, load_site, write_starter

KEY = "random-write-key"


def test_the_starter_checks_clean_and_carries_its_name_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "my site"
    written = write_starter(folder, KEY)
    assert check_site(folder) == []
    site = load_site(folder).site
    assert (site.name, site.write_keys, site.pages) == ("my-site", (KEY,), "pages")
    assert {path.relative_to(folder).as_posix() for path in written} >= {
        "site.yaml",
        "slots/hero.yaml",
        "pages/index.html",
        "pages/app.js",
        "tests/hero.yaml",
    }
    assert all(path.is_file() and "{{" not in path.read_text() for path in written)


def test_the_starters_page_is_short_and_works_under_a_strict_content_security_policy(tmp_path: Path) -> None:
    write_starter(tmp_path / "site", KEY)
    html = (tmp_path / "site/pages/index.html").read_text()
    assert html.count("\n") < 80
    assert f'<script src="/befit.js" data-write-key="{KEY}" defer></script>' in html
    assert '<befit-slot name="hero">' in html
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert write_starter(tmp_path, KEY)


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SettingsError, match="not an empty folder"):
        write_starter(tmp_path, KEY)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(SettingsError, match="not an empty folder"):
        write_starter(tmp_path / "site", KEY)


def test_a_write_key_that_could_break_the_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="a write key has"):
        write_starter(tmp_path / "site", '"><script>')
