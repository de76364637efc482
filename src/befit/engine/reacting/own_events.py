"""The events that befit itself appends to the log: due timers, tags set by hand, and what triggers emit.

No client can send one of the types in `OWN`. They are addressed to the profile by its own name, and are no activity of the
visitor's: they begin no session and leave `last_seen` as it is.
"""

from __future__ import annotations

from typing import Final

from befit.model import Event, Profile, Trigger

OWN: Final = frozenset({"timer", "tag"})


def address(profile_id: str) -> tuple[str, str]:
    """Anonymous id and user id of an event that goes to the profile of this name; one of them is empty."""
    return ("", profile_id[2:]) if profile_id.startswith("u:") else (profile_id[2:], "")


def timer_event(profile_id: str, name: str, due: int) -> Event:
    """The event of a due timer. Its message id is the same however often it is made, so that it counts once."""
    anonymous_id, user_id = address(profile_id)
    return Event(
        type="timer",
        name=name,
        message_id=f"timer:{profile_id}:{name}:{due}",
        anonymous_id=anonymous_id,
        user_id=user_id,
        timestamp=due,
        received_at=due,
    )


def tag_event(profile_id: str, tag: str, *, given: bool, ttl_ms: int, by: str, now: int, message_id: str) -> Event:
    """A tag set (`given`) or removed by hand at `now`, by whom; `ttl_ms` 0 means as long as its rule says, else for good."""
    anonymous_id, user_id = address(profile_id)
    return Event(
        type="tag",
        name=tag,
        message_id=message_id,
        anonymous_id=anonymous_id,
        user_id=user_id,
        timestamp=now,
        received_at=now,
        properties={"set": given, "ttl_ms": ttl_ms, "by": by},
    )


def emitted(profile: Profile, event: Event, trigger: Trigger, now: int) -> Event:
    """The event that a trigger emits. Its message id follows from what set it off, so that it counts once."""
    anonymous_id, user_id = address(profile.id)
    return Event(
        type="track",
        name=trigger.emit,
        message_id=f"{event.message_id}:{trigger.name}",
        anonymous_id=anonymous_id,
        user_id=user_id,
        timestamp=now,
        received_at=max(now, event.received_at),
        properties={"trigger": trigger.name},
    )
