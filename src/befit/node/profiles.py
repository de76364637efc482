"""Profiles at hand: the most recently used ones, decoded, in front of the store.

Only the worker changes them, in place and on the event loop, so a decision always sees whole events.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from befit.model import Profile
from befit.store import ProfileStore


class Profiles:
    """A least-recently-used cache of decoded profiles over a store. `capacity` profiles of some 2-30 kB each."""

    def __init__(self, store: ProfileStore, capacity: int = 10_000) -> None:
        self.store = store
        self.capacity = capacity
        self.on_load: Callable[[Sequence[Profile | None]], Awaitable[None]] | None = None
        """Told of profiles that were loaded, to bring them up to date before anybody sees them."""
        self._held: dict[str, Profile] = {}
        self._leads: dict[str, str] = {}

    async def leads(self, names: Iterable[str]) -> dict[str, str]:
        """For each id that of the profile it leads to; the id itself when nothing links it further."""
        known = self._leads
        found = {name: known.get(name, "") for name in names}
        absent = [name for name, lead in found.items() if not lead]
        if absent:
            new = dict(zip(absent, await self.store.resolve(absent), strict=True))
            found |= new
            known |= new
            while len(known) > 2 * self.capacity:
                del known[next(iter(known))]
        return found

    async def get(self, profile_id: str) -> Profile | None:
        """The profile with exactly this id. Raises Unavailable when it is not at hand and the store is away."""
        profile = self._held.pop(profile_id, None)
        if profile is None:
            (profile,) = await self._load([profile_id])
            if profile is None:
                return None
        self._held[profile_id] = profile
        return profile

    async def fetch(self, profile_ids: Iterable[str]) -> dict[str, Profile]:
        """Those of the profiles that exist, with one round trip for all that are not at hand."""
        wanted = list(profile_ids)
        found = {name: held for name in wanted if (held := self._held.get(name)) is not None}
        absent = [name for name in wanted if name not in found]
        if absent:
            loaded = zip(absent, await self._load(absent), strict=True)
            found |= {name: profile for name, profile in loaded if profile is not None}
        return found

    async def _load(self, profile_ids: Sequence[str]) -> list[Profile | None]:
        loaded = await self.store.load(profile_ids)
        if self.on_load is not None:
            await self.on_load(loaded)
        return loaded

    def at_hand(self, profile_id: str) -> Profile | None:
        """The profile if it is held here: what a node still knows while the store is away."""
        return self._held.get(profile_id)

    def keep(self, profiles: Iterable[Profile]) -> None:
        """Hold these, newest last; the longest unused ones make room."""
        held = self._held
        for profile in profiles:
            held.pop(profile.id, None)
            held[profile.id] = profile
        while len(held) > self.capacity:
            del held[next(iter(held))]

    def link(self, links: Mapping[str, str]) -> None:
        """These ids lead elsewhere from now on."""
        self._leads.update((name, lead) for name, lead in links.items() if name in self._leads)

    def clear(self) -> None:
        """Hold nothing any more: the next who asks gets what the store has."""
        self._held.clear()

    def forget(self, profile_ids: Iterable[str]) -> None:
        """Hold these no longer: they are gone, or what is held was not committed."""
        for name in profile_ids:
            self._held.pop(name, None)
