"""docs/reference/site.md: its files make up a site that works, and its tables have exactly the keys that befit reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from befit.releases import scenario
from befit.releases.scenarios import run_scenarios
from befit.site import check_site, read_site
from befit.site.loader import FILES, FOLDERS
from befit.site.parts import branches, content, modules, rulesets, schedule, settings, signals, tags, triggers
from befit.site.parts import tables as decision_tables
from befit.site.schema import SIMPLE
from tests.pages import blocks, codes, section, tables

PAGE = "docs/reference/site.md"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def said(folder: Path) -> list[str]:
    """What `befit check` says of a site, but that nothing uses a part of it: a page shows more than it uses."""
    unused = tuple(f"nothing {verb}" for verb in ("uses", "shows", "picks"))
    return [str(problem) for problem in check_site(folder) if not problem.message.startswith(unused)]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    found = blocks(PAGE, "yaml")
    assert all(block.info.startswith("file=") for block in found)
    return write(tmp_path, {block.info.removeprefix("file="): block.text for block in found})


def test_its_files_make_up_a_site_that_checks_clean(site: Path) -> None:
    assert said(site) == []


def test_its_scenario_passes(site: Path) -> None:
    report = run_scenarios(site)
    assert [str(failure) for result in report.results for failure in result.failures] == []
    assert report.results
    assert report.passed


def test_it_shows_every_kind_of_file_and_every_kind_of_signal(site: Path) -> None:
    written = {path.relative_to(site).parts[0] for path in site.rglob("*.yaml")}
    assert written == {*FILES, *FOLDERS} - {"pages"}
    text = (site / "signals.yaml").read_text()
    assert [kind for kind in signals.KEYS if f"{{{kind}: " not in text] == []


@pytest.mark.parametrize(
    ("heading", "place", "keys"),
    [
        ("site.yaml", 0, settings.KEYS),
        ("signals.yaml", 0, signals.KEYS),
        ("tags.yaml", 0, tags.KEYS),
        ("triggers.yaml", 0, triggers.KEYS),
        ("slots/NAME.yaml", 0, branches.KEYS),
        ("slots/NAME.yaml", 1, schedule.KEYS),
        ("slots/NAME.yaml", 2, (*decision_tables.KEYS, *decision_tables.COLLECT)),
        ("rules/NAME.yaml", 0, rulesets.KEYS),
        ("modules/NAME.yaml", 0, modules.KEYS),
        ("modules/NAME.yaml", 1, modules.PICK),
        ("tests/NAME.yaml", 0, scenario.EVENT),
        ("tests/NAME.yaml", 1, scenario.EXPECT),
    ],
)
def test_a_table_has_exactly_the_keys_that_befit_reads(heading: str, place: int, keys: tuple[str, ...]) -> None:
    rows = list(tables(section(PAGE, heading)))[place]
    assert sorted(key for row in rows for key in codes(row[0])) == sorted(keys)


def test_each_kind_of_signal_has_exactly_its_other_keys() -> None:
    (rows,) = tables(section(PAGE, "signals.yaml"))
    assert {codes(row[0])[0]: tuple(codes(row[-1])) for row in rows} == signals.KEYS


def test_each_kind_of_signal_has_exactly_its_windows(tmp_path: Path) -> None:
    (rows,) = tables(section(PAGE, "signals.yaml"))
    stated = {codes(row[0])[0]: row[-2] for row in rows}
    every = ["lifetime", "sliding", "tumbling", "session", "page"]
    assert stated == {kind: "all" if made == every else ", ".join(made) for kind, made in windows(tmp_path).items()}


def windows(folder: Path) -> dict[str, list[str]]:
    """The windows that signals of each kind can have: of all ways to write one, those that check."""
    needed = {"of": "E", "per": "1m", "every": "1d", "half_life": "1d", "weights": "{E: 1}", "after": "A", "for": "1m"}
    forms = {"lifetime": "", "sliding": "within: 1h", "tumbling": "each: 1d", "session": "within: session"}
    found: dict[str, list[str]] = {}
    for kind, keys in signals.KEYS.items():
        takes = "[A, B]" if kind in ("sequence", "funnel") else "timestamp" if kind in signals.TAKES else "event.name"
        others = [f"{key}: {value}" for key, value in needed.items() if key in keys]
        of = "A" if "of" not in keys and "weights" not in keys and takes != "[A, B]" else takes
        if kind in ("sum", "mean"):
            of = "1.5"
        for form in [*forms.values(), "within: page"]:
            for value in ("session", "page") if kind == "dwell" else (of,):
                text = ", ".join(filter(None, [f"{kind}: {value}", *others, form]))
                files = {"site.yaml": "name: s\n", "signals.yaml": f"s: {{{text}}}\n"}
                release, _ = read_site(write(folder, files))
                made = release.signals[0].window if release is not None else ""
                if made and made not in found.setdefault(kind, []):
                    found[kind].append(made)
    return found


def test_caps_and_types_are_named_completely() -> None:
    rows, *_ = tables(section(PAGE, "slots/NAME.yaml"))
    (cap,) = [row[-1] for row in rows if row[0] == "`cap`"]
    assert codes(cap) == list(content.CAP)
    types = section(PAGE, "site.yaml").partition("**Types**")[2].partition(". ")[0]
    assert codes(types) == [*SIMPLE, "list(T)", "map(string, T)"]


def test_the_rules_in_the_readme_check(tmp_path: Path) -> None:
    (block,) = blocks("README.md", "yaml")
    parts = re.split(r"^# (\S+\.yaml)\n", block.text, flags=re.MULTILINE)
    files = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert {"signals.yaml", "tags.yaml", "slots/hero.yaml"} <= files.keys()
    files["site.yaml"] = "name: readme\nwrite_keys: [key]\n"
    files |= {f"modules/{name}.yaml": "type: banner\n" for name in re.findall(r"show: ([\w-]+)", block.text)}
    assert said(write(tmp_path, files)) == []
