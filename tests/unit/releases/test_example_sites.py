"""The demo shop and the starter check clean, and their own scenario tests pass and reach every branch."""

from __future__ import annotations

from pathlib import Path

from befit.releases.scenarios import run_scenarios
from befit.site import check_site, load_site, write_starter

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "site"


def test_the_demo_shop_checks_clean() -> None:
    assert [str(problem) for problem in check_site(SHOP)] == []


def test_the_demo_shop_has_what_its_readers_count_on() -> None:
    release = load_site(SHOP)
    products = release.collections["products"]
    assert {slot.name for slot in release.slots} == {"hero", "recommendations", "sidebar", "checkout"}
    assert {product["category"] for product in products} == {
        "electronics",
        "fashion",
        "home",
        "sports",
        "books",
        "toys",
    }
    assert len({product["id"] for product in products}) == len(products) >= 40
    assert release.site.write_keys == ("demo-write-key",)
    assert release.site.unsigned_user_ids
    assert release.site.public == ("*",)
    assert "interested-in-electronics" in {rule.tag for rule in release.tags}


def test_the_scenarios_of_the_demo_shop_pass_and_reach_every_branch() -> None:
    report = run_scenarios(SHOP)
    assert [str(problem) for problem in report.problems] == []
    assert [str(failure) for result in report.results for failure in result.failures] == []
    assert [each.name for each in report.unreached] == []


def test_the_scenario_of_the_starter_passes_and_reaches_every_branch(tmp_path: Path) -> None:
    write_starter(tmp_path / "site", "random-write-key")
    report = run_scenarios(tmp_path / "site")
    assert [str(failure) for result in report.results for failure in result.failures] == []
    assert report.results
    assert report.passed
    assert [each.name for each in report.unreached] == []
