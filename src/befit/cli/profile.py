"""`befit profile`: what is known of one visitor, from a running server or from a data folder at rest."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from cyclopts import App, Parameter

from befit.cli.output import Json, moment, print_columns, print_json
from befit.cli.remote import DEFAULT_URL, Remote

profile = App(name="profile", help="What is known of one visitor.")


@profile.command
def show(
    id: str,  # noqa: A002 - the name in the usage line
    /,
    *,
    url: Annotated[str, Parameter(env_var="BEFIT_URL")] = "",
    data: Annotated[Path | None, Parameter(env_var="BEFIT_DATA")] = None,
    secret_key: Annotated[str, Parameter(env_var="BEFIT_SECRET_KEY")] = "",
    site: Path | None = None,
    json: Json = False,
) -> int:
    """Show a visitor's ids, traits, signals and tags.

    Asks the running server at `--url`; with `--data` alone it reads the data folder of a server that does not run.

    For example:

    `befit profile show visitor-1 --json`

    `befit profile show user-42 --data /var/lib/befit`

    Parameters
    ----------
    id
        Any id of the visitor: an anonymousId or a userId.
    url
        The running server (http://127.0.0.1:8400 when neither this nor --data is given).
    data
        The data folder: the profile is read there, or with --url the secret key.
    secret_key
        The server's secret key; by default the one kept in the data folder.
    site
        The site folder to read signals with, at rest; by default the release that was live last.
    json
        Print `{"id", "ids", "traits", "signals": {name: value}, "tags", "version", …}`.
    """
    if data is not None and not url:
        view = asyncio.run(_at_rest(id, data, site))
    else:
        remote = Remote(url or DEFAULT_URL, secret_key, data or Path(".befit"))
        view = remote.get(f"/admin/v1/profiles/{quote(id, safe='')}")
    if json:
        print_json(view)
    else:
        _print(view)
    return 0


@profile.command
def tag(
    id: str,  # noqa: A002 - the name in the usage line
    name: str,
    /,
    *,
    ttl: str = "",
    by: str = "",
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> int:
    """Set a tag of a visitor by hand, on a running server.

    A tag that is set is renewed; that never shortens its time. It need not be one of the site's.

    Example: `befit profile tag user-42 vip --ttl 30d`

    Parameters
    ----------
    id
        Any id of the visitor.
    name
        The tag.
    ttl
        How long it stays, such as 12h or 30d; by default as tags.yaml says, else for good.
    by
        Who does it; the tag's source says so.
    json
        Print the profile, as `show` does.
    """
    view = (remote or Remote()).put(_tag_path(id, name), {"ttl": ttl, "by": by})
    return _print_tags(view, json)


@profile.command
def untag(
    id: str,  # noqa: A002 - the name in the usage line
    name: str,
    /,
    *,
    by: str = "",
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> int:
    """Remove a tag of a visitor by hand, on a running server, whoever had set it.

    Example: `befit profile untag user-42 vip`

    Parameters
    ----------
    id
        Any id of the visitor.
    name
        The tag.
    by
        Who does it, for the event log.
    json
        Print the profile, as `show` does.
    """
    return _print_tags((remote or Remote()).delete(_tag_path(id, name), by=by), json)


def _tag_path(any_id: str, tag: str) -> str:
    return f"/admin/v1/profiles/{quote(any_id, safe='')}/tags/{quote(tag, safe='')}"


def _print_tags(view: dict[str, Any], as_json: bool) -> int:
    if as_json:
        print_json(view)
    else:
        print(f"{view['id']}: {', '.join(view['tags']) or 'no tags'}")
    return 0


async def _at_rest(any_id: str, data: Path, site: Path | None) -> dict[str, Any]:
    """The same view, without a server. Raises NotFound, or SettingsError when a server has the folder open."""
    from befit.cli.visitor import served_release, stored_profile
    from befit.engine import Program
    from befit.node import clock
    from befit.node.view import full_view

    program = Program(await served_release(data, site))
    return full_view(await stored_profile(any_id, data), program, clock())


def _print(view: dict[str, Any]) -> None:
    print_columns(
        [
            ("id", view["id"]),
            ("ids", ", ".join(view["ids"])),
            ("version", f"{view['version']} events folded"),
            ("seen", f"{moment(view['firstSeen'])} to {moment(view['lastSeen'])} UTC, {view['sessions']} sessions"),
            ("tags", ", ".join(f"{tag} ({view['tagged'][tag]['source']})" for tag in view["tags"]) or "none"),
        ]
    )
    for title in ("traits", "signals"):
        print(f"\n{title}" if view[title] else f"\nno {title}")
        if view[title]:
            print_columns([(f"  {name}", _text(value)) for name, value in sorted(view[title].items())])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
