"""Programs of the registry's releases: compiled when they are needed, the last few kept, so that going back takes no time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from befit.engine import Program
from befit.errors import NotFound
from befit.releases.registry import ReleaseRegistry
from befit.site import load_site_files

KEPT: Final = 5


def compile_files(files: Mapping[str, str]) -> Program:
    """The program of a site's files. Takes milliseconds to seconds: call it in a thread. Raises SiteError."""
    return Program(load_site_files(files))


class Programs:
    """The compiled releases of one node."""

    def __init__(self, registry: ReleaseRegistry) -> None:
        self._registry = registry
        self._kept: dict[str, Program] = {}

    async def get(self, release_id: str) -> Program:
        """A release, compiled.

        Another version of befit may give the same site another id; the release is then kept under that one, too. Raises
        NotFound, or SiteError when this version of befit cannot use it.
        """
        known = self._kept.get(release_id)
        if known is not None:
            self.keep(known)
            return known
        published = await self._registry.get(release_id)
        if published is None:
            raise NotFound(f"no release has the id {release_id!r}")
        program = await asyncio.to_thread(compile_files, published.files)
        if program.release.id != release_id:
            await self._registry.save(replace(published, id=program.release.id))
        self.keep(program)
        return program

    def keep(self, program: Program) -> None:
        """Remember a program; the one that was needed least recently is forgotten."""
        self._kept.pop(program.release.id, None)
        self._kept[program.release.id] = program
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
