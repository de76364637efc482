"""Publishing a site folder: what fails leaves nothing behind, and what the server took is in Git."""

from __future__ import annotations

from pathlib import Path

import pytest

from befit.errors import PublishError, SiteError, Unavailable
from befit.releases.publication import Job, Upload
from befit.releases.publish import Plan, plan, publish
from befit.releases.repository import Repository, Signature
from befit.site import load_site, load_site_files
from tests.repositories import ADA, Git
from tests.sites import write_site

BY_ADA = Signature(ADA, 1_790_000_000)
FAILING = "{name: shows the offer, events: [], expect: [{at: 0s, slots: {hero: offer}}]}\n"
PASSING = "{name: shows the welcome, events: [], expect: [{at: 0s, slots: {hero: welcome}}]}\n"


class Server:
    """Takes uploads, or not, and sees how the repository was at that moment."""

    def __init__(self, git: Git, state: str = "live") -> None:
        self.git = git
        self.state = state
        self.uploads: list[Upload] = []
        self.head = ""

    def __call__(self, upload: Upload) -> Job:
        self.uploads.append(upload)
        self.head = self.git("rev-parse", "HEAD")
        return Job(id="j", release=load_site_files(upload.files).id, state=self.state)  # type: ignore[arg-type]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A site with a change that is not committed yet."""
    git = Git(tmp_path).init()
    write_site(tmp_path / "site", modules={"offer": "type: banner\n"})
    git.commit_all()
    write_site(tmp_path / "site", signals="clicks: {count: Click}\n", modules={"offer": "type: banner\n"})
    return git


@pytest.fixture
def repository(git: Git) -> Repository:
    found = Repository.find(git.folder / "site")
    assert found is not None
    return found


def planned(repository: Repository, *, tests: bool = True) -> Plan:
    return plan(repository.folder, repository, "Count clicks", BY_ADA, tests=tests)


def test_the_repository_moves_only_after_the_server_took_the_release(git: Git, repository: Repository) -> None:
    before = git("rev-parse", "HEAD")
    server = Server(git)
    prepared = planned(repository)
    outcome = publish(prepared, repository, server, share=0.05)
    (upload,) = server.uploads
    assert server.head == before
    assert (upload.commit, upload.author, upload.message, upload.share) == (
        git("rev-parse", "HEAD"),
        ADA,
        "Count clicks",
        0.05,
    )
    assert load_site_files(upload.files).id == load_site(repository.folder).id == outcome.job.release
    assert git.status == []
    assert outcome.tag == f"release/{outcome.job.release}"
    assert git("rev-parse", f"{outcome.tag}^{{commit}}") == upload.commit
    assert git("cat-file", "-t", outcome.tag) == "tag"
    assert outcome.trouble == ""


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_a_refused_upload_leaves_the_repository_as_it_was(git: Git, repository: Repository, state: str) -> None:
    before = (git("rev-parse", "HEAD"), git.status)
    outcome = publish(planned(repository), repository, Server(git, state))
    assert (outcome.job.state, outcome.tag) == (state, "")
    assert (git("rev-parse", "HEAD"), git.status, git("tag")) == (*before, "")


def test_a_server_that_is_away_leaves_the_repository_as_it_was(git: Git, repository: Repository) -> None:
    before = (git("rev-parse", "HEAD"), git.status)

    def away(upload: Upload) -> Job:
        raise Unavailable("nobody answers")

    with pytest.raises(Unavailable):
        publish(planned(repository), repository, away)
    assert (git("rev-parse", "HEAD"), git.status, git("tag")) == (*before, "")


def test_when_the_branch_moves_meanwhile_the_tag_keeps_the_commit(git: Git, repository: Repository) -> None:
    prepared = planned(repository)

    def slow(upload: Upload) -> Job:
        git.commit_all("somebody else's")
        return Job(id="j", release=prepared.release.id, state="live")

    outcome = publish(prepared, repository, slow)
    assert "meanwhile" in outcome.trouble
    assert prepared.prepared.commit in outcome.trouble
    assert git("rev-parse", f"{outcome.tag}^{{commit}}") == prepared.prepared.commit
    assert git("log", "-1", "--format=%s") == "somebody else's"


def test_publishing_the_same_again_makes_neither_commit_nor_tag(git: Git, repository: Repository) -> None:
    publish(planned(repository), repository, Server(git))
    before = (git("rev-parse", "HEAD"), git("for-each-ref"))
    again = publish(planned(repository), repository, Server(git))
    assert again.tag == ""
    assert (git("rev-parse", "HEAD"), git("for-each-ref")) == before


def test_a_site_that_does_not_check_gets_nowhere(git: Git, repository: Repository) -> None:
    (repository.folder / "slots" / "hero.yaml").write_text("- {show: nothing}\n")
    with pytest.raises(SiteError, match="nothing"):
        planned(repository)


def test_a_failing_test_stands_in_the_way_unless_it_is_told_not_to(git: Git, repository: Repository) -> None:
    (repository.folder / "tests").mkdir()
    (repository.folder / "tests" / "hero.yaml").write_text(FAILING)
    with pytest.raises(PublishError, match="shows the offer"):
        planned(repository)
    assert planned(repository, tests=False).tests == 0
    (repository.folder / "tests" / "hero.yaml").write_text(PASSING)
    assert planned(repository).tests == 1


def test_what_git_ignores_cannot_go_live(git: Git, repository: Repository) -> None:
    (git.folder / ".gitignore").write_text("signals.yaml\n")
    with pytest.raises(PublishError, match=r"Git ignores signals\.yaml"):
        planned(repository)


def test_an_older_state_is_read_from_its_tag(git: Git, repository: Repository) -> None:
    first = load_site_files(repository.files_at("HEAD")).id
    outcome = publish(planned(repository), repository, Server(git))
    assert first != outcome.job.release == load_site_files(repository.files_at(outcome.tag)).id
    assert load_site_files(repository.files_at("HEAD~1")).id == first
    with pytest.raises(PublishError, match="no revision"):
        repository.files_at("nothing")
