"""The timeline: which releases folded which records."""

from __future__ import annotations

from befit.node.past.timeline import KEPT, Era, era_at, read_timeline, write_timeline


def test_the_era_of_a_record_is_the_last_that_began_at_or_before_it() -> None:
    eras = (Era(0, 0, "one"), Era(10, 5, "two"), Era(20, 9, "three"))
    found = [era_at(eras, offset) for offset in (0, 9, 10, 19, 20, 1_000)]
    assert [era.live for era in found if era] == ["one", "one", "two", "two", "three", "three"]


def test_records_from_before_the_oldest_known_era_count_as_its_own() -> None:
    assert era_at((Era(50, 1, "later"),), 3) == Era(50, 1, "later")
    assert era_at((), 3) is None


def test_a_note_keeps_the_newest_eras() -> None:
    eras = tuple(Era(offset, offset, f"{offset}") for offset in range(KEPT + 5))
    assert read_timeline(write_timeline(eras)) == eras[5:]
    assert read_timeline(None) == ()
