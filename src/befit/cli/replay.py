"""`befit replay`: send a file of recorded behaviour to a running server, or fold the log again."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from befit.cli.output import Json, print_json
from befit.cli.remote import DEFAULT_URL, kept_key
from befit.errors import SettingsError

Format = Literal["segment", "serenade"]


def replay(
    file: Path | None = None,
    /,
    *,
    from_log: bool = False,
    site: Path | None = None,
    url: Annotated[str, Parameter(env_var="BEFIT_URL")] = DEFAULT_URL,
    write_key: Annotated[str, Parameter(env_var="BEFIT_WRITE_KEY")] = "",
    secret_key: Annotated[str, Parameter(env_var="BEFIT_SECRET_KEY")] = "",
    data: Annotated[Path, Parameter(env_var="BEFIT_DATA")] = Path(".befit"),
    format: Format | None = None,  # noqa: A002 - the name of the flag
    concurrency: int = 4,
    json: Json = False,
) -> int:
    """Send a file of sessions to a running server, with a progress bar; or fold the event log again.

    With the secret key the events keep their own times, as history; with a write key they happen now. Message ids are
    the same every time the file is read: what a first, interrupted run has sent does not count twice within a day.
    Exit code 1 when events were rejected.

    For example:

    `befit replay sessions.tsv`

    `befit replay calls.jsonl --url https://befit.example --write-key demo-write-key`

    `befit replay --from-log --site my-site --data /var/lib/befit`

    Parameters
    ----------
    file
        The file: `.tsv` as the Serenade session data (SessionId, ItemId, Time), else one Segment call as JSON a line.
    from_log
        Instead of a file: fold the event log of the data folder, whose server must be at rest, into a new store, which then
        takes the place of the old one. Needed after a store was lost, or to give a changed signal its whole history.
    site
        With --from-log, the site folder; by default the release that was live last.
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
    if from_log:
        return _from_log(site, data, as_json=json)
    if file is None:
        raise SettingsError("name a file, or give --from-log; see `befit replay --help`")
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


def _from_log(site: Path | None, data: Path, *, as_json: bool) -> int:
    from befit.cli.rebuilding import rebuild_into, swap
    from befit.cli.visitor import served_release

    release = asyncio.run(served_release(data, site))
    with tempfile.TemporaryDirectory(prefix="befit-replay-", dir=data) as rebuilt:
        result = asyncio.run(rebuild_into(release, data, Path(rebuilt)))
        swap(data, Path(rebuilt))
    if as_json:
        print_json({"records": result.records})
    else:
        print(f"{result.records} records folded; the store before is kept as {data / 'store.before'}")
    return 0
