"""A site folder in Git: what gets into the commit and what does not, and that nothing is seen of it before its end."""

from __future__ import annotations

import os
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from befit.errors import PublishError, SettingsError
from befit.releases.repository import Repository, Signature, signed_off
from tests.repositories import ADA, Git

BY_ADA = Signature(ADA, 1_790_000_000, 7_200)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever runs the tests has no say in them."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path / "work").init()


@pytest.fixture
def site(git: Git) -> Path:
    """A site beside other things, all of it committed."""
    folder = git.folder / "shops" / "one"
    (folder / "slots").mkdir(parents=True)
    (folder / "site.yaml").write_text("name: one\n")
    (folder / "slots" / "hero.yaml").write_text("- {show: a}\n")
    (git.folder / "shops" / "notes.txt").write_text("notes\n")
    (git.folder / "README").write_text("read me\n")
    git.commit_all()
    return folder


def found(folder: Path) -> Repository:
    repository = Repository.find(folder)
    assert repository is not None
    return repository


def test_a_folder_outside_has_no_repository(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    assert Repository.find(tmp_path / "site") is None


def test_nothing_is_seen_of_a_prepared_commit_until_it_is_concluded(git: Git, site: Path) -> None:
    before = git("rev-parse", "HEAD")
    (site / "slots" / "hero.yaml").write_text("- {show: b}\n")
    (site / "slots" / "new.yaml").write_text("- {show: b}\n")
    repository = found(site)
    status = git.status
    prepared = repository.prepare("Show b\n\nIt sells.", BY_ADA)
    assert (prepared.parent, git("rev-parse", "HEAD"), git.status) == (before, before, status)
    repository.conclude(prepared)
    assert git("rev-parse", "main") == prepared.commit
    assert git.status == []
    assert git("log", "-1", "--format=%an <%ae>|%cn|%ad|%P|%B", "--date=iso") == (
        f"{ADA}|Ada Lovelace|2026-09-21 16:13:20 +0200|{before}|Show b\n\nIt sells.\n\nSigned-off-by: {ADA}"
    )
    assert git("show", "--format=", "--name-status", "HEAD").split("\n") == [
        "M\tshops/one/slots/hero.yaml",
        "A\tshops/one/slots/new.yaml",
    ]
    assert git("fsck", "--strict") == ""
    assert "Show b" in git("reflog", "-1", "main")


def test_files_that_are_gone_go_and_the_rest_of_the_repository_stays(git: Git, site: Path) -> None:
    (site / "slots" / "hero.yaml").unlink()
    repository = found(site)
    repository.conclude(repository.prepare("No hero", BY_ADA))
    assert git("ls-tree", "-r", "--name-only", "HEAD").split() == ["README", "shops/notes.txt", "shops/one/site.yaml"]
    assert git.status == []


def test_what_is_staged_elsewhere_stays_staged_and_uncommitted(git: Git, site: Path) -> None:
    (git.folder / "README").write_text("staged\n")
    git("add", "README")
    (git.folder / "shops" / "notes.txt").write_text("not staged\n")
    (site / "site.yaml").write_text("name: staged\n")
    git("add", str(site / "site.yaml"))
    (site / "site.yaml").write_text("name: two\n")
    repository = found(site)
    repository.conclude(repository.prepare("Two", BY_ADA))
    assert git("show", "HEAD:shops/one/site.yaml") == "name: two"
    assert git.status == ["M  README", " M shops/notes.txt"]


def test_ignored_and_hidden_files_stay_out_unless_git_has_them_already(git: Git, site: Path) -> None:
    (site / ".gitignore").write_text("*.tmp\nbuild/\n")
    for name in ("x.tmp", "build/y.yaml", ".befit/secret-key", ".env", "kept.tmp"):
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text("secret\n")
    git("add", "--force", str(site / "kept.tmp"))
    repository = found(site)
    prepared = repository.prepare("Ignore", BY_ADA)
    assert prepared.paths == {".gitignore", "kept.tmp", "site.yaml", "slots/hero.yaml"}
    repository.conclude(prepared)
    assert sorted(git("ls-files", "shops/one").split()) == sorted(f"shops/one/{path}" for path in prepared.paths)


def test_links_and_modes_are_kept_as_git_keeps_them(git: Git, site: Path) -> None:
    (site / "run").write_text("#!/bin/sh\n")
    (site / "run").chmod(0o755)
    (site / "link").symlink_to("site.yaml")
    (site / "folder").symlink_to("slots")
    repository = found(site)
    repository.conclude(repository.prepare("Odd ones", BY_ADA))
    assert git.status == []
    modes = dict(
        line.split(maxsplit=1)[::-1]
        for line in git("ls-tree", "--format=%(objectmode) %(path)", "HEAD:shops/one").split("\n")
    )
    assert (modes["run"], modes["link"], modes["folder"]) == ("100755", "120000", "120000")


def test_lines_end_as_the_repository_says(git: Git, site: Path) -> None:
    (git.folder / ".gitattributes").write_text("*.yaml text\n")
    git.commit_all()
    (site / "site.yaml").write_bytes(b"name: two\r\n")
    repository = found(site)
    repository.conclude(repository.prepare("Two", BY_ADA))
    assert git("cat-file", "-s", "HEAD:shops/one/site.yaml") == str(len("name: two\n"))
    assert git.status == []


def test_a_site_at_the_root_of_a_new_repository(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("name: one\n")
    repository = Repository.init(tmp_path)
    prepared = repository.prepare("First", BY_ADA)
    assert prepared.parent == ""
    repository.conclude(prepared)
    git = Git(tmp_path)
    assert (git("rev-parse", "main"), git.status) == (prepared.commit, [])


def test_a_folder_that_has_not_changed_has_its_commit_already(git: Git, site: Path) -> None:
    head = git("rev-parse", "HEAD")
    repository = found(site)
    prepared = repository.prepare("Again", BY_ADA)
    assert (prepared.commit, prepared.parent) == (head, head)
    repository.conclude(prepared)
    assert git("rev-parse", "HEAD") == head


def test_a_branch_that_has_moved_meanwhile_is_left_where_it_is(git: Git, site: Path) -> None:
    (site / "site.yaml").write_text("name: two\n")
    repository = found(site)
    prepared = repository.prepare("Two", BY_ADA)
    moved = git.commit_all("somebody else's")
    with pytest.raises(PublishError, match="meanwhile"):
        repository.conclude(prepared)
    assert (git("rev-parse", "HEAD"), git.status) == (moved, [])


def test_another_git_at_work_is_waited_for_by_the_user(git: Git, site: Path) -> None:
    (site / "site.yaml").write_text("name: two\n")
    repository = found(site)
    prepared = repository.prepare("Two", BY_ADA)
    lock = git.folder / ".git" / "index.lock"
    lock.touch()
    with pytest.raises(PublishError, match="another Git process"):
        repository.conclude(prepared)
    lock.unlink()
    repository.conclude(prepared)
    assert git("rev-parse", "HEAD") == prepared.commit


def test_a_merge_is_finished_first(git: Git, site: Path) -> None:
    git("checkout", "--quiet", "-b", "other")
    (site / "site.yaml").write_text("name: theirs\n")
    git.commit_all("theirs")
    git("checkout", "--quiet", "main")
    (site / "site.yaml").write_text("name: ours\n")
    git.commit_all("ours")
    with pytest.raises(CalledProcessError):
        git("merge", "other")
    with pytest.raises(PublishError, match="a merge is under way"):
        found(site).prepare("Ours", BY_ADA)


def test_a_tag_is_annotated_and_never_moved(git: Git, site: Path) -> None:
    head = git("rev-parse", "HEAD")
    repository = found(site)
    assert repository.tag("release/0123", head, "Why", BY_ADA)
    later = git("commit-tree", f"{head}^{{tree}}", "-m", "later")
    assert not repository.tag("release/0123", later, "Other", BY_ADA)
    assert git("rev-parse", "release/0123^{commit}") == head
    assert git("for-each-ref", "--format=%(objecttype) %(taggername) %(contents:subject)", "refs/tags") == (
        "tag Ada Lovelace Why"
    )


def test_who_signs_off_is_found_where_git_finds_it(git: Git, site: Path) -> None:
    repository = found(site)
    assert repository.author(ADA, {}) == ADA
    with pytest.raises(SettingsError, match="nobody to sign off"):
        repository.author("", {})
    git("config", "user.name", "Alan")
    git("config", "user.email", "alan@example.com")
    assert repository.author("", {}) == "Alan <alan@example.com>"
    assert repository.author("", {"GIT_AUTHOR_NAME": "Kay"}) == "Kay <alan@example.com>"


@pytest.mark.parametrize("author", ["Ada", "<ada@example.com>", "Ada <a b>", "Ada\nLovelace <a@b>", "Ada <a@b> "])
def test_an_author_has_a_name_and_a_mail_address(git: Git, site: Path, author: str) -> None:
    with pytest.raises(SettingsError, match="Name <mail>"):
        found(site).author(author, os.environ)


@pytest.mark.parametrize(
    ("message", "signed"),
    [
        ("Why", f"Why\n\nSigned-off-by: {ADA}\n"),
        ("Fix: why", f"Fix: why\n\nSigned-off-by: {ADA}\n"),
        ("Why\n\nBecause.\n", f"Why\n\nBecause.\n\nSigned-off-by: {ADA}\n"),
        ("Why\n\nRefs: 7", f"Why\n\nRefs: 7\nSigned-off-by: {ADA}\n"),
        (f"Why\n\nSigned-off-by: {ADA}", f"Why\n\nSigned-off-by: {ADA}\n"),
    ],
)
def test_a_message_is_signed_off_once(message: str, signed: str) -> None:
    assert signed_off(message, ADA) == signed
