"""Frequency caps, cool-downs, and how long a trigger shows its module."""

from __future__ import annotations

from typing import Final

from befit.model import Cap, Profile, Shown, Trigger

DAY_MS: Final = 86_400_000


def held_back(cap: Cap, key: str, profile: Profile, now: int) -> str:
    """Why the cap forbids another showing: `capped` or `cooling`; empty when it does not. Days are UTC days."""
    shown = profile.shown.get(key)
    if shown is None:
        return ""
    return "capped" if is_capped(cap, shown, profile, now) else "cooling" if is_cooling(cap, shown, now) else ""


def is_capped(cap: Cap, shown: Shown, profile: Profile, now: int) -> bool:
    """Whether it was seen as often as the cap allows, in this session, today, or ever."""
    session = profile.session.id if profile.session is not None else ""
    return bool(
        (cap.ever and shown.total >= cap.ever)
        or (cap.session and shown.session == session and shown.in_session >= cap.session)
        or (cap.day and shown.day == now // DAY_MS and shown.in_day >= cap.day)
    )


def is_cooling(cap: Cap, shown: Shown, now: int) -> bool:
    """Whether the cool-down since the last impression is not over."""
    return cap.cooldown_ms > 0 and now - shown.last < cap.cooldown_ms


def is_showing(trigger: Trigger, profile: Profile, now: int) -> bool:
    """Whether a trigger that fired still shows its module: until its time is over, or while its page or session lasts."""
    activation = profile.triggers.get(trigger.name)
    if activation is None or not activation.fired:
        return False
    if trigger.lasting:
        session = profile.session
        if session is None:
            return False
        scope = session.id if trigger.lasting == "session" else session.pages[-1].view_id if session.pages else ""
        return activation.scope == scope
    return activation.until > now
