"""Whatever a site folder holds, checking it gives a list of problems with places, never an exception."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from befit.errors import SiteError
from befit.releases.scenario import read_scenarios
from befit.site import check_site, load_site
from befit.site.document import Problems

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "site"
FILES = sorted(path.relative_to(SHOP).as_posix() for path in SHOP.rglob("*.yaml"))
WORDS = (
    "${",
    "&a ",
    "*a",
    "!x ",
    "null",
    "true",
    "1e999",
    "[]",
    "{}",
    "on",
    "when",
    "pick: ",
    "10m",
    "9" * 20,
    "<<",
    "",
)
ODDITIES = st.sampled_from((*":-[]{}'\"|>#é7 \n\t\\", *WORDS))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "shop"
    shutil.copytree(SHOP, folder)
    return folder


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(FILES), st.integers(0, 10_000), st.integers(0, 12), ODDITIES)
def test_a_mistake_anywhere_is_a_list_of_problems(copy: Path, file: str, at: int, removed: int, put: str) -> None:
    whole = (SHOP / file).read_text(encoding="utf-8")
    at %= len(whole)
    mistaken = whole[:at] + put + whole[at + removed :]
    (copy / file).write_text(mistaken, encoding="utf-8")
    try:
        found = check_site(copy)
        read_scenarios(copy, problems := Problems())
        lines = mistaken.count("\n") + 2
        for problem in [*found, *problems]:
            assert problem.message
            assert not problem.file.startswith("/")
            assert problem.file != file or 0 <= problem.line <= lines
        if any(problem.severity == "error" for problem in found):
            with pytest.raises(SiteError):
                load_site(copy)
        else:
            assert load_site(copy).id
    finally:
        (copy / file).write_text(whole, encoding="utf-8")
