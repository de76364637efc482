"""One visitor for commands that need more than a look: the profile in a data folder, or what a server tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from befit.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from befit.engine import Program
    from befit.model import Profile, Release


async def served_release(data: Path, site: Path | None) -> Release:
    """The release to read a data folder with: that of the site given, or the one that was live last.

    Raises SettingsError when there is neither, SiteError when it does not check.
    """
    from befit.node.settings import last_site
    from befit.releases.registry import FolderRegistry
    from befit.site import load_site, load_site_files

    registry = FolderRegistry(data / "releases")
    current = await registry.current() if site is None else None
    published = await registry.get(current.live) if current is not None else None
    if published is not None:
        return load_site_files(published.files)
    folder = site or last_site(data)
    if folder is None:
        raise SettingsError(f"no server has served a site from {data}; name its site folder with --site")
    return load_site(folder)


async def stored_profile(any_id: str, data: Path) -> Profile:
    """A profile in a data folder. Raises NotFound, or SettingsError when a server has the folder open."""
    from befit.store import open_store

    store = open_store(f"embedded:{data}?mode=ro")
    await store.open()
    try:
        names = [any_id] if any_id[:2] in ("u:", "a:") else [f"u:{any_id}", f"a:{any_id}"]
        loaded = await store.load(await store.resolve(names))
    finally:
        await store.close()
    found = next((profile for profile in loaded if profile is not None), None)
    if found is None:
        raise NotFound(f"no profile has the id {any_id!r}")
    return found


def stored_values(profile: Profile, program: Program, now: int) -> dict[str, Any]:
    """The variables of conditions for a profile, by name, with every signal that is known."""
    from befit.engine.view import VARIABLES, variables

    values = dict(zip(VARIABLES, variables(profile, program, now), strict=True))
    values["signals"] = {name: values["signals"][name] for name in program.signals if name in values["signals"]}
    return values


def told_values(view: Mapping[str, Any], release: Release, now: int) -> dict[str, Any]:
    """The same from what `GET /admin/v1/profiles/{id}` answers."""
    from befit.cel import Duration, Timestamp
    from befit.engine.view import MS, Context
    from befit.site.vocabulary import branch_types, typed

    session = view["session"] or {}
    context = Context(view["context"], now)
    if session.get("searches"):
        context["searches"] = session["searches"]
    values = {
        "profile": {
            "id": ("u:" if view["known"] else "a:") + view["id"],
            "known": view["known"],
            "traits": view["traits"],
            "first_seen": Timestamp(view["firstSeen"] * MS),
            "last_seen": Timestamp(view["lastSeen"] * MS),
            "sessions": view["sessions"],
        },
        "session": {},
        "page": {},
        "signals": view["signals"],
        "tags": view["tags"],
    }
    if session and now - session["lastSeen"] <= release.site.session_timeout_ms:
        values["session"] = {
            "id": session["id"],
            "started": Timestamp(session["started"] * MS),
            "events": session["events"],
            "page_views": session["pageViews"],
            "dwell": Duration(session["dwellMs"] * MS),
            "landing": session["landing"],
        }
        if session["page"]:
            dwell = Duration(session["pageDwellMs"] * MS)
            values["page"] = {**session["page"], "dwell": dwell, "scroll": session["scroll"]}
    found: dict[str, Any] = typed(values, branch_types(release))
    return {**found, "context": context, "now": Timestamp(now * MS)}
