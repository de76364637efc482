"""Registry: the releases that were published or live, what their sites said, and which of them serves whom now.

A release, once saved, says the same for ever. What changes is `Current`, all of it in one step. The driver here keeps both in
a folder; one that many nodes share will tell them of a switch through `wait`.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, Protocol, TypeVar

import msgspec

from befit.errors import SettingsError

T = TypeVar("T")

Kind = Literal["published", "folder", "draft"]
"""How a release came here: by `befit publish`, from the folder that a server watches, or to be looked at only."""

WORKING_COPY: Final = "working copy"
"""The author of a release that was taken from a folder."""

KEPT: Final[dict[Kind, int]] = {"published": 200, "folder": 200, "draft": 50}
"""Releases of each kind that are kept, newest first; those that serve somebody always are."""

KEPT_SWITCHES: Final = 1_000

_RANK: Final[dict[Kind, int]] = {"draft": 0, "folder": 1, "published": 2}


class Summary(msgspec.Struct, kw_only=True, frozen=True):
    """Who made a release, why and when (milliseconds since the epoch); `commit` is its Git commit, or ""."""

    id: str
    author: str
    message: str
    created: int
    commit: str = ""
    kind: Kind = "published"


class Published(Summary, kw_only=True, frozen=True):
    """One release as it was written: `files` holds the text of every file of its site by path, without pages."""

    files: dict[str, str]


class Current(msgspec.Struct, kw_only=True, frozen=True):
    """Which release serves since when, and which candidate the `share` (0 to 1) of visitors beside it.

    by        who switched
    why       what was done: `published`, `rolled back`, `folder changed`…, and what was accepted with it
    folder    the release that the site folder held when it was last taken
    """

    live: str
    since: int
    candidate: str = ""
    share: float = 0.0
    by: str = ""
    why: str = ""
    folder: str = ""

    @property
    def serving(self) -> tuple[str, ...]:
        """The releases that serve somebody."""
        return (self.live, self.candidate) if self.candidate else (self.live,)


class ReleaseRegistry(Protocol):
    """Where releases are kept. Every change is durable on return and is seen whole or not at all. Raises OSError."""

    async def save(self, published: Published) -> None:
        """Keep a release. One that is kept already stays as it is, but a publishing says anew who made it and why."""

    async def get(self, release_id: str) -> Published | None:
        """A release by its id."""

    async def releases(self) -> list[Summary]:
        """All that are kept, without their files, the one made last first."""

    async def current(self) -> Current | None:
        """What serves now; None before the first switch."""

    async def history(self) -> list[Current]:
        """Every switch that is remembered, newest first: the current one, and what was before."""

    async def switch(self, current: Current) -> None:
        """Let other releases serve. They must have been saved."""

    async def wait(self, current: Current) -> Current:
        """Return once something else serves than `current`, wherever the switch was made."""


class FolderRegistry:
    """The registry of one node, in a folder: `ID.json` for each release and `switches.json`. One process at a time writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Summary] | None = None
        self._changed = asyncio.Condition()

    async def save(self, published: Published) -> None:
        """As the Protocol says; the oldest of its kind that nobody needs goes."""
        async with self._changed:
            await asyncio.to_thread(self._save, published)

    async def get(self, release_id: str) -> Published | None:
        """As the Protocol says."""
        return await asyncio.to_thread(self._get, release_id)

    async def releases(self) -> list[Summary]:
        """As the Protocol says."""
        async with self._changed:
            known = await asyncio.to_thread(self._summaries)
        return sorted(known.values(), key=lambda each: (each.created, each.id), reverse=True)

    async def current(self) -> Current | None:
        """As the Protocol says."""
        switches = await asyncio.to_thread(self._switches)
        return switches[-1] if switches else None

    async def history(self) -> list[Current]:
        """As the Protocol says."""
        return (await asyncio.to_thread(self._switches))[::-1]

    async def switch(self, current: Current) -> None:
        """As the Protocol says."""
        async with self._changed:
            await asyncio.to_thread(self._switch, current)
            self._changed.notify_all()

    async def wait(self, current: Current) -> Current:
        """As the Protocol says. Nobody but this process switches, so it only listens to itself."""
        async with self._changed:
            while (now := await self.current()) is None or now == current:
                await self._changed.wait()
        return now

    def _save(self, published: Published) -> None:
        known = self._summaries()
        there = known.get(published.id)
        if there is not None and published.kind != "published" and _RANK[published.kind] <= _RANK[there.kind]:
            return
        self._write(f"{published.id}.json", published)
        known[published.id] = summary_of(published)
        self._prune(known)

    def _prune(self, known: dict[str, Summary]) -> None:
        switches = self._switches()
        serving = switches[-1].serving if switches else ()
        count: Counter[Kind] = Counter()
        for each in sorted(known.values(), key=lambda each: each.created, reverse=True):
            if each.id in serving:
                continue
            count[each.kind] += 1
            if count[each.kind] > KEPT[each.kind]:
                (self.folder / f"{each.id}.json").unlink(missing_ok=True)
                del known[each.id]

    def _switch(self, current: Current) -> None:
        self._write("switches.json", [*self._switches(), current][-KEPT_SWITCHES:])

    def _switches(self) -> list[Current]:
        return _read(self.folder / "switches.json", list[Current]) or []

    def _get(self, release_id: str) -> Published | None:
        return (
            _read(self.folder / f"{release_id}.json", Published)
            if release_id.isalnum() and release_id != "switches"
            else None
        )

    def _summaries(self) -> dict[str, Summary]:
        """Read once: nobody else writes while this process does."""
        if self._known is None:
            paths: Iterable[Path] = self.folder.glob("*.json") if self.folder.is_dir() else ()
            found = (_read(path, Summary) for path in paths if path.name != "switches.json")
            self._known = {each.id: each for each in found if each is not None}
        return self._known

    def _write(self, name: str, value: object) -> None:
        """All of it or nothing, also when the power goes: a new file, synced, takes the name of the old one."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # a site may hold keys
        draft = self.folder / f".{name}.draft"
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(value))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / name)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def summary_of(published: Published) -> Summary:
    """The release without its files."""
    return msgspec.convert(published, Summary, from_attributes=True)


def _read(path: Path, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=type_)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{path} is damaged ({error}); put back the one of a backup, or remove it") from error
