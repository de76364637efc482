"""The command line: `befit COMMAND`. One file per noun; each imports what it needs when it runs, so that help is quick.

Exit codes: 0 done, 1 problems found or the command failed, 2 used wrongly.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError, Parameter

import befit
from befit.errors import BefitError, SettingsError, SiteError

OK: Final = 0
PROBLEMS: Final = 1
USAGE: Final = 2

_HELP: Final = """Real-time content personalization: events in, the page changes.

Begin with `befit init my-site` and `befit serve my-site`.
"""
_EPILOGUE: Final = """Exit codes: 0 done, 1 problems found or failed, 2 used wrongly."""
_COMMANDS: Final = {
    "init": "befit.cli.site:init",
    "serve": "befit.cli.serve:serve",
    "check": "befit.cli.site:check",
    "test": "befit.cli.site:scenario_tests",
    "eval": "befit.cli.expression:evaluate",
    "schema": "befit.cli.schema:schema",
    "replay": "befit.cli.replay:replay",
    "profile": "befit.cli.profile:profile",
    "preview": "befit.cli.preview:preview",
    "explain": "befit.cli.explain:explain",
    "dead-letters": "befit.cli.letters:letters",
    "diff": "befit.cli.diff:diff",
    "publish": "befit.cli.publish:publish",
    "releases": "befit.cli.releases:releases",
    "rollback": "befit.cli.releases:rollback",
    "promote": "befit.cli.releases:promote",
    "abandon": "befit.cli.releases:abandon",
    "backtest": "befit.cli.backtest:backtest",
    "audit": "befit.cli.audit:audit",
}


def create_app(*, whole: bool = False) -> App:
    """The command line. Commands are imported when they run; `whole` imports all of them, for help that lists them."""
    app = App(
        name="befit",
        help=_HELP,
        help_epilogue=_EPILOGUE,
        version=befit.__version__,
        default_parameter=Parameter(show_default=lambda value: None if value in ("", None, False) else str(value)),
        result_action="return_value",
        help_format="markdown",
    )
    for order, (name, target) in enumerate(_COMMANDS.items()):
        app.command(target, name=name, sort_key=order)
        if whole:
            app[name]
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Errors take one line on stderr; a site's problems one line each."""
    try:
        words = sys.argv[1:] if arguments is None else arguments
        app = create_app(whole=not words or words[0].startswith("-"))
        code = app(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return _fail(f"{error}\nTry `befit --help`.", USAGE)
    except SettingsError as error:
        return _fail(str(error), USAGE)
    except SiteError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return PROBLEMS
    except BefitError as error:
        return _fail(str(error), PROBLEMS)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has had enough. Nothing more can be written, not even by the interpreter's own flush.
        sys.stdout = None
        return OK
    return code if isinstance(code, int) else OK


def _fail(message: str, code: int) -> int:
    print(f"befit: {message}", file=sys.stderr)
    return code


def main() -> None:
    """The entry point of the `befit` command."""
    sys.exit(run())
