"""Tags: set, renewed and removed, by rules, by triggers and by hand."""

from __future__ import annotations

from befit.engine.consent import allowed
from befit.engine.effects import Effects
from befit.engine.limits import TAGS
from befit.engine.program import Program
from befit.model import Event, Profile, Tag


def set_tag(profile: Profile, tag: str, ttl_ms: int, source: str, time: int, effects: Effects) -> None:
    """Set a tag, or renew it. Its expiry is a timer."""
    expires = time + ttl_ms if ttl_ms else 0
    before = profile.tags.get(tag)
    if before is not None and 0 < before.expires <= time:
        before = None  # it is over, and its timer is on the way
    if before is not None and (before.expires == 0 or 0 < expires <= before.expires):
        return
    profile.tags[tag] = Tag(since=time if before is None else before.since, expires=expires, source=source)
    effects.set_timer(profile, f"tag:{tag}", expires)
    if before is None:
        effects.changed.add("tags")
        effects.again.add("tags")
    if len(profile.tags) > TAGS:
        oldest = min(profile.tags, key=lambda name: (profile.tags[name].since, name))
        remove_tag(profile, oldest, effects)


def remove_tag(profile: Profile, tag: str, effects: Effects) -> None:
    """Remove a tag and its timer; one that is not there is fine."""
    if profile.tags.pop(tag, None) is not None:
        effects.set_timer(profile, f"tag:{tag}", 0)
        effects.changed.add("tags")
        effects.again.add("tags")


def tag_by_hand(profile: Profile, event: Event, program: Program, effects: Effects) -> None:
    """Fold a tag event. The purpose of a tag binds people, too."""
    tag, how = event.name, event.properties
    if not how["set"]:
        remove_tag(profile, tag, effects)
        return
    rule = program.tags.get(tag)
    if rule is not None and not allowed(rule.rule.purpose, profile):
        effects.spoiled.append(f"tags.{tag}: the visitor has not consented to {rule.rule.purpose}")
        return
    by = how["by"]
    ttl_ms = how["ttl_ms"] or (rule.rule.ttl_ms if rule is not None else 0)
    set_tag(profile, tag, ttl_ms, f"manual: {by}" if by else "manual", event.timestamp, effects)
