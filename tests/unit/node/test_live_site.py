"""The live site: a folder that checks goes live, one that does not changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from befit.errors import SiteError
from befit.node.live_site import LiveSite
from tests.sites import write_site


def test_another_release_goes_live_and_the_same_content_does_not(tmp_path: Path) -> None:
    site = LiveSite(write_site(tmp_path), lambda: 5)
    first = site.traffic.live.release.id
    assert not site.reload()
    write_site(tmp_path, signals="clicks: {count: Click}\n")
    assert site.reload()
    assert [(release.id == first, release.live) for release in site.releases] == [(False, True), (True, False)]


def test_a_folder_that_does_not_check_keeps_the_old_release_and_tells_why(tmp_path: Path) -> None:
    site = LiveSite(write_site(tmp_path), lambda: 5)
    before = site.traffic.live
    write_site(tmp_path, slots={"hero": "- {when: 'signals.nope > 1', show: welcome}\n- {show: welcome}\n"})
    assert not site.reload()
    assert site.traffic.live is before
    assert "nope" in str(site.problems[0])
    write_site(tmp_path)
    site.reload()
    assert site.problems == []


def test_a_site_that_never_checked_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SiteError):
        LiveSite(tmp_path, lambda: 5)
