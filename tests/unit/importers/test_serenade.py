"""Serenade's tab-separated sessions."""

from collections import defaultdict
from pathlib import Path

import pytest

from befit.errors import InputError, SettingsError
from befit.importers import FORMATS, format_for
from befit.importers.serenade import CATEGORIES, category_of, count_serenade, read_serenade

HEADER = "SessionId\tItemId\tTime\n"
SAMPLE = Path(__file__).parents[3] / "examples/shop/data/serenade-sample.tsv"


def test_a_click_becomes_a_page_view_and_a_product_view_of_the_same_product_at_its_time() -> None:
    page, viewed = read_serenade([HEADER, "36\t14957\t1592337718.5\n"])
    assert (page["type"], page["properties"]["type"]) == ("page", "product")
    assert (viewed["type"], viewed["event"]) == ("track", "Product Viewed")
    for call in (page, viewed):
        assert call["anonymousId"] == "session-36"
        assert call["timestamp"] == "2020-06-16T20:01:58.500Z"
        assert call["properties"]["product_id"] == "14957"
        assert call["properties"]["category"] == category_of("14957")
    assert page["context"]["viewId"] == viewed["context"]["viewId"]


def test_clicks_come_in_order_of_time_whatever_their_order_in_the_file() -> None:
    rows = ["1\ta\t300.0\n", "2\tb\t100.0\n", "1\tc\t200.0\n"]
    items = [call["properties"]["product_id"] for call in read_serenade([HEADER, *rows]) if call["type"] == "track"]
    assert items == ["b", "c", "a"]


def test_message_ids_differ_from_each_other_and_stay_the_same_from_run_to_run() -> None:
    rows = [HEADER, "1\ta\t100.0\n", "1\ta\t100.0\n", "1\ta\t101.0\n", "2\ta\t100.0\n"]
    first, second = ([call["messageId"] for call in read_serenade(rows)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 8


def test_an_item_always_has_the_same_category_and_all_categories_are_used() -> None:
    assert category_of("14957") == category_of("14957")
    assert {category_of(str(item)) for item in range(200)} == set(CATEGORIES)
    assert category_of("14957", ["only"]) == "only"


@pytest.mark.parametrize("row", ["1\t2", "1\t2\tnoon", "1\t2\t3\t4", "1\t2\tinf"])
def test_a_row_that_is_no_click_is_named(row: str) -> None:
    with pytest.raises(InputError, match="line 3"):
        list(read_serenade([HEADER, "1\ta\t100.0\n", row]))


@pytest.mark.parametrize("lines", [[], ["1\ta\t100.0\n"]])
def test_a_file_without_the_header_is_refused(lines: list[str]) -> None:
    with pytest.raises(InputError, match="header SessionId ItemId Time"):
        list(read_serenade(lines))


def test_the_sample_of_the_shop_becomes_as_many_calls_as_counted_each_session_in_order() -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    calls = list(read_serenade(lines))
    assert len(calls) == count_serenade(lines) == 406
    clicks = defaultdict(list)
    for call in calls:
        clicks[call["anonymousId"]].append(call["timestamp"])
    assert len(clicks) == 40
    assert all(times == sorted(times) for times in clicks.values())


def test_the_name_of_a_file_suggests_its_format_and_a_name_given_goes_first() -> None:
    assert format_for("train.tsv") is FORMATS["serenade"]
    assert format_for("export.jsonl") is FORMATS["segment"]
    assert format_for("train.tsv", "segment") is FORMATS["segment"]
    with pytest.raises(SettingsError, match="there are segment, serenade"):
        format_for("train.tsv", "snowplow")
