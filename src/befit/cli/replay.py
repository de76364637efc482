"""`befit replay`: send a file of recorded behaviour to a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from befit.cli.output import Json
from befit.cli.remote import DEFAULT_URL, kept_key

Format = Literal["segment", "serenade"]


def replay(
    file: Path,
    /,
    *,
    url: Annotated[str, Parameter(env_var="BEFIT_URL")] = DEFAULT_URL,
    write_key: Annotated[str, Parameter(env_var="BEFIT_WRITE_KEY")] = "",
    secret_key: Annotated[str, Parameter(env_var="BEFIT_SECRET_KEY")] = "",
    data: Annotated[Path, Parameter(env_var="BEFIT_DATA")] = Path(".befit"),
    format: Format | None = None,  # noqa: A002 - the name of the flag
    concurrency: int = 4,
    json: Json = False,
) -> int:
    """Send a file of sessions to a running server, with a progress bar.

    With the secret key the events keep their own times, as history; with a write key they happen now. Message ids are
    the same every time the file is read: what a first, interrupted run has sent does not count twice within a day.
    Exit code 1 when events were rejected.

    For example:

    `befit replay sessions.tsv`

    `befit replay calls.jsonl --url https://befit.example --write-key demo-write-key`

    Parameters
    ----------
    file
        The file: `.tsv` as the Serenade session data (SessionId, ItemId, Time), else one Segment call as JSON a line.
    url
        The running server.
    write_key
        Send as a browser would, with this write key.
    secret_key
        Send as a trusted server, with its secret key; by default the one kept in the data folder.
    data
        The server's data folder, to find the secret key in.
    format
        The kind of file; by default its name decides.
    concurrency
        Requests under way at a time.
    json
        Print `{events, rejected, retries, seconds, eventsPerSecond, reasons}`.
    """
    from befit.replay import replay_command

    return replay_command(
        file,
        url,
        write_key or secret_key or kept_key(data),
        format_name=format or "",
        historical=not write_key,
        concurrency=concurrency,
        as_json=json,
    )
