"""`befit init`, `befit check`, `befit test`: a site folder, from its first file to its tests."""

from __future__ import annotations

import sys
from pathlib import Path
from secrets import token_hex

from befit.cli.output import Json, print_json

_NEXT = """Wrote {count} files to {folder}.

Next:
  1. befit serve {folder}     then open http://127.0.0.1:8400 and click: the page changes
  2. edit {rules}     and look again: changes go live as you save
  3. befit test {folder}     runs the site's own tests in {tests}
"""


def init(folder: Path, /) -> int:
    """Write a starter site: rules, a page that uses them, and a test.

    Example: `befit init my-site`

    Parameters
    ----------
    folder
        A new or empty folder.
    """
    from befit.site import write_starter

    written = write_starter(folder, token_hex(12))
    print(_NEXT.format(count=len(written), folder=folder, rules=folder / "slots", tests=folder / "tests"), end="")
    return 0


def check(site: Path, /, *, json: Json = False) -> int:
    """Check a site: type errors, unknown names, unreachable branches, props that break a module's schema.

    Prints one line per problem, `file:line:column: severity: message`. Exit code 1 when there is an error.

    Example: `befit check my-site`

    Parameters
    ----------
    site
        The site folder.
    json
        Print `{"problems": [{file, line, column, severity, message, hint}]}`.
    """
    from befit.site import check_site

    problems = check_site(site)
    errors = sum(problem.severity == "error" for problem in problems)
    if json:
        print_json({"problems": problems})
    else:
        for problem in problems:
            print(problem)
        others = len(problems) - errors
        print(f"{errors} error{'s' * (errors != 1)}, {others} warning{'s' * (others != 1)}", file=sys.stderr)
    return int(errors > 0)


def scenario_tests(site: Path, /, *, json: Json = False) -> int:
    """Run the site's own scenario tests (`tests/*.yaml`): events in, decisions out.

    Also names the branches that no test reaches. Exit code 1 when a test fails.

    Example: `befit test my-site`

    Parameters
    ----------
    site
        The site folder.
    json
        Print `{"release", "results": [{name, where, passed, failures}], "unreached", "problems"}`.
    """
    from befit.releases.scenarios import run_scenarios

    report = run_scenarios(site)
    if json:
        print_json(report)
        return int(not report.passed)
    for problem in report.problems:
        print(problem)
    for result in report.results:
        print(f"{'passed' if result.passed else 'FAILED'}  {result.name}")
        for failure in result.failures:
            print("\n".join(f"        {line}" for line in str(failure).splitlines()))
    for branch in report.unreached:
        print(f"{branch.where}: no test reaches {branch.branch} (shows {branch.show})")
    passed = sum(result.passed for result in report.results)
    print(
        f"{passed} of {len(report.results)} tests passed; {len(report.unreached)} branches not reached", file=sys.stderr
    )
    return int(not report.passed)
