"""Impressions: how often a module was really seen in a slot, for frequency caps and cool-downs."""

from __future__ import annotations

from befit.engine.deciding.caps import DAY_MS
from befit.engine.limits import SHOWN
from befit.model import Event, Profile, Session, Shown


def count_impression(profile: Profile, event: Event, session: Session, changed: set[str]) -> None:
    """Count one `Impression` event. One without slot and module counts nothing."""
    slot, module = event.properties.get("slot"), event.properties.get("module")
    if not isinstance(slot, str) or not isinstance(module, str):
        return
    key = f"{slot}/{module}"
    shown = profile.shown.setdefault(key, Shown())
    shown.total += 1
    shown.last = max(shown.last, event.timestamp)
    if shown.session != session.id:
        shown.session, shown.in_session = session.id, 0
    shown.in_session += 1
    day = event.timestamp // DAY_MS
    if day > shown.day:
        shown.day, shown.in_day = day, 0
    if day == shown.day:
        shown.in_day += 1
    if len(profile.shown) > SHOWN:
        del profile.shown[min(profile.shown, key=lambda name: (profile.shown[name].last, name))]
    changed.add(f"shown.{slot}")
