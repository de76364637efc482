"""`befit eval`: one CEL expression, for those who write rules."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import Parameter

from befit.cli.remote import DEFAULT_URL, Remote
from befit.errors import CelError, SettingsError


def evaluate(
    expression: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    vars: Annotated[str, Parameter(allow_leading_hyphen=True)] = "{}",  # noqa: A002 - the name of the flag
    site: Path | None = None,
    profile: str = "",
    url: Annotated[str, Parameter(env_var="BEFIT_URL")] = "",
    data: Annotated[Path | None, Parameter(env_var="BEFIT_DATA")] = None,
    secret_key: Annotated[str, Parameter(env_var="BEFIT_SECRET_KEY")] = "",
) -> int:
    """Evaluate one CEL expression and print its value as JSON.

    When it errs: exit code 1, and `LINE:COLUMN: message` on stderr. With `--site` it is checked as `befit check` checks a
    branch's condition, over the values of a new visitor, or of `--profile`.

    For example:

    `befit eval '1 + 2'`

    `befit eval 'price * 2.0 > 10.0 && "sale" in tags' --vars '{"price": 6.5, "tags": ["sale"]}'`

    `befit eval 'signals.clicks >= 3' --site my-site --vars '{"signals": {"clicks": 3}}'`

    `befit eval 'now - signals.last_purchase < duration("168h")' --site my-site --profile user-42`

    Parameters
    ----------
    expression
        The expression; quote it for the shell.
    vars
        Its variables: a JSON object. With `--site` they go over the visitor's, such as '{"signals": {"clicks": 3}}'.
    site
        The site folder whose signals, audiences and attributes the expression may use.
    profile
        Any id of the visitor whose values it is evaluated over.
    url
        The running server that knows the visitor (http://127.0.0.1:8400 when neither this nor --data is given).
    data
        The data folder: the profile is read there, or with --url the secret key.
    secret_key
        The server's secret key; by default the one kept in the data folder.
    """
    from befit import cel

    given = _variables(vars)
    if profile and site is None:
        raise SettingsError("--profile needs --site: its signals say what the expression may use")
    try:
        if site is None:
            value = cel.evaluate(expression, given)
        else:
            value = _on_site(expression, site, given, _Visitor(profile, url, data, secret_key))
    except CelError as error:
        hint = f" ({error.hint})" if error.hint else ""
        print(f"{error.line}:{error.column}: {error.message}{hint}", file=sys.stderr)
        return 1
    print(json.dumps(cel.to_json(value), ensure_ascii=False))
    return 0


def _variables(text: str) -> dict[str, Any]:
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"--vars is not JSON: {error}") from error
    if not isinstance(variables, dict):
        raise SettingsError("--vars must be a JSON object, such as '{\"price\": 6.5}'")
    return variables


class _Visitor:
    """Whose values are asked for, and where they are."""

    def __init__(self, any_id: str, url: str, data: Path | None, secret_key: str) -> None:
        self.any_id, self.url, self.data, self.secret_key = any_id, url, data, secret_key

    def values(self, program: Any, now: int) -> dict[str, Any]:
        """The variables of conditions, by name. Raises NotFound, SettingsError, Unavailable…"""
        from befit.cli.visitor import stored_profile, stored_values, told_values
        from befit.model import Profile

        if not self.any_id:
            return stored_values(Profile(id="a:new", ids=["a:new"], first_seen=now, last_seen=now), program, now)
        if self.data is not None and not self.url:
            return stored_values(asyncio.run(stored_profile(self.any_id, self.data)), program, now)
        remote = Remote(self.url or DEFAULT_URL, self.secret_key, self.data or Path(".befit"))
        view = remote.get(f"/admin/v1/profiles/{quote(self.any_id, safe='')}")
        return told_values(view, program.release, now)


def _on_site(expression: str, site: Path, given: dict[str, Any], visitor: _Visitor) -> Any:
    """The value of an expression that a branch of the site might have. Raises CelError."""
    from befit.cel.evaluate import walk
    from befit.engine import Program
    from befit.node import clock
    from befit.site import load_site
    from befit.site.item import did_you_mean
    from befit.site.vocabulary import branch_scope, branch_types, typed

    release = load_site(site)
    checked = branch_scope(release).check(expression)
    types = branch_types(release)
    for name in given:
        if name not in types:
            raise SettingsError(f"--vars: there is no `{name}` here. {did_you_mean(name, types)}".strip())
    return walk(checked.ast, _over(visitor.values(Program(release), clock()), typed(given, types)))


def _over(values: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Values with others over them, mapping by mapping. What computes its values when they are read stays so."""
    joined = copy(values)
    for name, value in others.items():
        under = joined.get(name)
        joined[name] = _over(under, value) if isinstance(under, dict) and isinstance(value, Mapping) else value
    return joined
