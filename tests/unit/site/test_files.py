"""A site as a mapping of files: compiles to the release of its folder, and lets nothing else in."""

from __future__ import annotations

from pathlib import Path

import pytest

from befit.errors import SiteError
from befit.site import load_site, load_site_files, site_files, write_site_files, write_starter
from tests.pages import ROOT
from tests.sites import write_site

SHOP = ROOT / "examples" / "shop" / "site"


def test_the_files_of_a_folder_make_the_same_release(tmp_path: Path) -> None:
    write_starter(tmp_path / "starter", "key-12345")
    for folder in (SHOP, tmp_path / "starter"):
        files = site_files(folder)
        assert load_site_files(files).id == load_site(folder).id
        assert not [path for path in files if path.startswith("pages/")]


def test_writing_them_makes_the_same_folder(tmp_path: Path) -> None:
    files = site_files(SHOP)
    write_site_files(files, tmp_path)
    assert site_files(tmp_path) == files


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfname: test\r\n", b"name: t\xc3\xa9st\n"])
def test_line_ends_and_byte_order_marks_do_not_count(tmp_path: Path, text: bytes) -> None:
    (write_site(tmp_path) / "site.yaml").write_bytes(text)
    assert load_site_files(site_files(tmp_path)) == load_site(tmp_path)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda folder: (folder / "site.yaml").write_bytes(b"name: t\xe9st\n"),
        lambda folder: (folder / "slots" / "hero.yaml").write_text("- {show: nothing}\n"),
        lambda folder: (folder / "signals.yaml").write_text("a: {count: \n"),
    ],
)
def test_problems_are_those_of_the_folder(tmp_path: Path, break_it: object) -> None:
    write_site(tmp_path)
    assert callable(break_it)
    break_it(tmp_path)
    with pytest.raises(SiteError) as of_folder:
        load_site(tmp_path)
    with pytest.raises(SiteError) as of_files:
        load_site_files(site_files(tmp_path))
    assert of_files.value.problems == of_folder.value.problems


def test_only_what_befit_reads_is_taken(tmp_path: Path) -> None:
    files = site_files(write_site(tmp_path))
    for name in (
        "notes.md",
        "slots/.hidden.yaml",
        "slots/x.txt",
        "pages/index.yaml",
        ".befit/secret-key",
        "more/a.yaml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("secret")
    assert site_files(tmp_path) == files


@pytest.mark.parametrize(
    "path",
    [
        "../site.yaml",
        "/site.yaml",
        "slots/../x.yaml",
        "slots/a/b.yaml",
        "slots/.x.yaml",
        "slots/x.py",
        "slots",
        "",
        "pages/a.json",
        "slots/a\0.yaml",
        "slots\\a.yaml",
        f"slots/{'a' * 300}.yaml",
    ],
)
def test_a_path_that_no_site_has_is_refused_and_nothing_is_written(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(SiteError, match="no such file"):
        write_site_files({"site.yaml": "name: test\n", path: "x: 1\n"}, folder)
    assert [each.name for each in tmp_path.rglob("*")] == ["folder"]
