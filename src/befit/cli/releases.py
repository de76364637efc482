"""`befit releases`: what a running server serves, and served before."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from befit.cli.output import Json, moment, print_columns, print_json
from befit.cli.remote import Remote


def releases(*, json: Json = False, remote: Annotated[Remote | None, Parameter(name="*")] = None) -> int:
    """List the releases that a running server has served, newest first.

    Exit code 1 when the newest state of the site folder has problems and is not live.

    Example: `befit releases --url http://127.0.0.1:8400`

    Parameters
    ----------
    json
        Print `{"releases": [{id, since, live}], "problems": []}`; `since` is milliseconds since the epoch.
    """
    answer = (remote or Remote()).get("/admin/v1/releases")
    if json:
        print_json(answer)
    else:
        print_columns(
            (each["id"], moment(each["since"]), "live" if each["live"] else "") for each in answer["releases"]
        )
        for problem in answer["problems"]:
            print(f"not live: {problem}")
    return int(bool(answer["problems"]))
