"""Due timers become events: the node asks the store which are due and appends them to the log (DESIGN §6.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from befit.engine import timer_event
from befit.errors import Unavailable
from befit.model import Event
from befit.store import ProfileStore, Timer

TICK_SECONDS = 0.2
BATCH = 1_000

_log = structlog.get_logger("befit.timers")


class Timers:
    """Appends what is due. A timer that is appended twice, after a crash in between, counts once: its message id is the same."""

    def __init__(
        self, store: ProfileStore, ingest: Callable[[Sequence[Event]], Awaitable[None]], clock: Callable[[], int]
    ) -> None:
        self.store = store
        self.ingest = ingest
        self.clock = clock
        self._appended: set[Timer] = set()  # in the log, but not folded yet, so still in the store

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                await self.tick()
            except Unavailable as error:
                _log.warning("timers wait", reason=str(error))
            await asyncio.sleep(TICK_SECONDS)

    async def tick(self) -> int:
        """Append the timers that are due now; how many."""
        due = await self.store.due(self.clock(), BATCH + len(self._appended))
        fresh = [timer for timer in due if timer not in self._appended]
        self._appended.intersection_update(due)
        if fresh:
            await self.ingest([timer_event(timer.profile_id, timer.name, timer.due) for timer in fresh])
            self._appended.update(fresh)
        return len(fresh)
