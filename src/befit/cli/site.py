"""`befit init`, `befit check`, `befit test`: a site folder, from its first file to its tests."""

from __future__ import annotations

import sys
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from befit.cli.output import Flag, Json, print_json
from befit.cli.problems import Format, chosen, print_problems
from befit.errors import SettingsError

if TYPE_CHECKING:
    from befit.releases.scenarios import Report

_NEXT = """Wrote {count} files to {folder}.

Next:
  1. befit serve {folder}     then open http://127.0.0.1:8400 and click: the page changes
  2. edit {rules}     and look again: changes go live as you save
  3. befit test {folder}     runs the site's own tests in {tests}
"""


def init(folder: Path, /) -> int:
    """Write a starter site: rules, a page that uses them, and a test; and what an editor needs to complete its files.

    Example: `befit init my-site`

    Parameters
    ----------
    folder
        A new or empty folder.
    """
    from befit.site import write_starter
    from befit.site.editor import write_schemas

    written = write_starter(folder, token_hex(12))
    write_schemas(folder)
    print(_NEXT.format(count=len(written), folder=folder, rules=folder / "slots", tests=folder / "tests"), end="")
    return 0


def check(site: Path, /, *, format_: Format = "text", json: Json = False, strict: Flag = False) -> int:
    """Check a site: type errors, unknown names, rules that can never matter, cycles, props that break a module's schema.

    Prints one line per problem, `file:line:column: severity: message`. Exit code 1 when there is an error.

    For example:

    `befit check my-site`

    `befit check my-site --strict --format github`

    Parameters
    ----------
    site
        The site folder.
    format_
        `text` for people, `json` for scripts, `github` for annotations in a GitHub workflow.
    json
        Short for `--format json`: print `{"problems": [{file, line, column, severity, message, hint}]}`.
    strict
        Exit code 1 for a warning, too.
    """
    from befit.releases.capacity import check_capacity
    from befit.site import read_site

    release, found = read_site(site)
    problems = sorted(
        [*found, *(check_capacity(release) if release else ())],
        key=lambda problem: (problem.file, problem.line, problem.column),
    )
    errors = sum(problem.severity == "error" for problem in problems)
    if chosen(format_, json) == "json":
        print_json({"problems": problems})
    else:
        print_problems(problems, format_, site)
        others = len(problems) - errors
        print(f"{errors} error{'s' * (errors != 1)}, {others} warning{'s' * (others != 1)}", file=sys.stderr)
    return int(errors > 0 or (strict and bool(problems)))


def scenario_tests(site: Path, /, *, min_coverage: str = "", format_: Format = "text", json: Json = False) -> int:
    """Run the site's own scenario tests (`tests/*.yaml`): events in, decisions out.

    Also names the branches, tags and triggers that no test reaches. Exit code 1 when a test fails, or too little is reached.

    For example:

    `befit test my-site`

    `befit test my-site --min-coverage 80%`

    Parameters
    ----------
    site
        The site folder.
    min_coverage
        The share of branches, tags and triggers, all together, that tests must reach, such as 80%.
    format_
        `text` for people, `json` for scripts, `github` for annotations in a GitHub workflow.
    json
        Short for `--format json`: print `{"release", "results": [{name, where, passed, failures}], "coverage", "unreached",
        "problems"}`.
    """
    from befit.releases.scenarios import run_scenarios

    least = _percent(min_coverage)
    report = run_scenarios(site)
    enough = report.coverage.percent >= least
    match chosen(format_, json):
        case "json":
            print_json(report)
        case "github":
            print_problems(report.as_problems(), "github", site)
        case _:
            _print_report(report)
    if format_ != "json" and not json:
        passed = sum(result.passed for result in report.results)
        print(f"{passed} of {len(report.results)} tests passed; {report.coverage}", file=sys.stderr)
        if not enough:
            print(f"tests reach {report.coverage.percent:.1f}%, and {min_coverage} are asked for", file=sys.stderr)
    return int(not report.passed or not enough)


def _percent(text: str) -> float:
    """A share such as 80% as a number from 0 to 100."""
    try:
        found = float(text.removesuffix("%") or 0)
    except ValueError:
        found = -1
    if not 0 <= found <= 100:
        raise SettingsError(f"--min-coverage is a share such as 80%, not {text}")
    return found


def _print_report(report: Report) -> None:
    for problem in report.problems:
        print(problem)
    for result in report.results:
        print(f"{'passed' if result.passed else 'FAILED'}  {result.name}")
        for failure in result.failures:
            print("\n".join(f"        {line}" for line in str(failure).splitlines()))
    for missed in report.unreached:
        print(missed)
