"""`befit explain`: why a visitor sees what they see, or saw it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from befit.cli.output import Json, moment, moment_of, print_columns, print_json
from befit.cli.remote import DEFAULT_URL, Remote
from befit.errors import SettingsError


def explain(
    profile: str,
    slot: str,
    /,
    *,
    at: str = "",
    url: Annotated[str, Parameter(env_var="BEFIT_URL")] = "",
    data: Annotated[Path | None, Parameter(env_var="BEFIT_DATA")] = None,
    secret_key: Annotated[str, Parameter(env_var="BEFIT_SECRET_KEY")] = "",
    json: Json = False,
) -> int:
    """Explain what a slot shows to a visitor: every rule that was looked at, the values it turned on, and which release decided.

    The visitor's events are folded again from the event log, under the releases that served then; so the past is
    explained as it was. Asks the running server at `--url`; with `--data` alone it reads the data folder of a server that
    does not run.

    For example:

    `befit explain visitor-1 hero`

    `befit explain user-42 checkout --at 2026-11-20T18:30:00Z`

    `befit explain user-42 checkout --at 2h --data /var/lib/befit`

    Parameters
    ----------
    profile
        Any id of the visitor: an anonymousId or a userId.
    slot
        The slot.
    at
        The moment: a time such as 2026-11-20T18:30:00Z, or how long ago, such as 2h; now when not given.
    url
        The running server (http://127.0.0.1:8400 when neither this nor --data is given).
    data
        The data folder: the log is read there, or with --url the secret key.
    secret_key
        The server's secret key; by default the one kept in the data folder.
    json
        Print `{"profile", "slot", "at", "release", "share", "decision": {…, "trace"}, "events", "complete"}`.
    """
    from befit.node import clock

    now = clock()
    when = moment_of(at, now) if at else now
    if data is not None and not url:
        found = asyncio.run(_at_rest(profile, slot, when, data))
    else:
        remote = Remote(url or DEFAULT_URL, secret_key, data or Path(".befit"))
        found = remote.get("/admin/v1/explain", profile=profile, slot=slot, at=when if at else 0)
    if json:
        print_json(found)
    else:
        _print(found)
    return 0


async def _at_rest(any_id: str, slot: str, at: int, data: Path) -> Any:
    """The same, without a server. Raises SettingsError when a server has the folder open, or none has ever served from it."""
    from befit.engine import Traffic
    from befit.log import open_log
    from befit.node.past.explanation import Explainer
    from befit.node.serving.programs import Programs
    from befit.releases.registry import FolderRegistry
    from befit.store import open_store

    registry = FolderRegistry(data / "releases")
    current = await registry.current()
    if current is None:
        raise SettingsError(f"no server has served a site from {data}")
    programs = Programs(registry)
    candidate = await programs.get(current.candidate) if current.candidate else None
    traffic = Traffic(await programs.get(current.live), candidate, current.share)
    log = open_log(f"embedded:{data}?mode=ro", "events")
    store = open_store(f"embedded:{data}?mode=ro")
    await log.open()
    await store.open()
    try:
        found = await Explainer(log, store, programs, traffic).explain(any_id, slot, at)
    finally:
        await store.close()
        await log.close()
    return msgspec.to_builtins(found)


def _print(found: dict[str, Any]) -> None:
    decision = found["decision"]
    share = f", for {found['share']:.0%} of visitors" if found["share"] < 1 else ""
    print(f"{found['slot']} at {moment(found['at'])} UTC shows {decision['module'] or 'nothing'}: {decision['reason']}")
    print(f"release {found['release']}{share}; {found['events']} events of {found['profile']['id']} up to then")
    if not found["complete"]:
        print("the log does not reach back to its first record any more: what it forgot is missing here")
    print()
    rows = [("RULE", "OUTCOME", "CONDITION", "WHY")]
    for step in decision.get("trace") or ():
        values = ", ".join(f"{name} = {_text(value)}" for name, value in step.get("values", {}).items())
        why = "; ".join(filter(None, (step.get("why", ""), values)))
        rows.append((step["rule"], step["outcome"], step["when"] or "otherwise", why))
    print_columns(rows)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
