"""`befit eval`: one CEL expression, for those who write rules."""

from __future__ import annotations

import json
import sys
from typing import Annotated

from cyclopts import Parameter

from befit.errors import CelError, SettingsError


def evaluate(
    expression: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    vars: Annotated[str, Parameter(allow_leading_hyphen=True)] = "{}",  # noqa: A002 - the name of the flag
) -> int:
    """Evaluate one CEL expression and print its value as JSON.

    When it errs: exit code 1, and `LINE:COLUMN: message` on stderr.

    For example:

    `befit eval '1 + 2'`

    `befit eval 'price * 2.0 > 10.0 && "sale" in tags' --vars '{"price": 6.5, "tags": ["sale"]}'`

    Parameters
    ----------
    expression
        The expression; quote it for the shell.
    vars
        Its variables: a JSON object.
    """
    from befit import cel

    try:
        variables = json.loads(vars)
    except ValueError as error:
        raise SettingsError(f"--vars is not JSON: {error}") from error
    if not isinstance(variables, dict):
        raise SettingsError("--vars must be a JSON object, such as '{\"price\": 6.5}'")
    try:
        value = cel.to_json(cel.evaluate(expression, variables))
    except CelError as error:
        hint = f" ({error.hint})" if error.hint else ""
        print(f"{error.line}:{error.column}: {error.message}{hint}", file=sys.stderr)
        return 1
    print(json.dumps(value, ensure_ascii=False))
    return 0
