"""`befit dead-letters`: events that could not be used, and a second try for them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from befit.cli.output import Json, moment, print_columns, print_json
from befit.cli.remote import Remote

letters = App(name="dead-letters", help="Events that could not be used: look at them, collect them again.")


@letters.command(name="list")
def list_letters(
    *,
    offset: int = 0,
    limit: int = 100,
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> int:
    """List dead letters of a running server, oldest first: when, what was wrong where, and what came in.

    Example: `befit dead-letters list --limit 20`

    Parameters
    ----------
    offset
        Offset of the first letter.
    limit
        At most so many, up to 1000.
    json
        Print `{"letters": [{offset, received_at, reason, field, hint, source, payload}], "next"}`.
    """
    answer = (remote or Remote()).get("/admin/v1/dead-letters", offset=offset, limit=limit)
    if json:
        print_json(answer)
        return 0
    rows = [
        (str(each["offset"]), moment(each["received_at"]), each.get("field", ""), each["reason"])
        for each in answer["letters"]
    ]
    if rows:
        print_columns([("OFFSET", "RECEIVED (UTC)", "FIELD", "REASON"), *rows])
    else:
        print("no dead letters from there on")
    return 0


@letters.command
def replay(
    *,
    offset: int = 0,
    limit: int = 1000,
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> int:
    """Collect dead letters again, after what refused them has changed. Doing it twice is harmless.

    Exit code 1 when some are refused again.

    Example: `befit dead-letters replay --offset 120`

    Parameters
    ----------
    offset
        Offset of the first letter.
    limit
        At most so many, up to 1000.
    json
        Print `{"taken", "refused": [{offset, reason}], "next"}`.
    """
    answer = (remote or Remote()).post("/admin/v1/dead-letters/replay", {"offset": offset, "limit": limit})
    if json:
        print_json(answer)
    else:
        for each in answer["refused"]:
            print(f"{each['offset']}: {each['reason']}")
        print(f"{answer['taken']} taken, {len(answer['refused'])} refused; go on from offset {answer['next']}")
    return int(bool(answer["refused"]))
