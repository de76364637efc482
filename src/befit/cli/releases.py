"""`befit releases`, `rollback`, `promote`, `abandon`: what a running server serves, and what it shall serve instead."""

from __future__ import annotations

from getpass import getuser
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import Parameter

from befit.cli.output import Json, moment, print_columns, print_json
from befit.cli.remote import Remote

Server = Annotated[Remote | None, Parameter(name="*")]


def releases(*, json: Json = False, remote: Server = None) -> int:
    """List the releases of a running server: who made each, why, since when it serves, and what share of visitors.

    Exit code 1 when the newest state of the site folder has problems and is not live.

    Example: `befit releases --url http://127.0.0.1:8400`

    Parameters
    ----------
    json
        Print `{"releases": [{id, since, live, candidate, share, author, message, created, commit, why, by}], "problems": []}`;
        times are milliseconds since the epoch.
    """
    server = remote or Remote()
    answer = server.get("/admin/v1/releases")
    if json:
        print_json(answer)
    else:
        print_columns([("RELEASE", "SERVES", "SINCE (UTC)", "AUTHOR", "MESSAGE"), *map(_row, answer["releases"])])
        for problem in answer["problems"]:
            print(f"not live: {problem}")
        backfill = server.get("/admin/v1/backfill")
        if backfill:
            share = backfill["done"] / max(1, backfill["total"])
            print(
                f"history of {', '.join(backfill['signals'])} for {backfill['release']}: {backfill['phase']}, {share:.0%}"
            )
    return int(bool(answer["problems"]))


def rollback(release: str = "", /, *, json: Json = False, remote: Server = None) -> None:
    """Let a release serve all visitors again, at once. A rollout under way ends.

    For example:

    `befit rollback`

    `befit rollback c5a261693168`

    Parameters
    ----------
    release
        Its id; by default the one before. While a candidate is rolled out that is the live one.
    json
        Print what serves then: `{"live", "since", "candidate", "share", "by", "why"}`.
    """
    path = f"/admin/v1/releases/{quote(release or 'previous', safe='')}/live"
    _print((remote or Remote()).post(path, by=getuser()), json)


def promote(*, json: Json = False, remote: Server = None) -> None:
    """Let the release that is being rolled out serve all visitors.

    Example: `befit promote`

    Parameters
    ----------
    json
        Print what serves then: `{"live", "since", "candidate", "share", "by", "why"}`.
    """
    _print((remote or Remote()).post("/admin/v1/candidate/promote", by=getuser()), json)


def abandon(*, json: Json = False, remote: Server = None) -> None:
    """End the rollout: the live release serves all visitors again.

    Example: `befit abandon`

    Parameters
    ----------
    json
        Print what serves then: `{"live", "since", "candidate", "share", "by", "why"}`.
    """
    _print((remote or Remote()).delete("/admin/v1/candidate", by=getuser()), json)


def _row(release: dict[str, Any]) -> tuple[str, ...]:
    serves = f"{release['share']:.1%}".replace(".0%", "%") if release["share"] else ""
    since = moment(release["since"]) if release["since"] else "never"
    title = release["message"].strip().partition("\n")[0]
    return release["id"], f"{serves} candidate" if release["candidate"] else serves, since, release["author"], title


def _print(current: dict[str, Any], json: bool) -> None:
    if json:
        print_json(current)
    else:
        print(f"live: release {current['live']}")
