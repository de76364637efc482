"""`befit audit`: prove that the profiles are what the event log says."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from befit.cli.output import Json, print_json
from befit.cli.rebuilding import Rebuilt, rebuild_into, swap


def audit(
    site: Path,
    /,
    *,
    data: Annotated[Path, Parameter(env_var="BEFIT_DATA")] = Path(".befit"),
    repair: bool = False,
    json: Json = False,
) -> int:
    """Fold the event log again, on the side, and report every profile that differs from the kept one by a single byte.

    The server must be at rest. The log must hold the whole history, folded by the site as it is now: signals and rules that
    have changed since show up as differences. Exit code 1 when there are any.

    Example: `befit audit my-site --data /var/lib/befit`

    Parameters
    ----------
    site
        The site folder.
    data
        The data folder of the server.
    repair
        Put what the log says in place of what was kept.
    json
        Print `{"records", "profiles", "differences": [id], "repaired"}`.
    """
    from befit.site import load_site

    release = load_site(site)
    with tempfile.TemporaryDirectory(prefix="befit-audit-", dir=data) as folder:
        rebuilt = asyncio.run(rebuild_into(release, data, Path(folder), compare_with=data))
        repaired = repair and bool(rebuilt.differences)
        if repaired:
            swap(data, Path(folder))
    if json:
        print_json({**rebuilt._asdict(), "repaired": repaired})
    else:
        _print(rebuilt, repaired=repaired)
    return int(bool(rebuilt.differences) and not repaired)


def _print(rebuilt: Rebuilt, *, repaired: bool) -> None:
    for profile_id in rebuilt.differences[:20]:
        print(f"{profile_id} differs")
    print(f"{rebuilt.records} records folded again, {rebuilt.profiles} profiles, {len(rebuilt.differences)} differ")
    if repaired:
        print("what the log says is in place now")
