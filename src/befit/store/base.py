"""ProfileStore: the Protocol that every profile store driver fulfils. `tests/services/test_store_contract.py` holds each to it.

The store is derived from the event log: it may lag behind the log but never run ahead of it, because one commit writes
profiles, links, timers, seen message ids and the log position together, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from befit.model import Profile


class Timer(NamedTuple):
    """A timer that a profile waits for: due time in milliseconds since the epoch, owner, name within the profile."""

    due: int
    profile_id: str
    name: str


@dataclass(slots=True)
class Commit:
    """All that one batch of folded events changed in one partition.

    next_offset  the first offset not yet folded
    profiles     those to write, by id
    deleted      ids of profiles merged away
    links        id (`a:…` or `u:…`) -> id of the profile it leads to
    timers_set, timers_unset  timers to add and to drop; unsetting one that is not there is no error
    seen         message ids folded now -> when received
    outbox       id -> a call to the outside that the batch asks for; kept until it is settled. Ids sort by time
    notes        name -> what else the node remembers with this position; written over what was there
    """

    partition: int
    next_offset: int
    profiles: dict[str, Profile] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    timers_set: set[Timer] = field(default_factory=set)
    timers_unset: set[Timer] = field(default_factory=set)
    seen: dict[str, int] = field(default_factory=dict)
    outbox: dict[str, bytes] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)


class ProfileStore(Protocol):
    """A profile store. One event loop calls it. Raises `befit.errors.Unavailable` when it cannot be reached."""

    async def open(self) -> None:
        """Connect or create. Called once, before anything else."""
        ...

    async def position(self, partition: int) -> int:
        """The first log offset whose events are not folded into this store yet; 0 in a new store."""
        ...

    async def resolve(self, ids: Sequence[str]) -> list[str]:
        """For each id (`a:…`, `u:…`) that of the profile it leads to: the id itself when nothing links it further."""
        ...

    async def load(self, ids: Sequence[str]) -> list[Profile | None]:
        """The profiles with exactly these ids, None where there is none. Each call gives fresh objects: callers may change them."""
        ...

    async def ids(self, after: str, limit: int) -> tuple[list[str], str]:
        """Up to `limit` ids of profiles from the cursor `after` on ("" begins), and the cursor to go on from: "" at the end.

        A profile that is there from beginning to end is among them, possibly twice.
        """
        ...

    async def seen(self, partition: int, message_ids: Sequence[str]) -> dict[str, int]:
        """Those of `message_ids` that were folded in this partition -> when they were received, the last time if several.

        Ids received more than 24 h before the newest one may be forgotten.
        """
        ...

    async def commit(self, commit: Commit) -> None:
        """Write everything in `commit` atomically. Commits of one partition come in order of position."""
        ...

    async def due(self, now: int, limit: int) -> list[Timer]:
        """Up to `limit` timers due at or before `now`, earliest first. They stay until a commit unsets them."""
        ...

    async def outbox(self, limit: int, after: str = "") -> list[tuple[str, bytes]]:
        """Up to `limit` calls that commits asked for and nobody has settled yet, in order of their ids, from after `after` on."""
        ...

    async def settle(self, ids: Sequence[str]) -> None:
        """Forget these calls of the outbox: they were made, or given up."""
        ...

    async def note(self, name: str) -> bytes | None:
        """What a commit noted last under this name; None when nothing was."""
        ...

    async def count(self) -> int:
        """How many profiles there are; an estimate is enough."""
        ...

    async def close(self) -> None:
        """Make all commits durable and release everything. Called once."""
        ...
