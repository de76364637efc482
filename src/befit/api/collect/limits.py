"""Limits of collect, Segment's where it states one. Sizes are bytes of JSON, decompressed."""

from __future__ import annotations

from typing import Final

MAX_EVENT: Final = 32 * 1024
"""One event, alone or in a batch."""

MAX_BATCH: Final = 500 * 1024
"""The body of a batch, and of a decide request with its inline events."""

MAX_EVENTS: Final = 5_000
"""Events in one batch: more than fit usefully into 500 kB."""

MAX_ID: Final = 200
"""Characters of an id (anonymousId, userId, messageId, groupId, previousId)."""

MAX_NAME: Final = 200
"""Characters of an event's or a page's name."""

MAX_DEPTH: Final = 10
"""Levels of lists and objects within one value of properties, traits or context."""

MAX_SLOTS: Final = 200
"""Slots in one decide request or subscription."""
