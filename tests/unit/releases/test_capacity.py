"""What all signals together can take of a profile, held to what profiles really take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from befit.model import Release
from befit.releases.capacity import check_capacity, worst_bytes
from befit.site import load_site

ReleaseOf = Callable[[str], Release]


@pytest.fixture
def release_of(tmp_path: Path) -> ReleaseOf:
    def read(signals: str) -> Release:
        (tmp_path / "site.yaml").write_text("name: s\nwrite_keys: [k]\n")
        (tmp_path / "signals.yaml").write_text(signals)
        return load_site(tmp_path)

    return read


def test_more_signals_than_a_profile_can_hold_are_a_warning_that_names_the_largest(release_of: ReleaseOf) -> None:
    tops = "".join(f"t{n}: {{top: event.properties.id, of: View, within: 1h}}\n" for n in range(5))
    (problem,) = check_capacity(release_of(f"clicks: {{count: Click}}\n{tops}"))
    assert (problem.file, problem.line, problem.severity) == ("signals.yaml", 2, "warning")
    assert "which holds 32,768: the largest are `t0` 14,339, `t1` 14,339, `t2` 14,339" in problem.message


def test_what_fits_is_fine(release_of: ReleaseOf) -> None:
    assert check_capacity(release_of("".join(f"s{n}: {{count: Click}}\n" for n in range(1_000)))) == []


@pytest.mark.parametrize(
    ("signal", "most"),
    [
        ("{count: Click}", 9),
        ("{count: Click, within: 1h}", 3_651),
        ("{count: Click, each: 1d}", 19),
        ("{count: Click, within: session}", 59),
        ("{last: event.name, of: Click, each: 1d}", 1_023),
        ("{dwell: page}", 0),
    ],
)
def test_a_signal_takes_what_its_kind_and_window_say(release_of: ReleaseOf, signal: str, most: int) -> None:
    assert [worst_bytes(each) for each in release_of(f"a: {signal}\n").signals] == [most]
