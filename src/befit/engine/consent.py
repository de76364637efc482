"""Consent first: what names a purpose is computed and kept only for visitors who granted it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from befit.model import Event, Profile

if TYPE_CHECKING:
    from befit.engine.program import Program


def allowed(purpose: str, profile: Profile) -> bool:
    """Whether something with this purpose may be computed for the visitor; without a purpose it always may."""
    return not purpose or profile.consent.get(purpose, False)


def take_consent(profile: Profile, event: Event, program: Program, changed: set[str]) -> None:
    """Read Segment's `context.consent.categoryPreferences` and Global Privacy Control; forget what lost its consent.

    With Global Privacy Control (`context.gpc`) a purpose counts as refused unless the same event grants it explicitly.
    """
    purposes = program.release.site.purposes
    if not purposes or not event.context:
        return
    given = preferences(event)
    if event.context.get("gpc") is True:
        given = {purpose: given.get(purpose, False) for purpose in purposes}
    for purpose, granted in given.items():
        if purpose not in purposes or profile.consent.get(purpose) == granted:
            continue
        profile.consent[purpose] = granted
        changed.add("profile")
        if not granted:
            forget(profile, purpose, program, changed)


def preferences(event: Event) -> dict[str, bool]:
    """Purpose -> granted, as far as the event says so in the right form."""
    consent: Any = event.context.get("consent")
    given = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    return {k: v for k, v in given.items() if isinstance(v, bool)} if isinstance(given, dict) else {}


def forget(profile: Profile, purpose: str, program: Program, changed: set[str]) -> None:
    """Drop the signals and tags that were kept for this purpose, and what its triggers did and remember."""
    for signal in program.signals.values():
        if signal.signal.purpose == purpose and profile.signals.pop(signal.name, None) is not None:
            changed.add(signal.changes)
    for rule in program.release.tags:
        if rule.purpose == purpose and profile.tags.pop(rule.tag, None) is not None:
            changed.add("tags")
    for trigger in program.release.triggers:
        if trigger.purpose != purpose:
            continue
        if profile.triggers.pop(trigger.name, None) is not None:
            changed.update(f"triggers.{slot}" for slot in trigger.show)
        tag = profile.tags.get(trigger.tag)
        if tag is not None and tag.source == f"trigger {trigger.name}":
            del profile.tags[trigger.tag]
            changed.add("tags")
