"""A profile as others may read it: browsers what the site marks public, the admin API and the command line everything."""

from __future__ import annotations

from typing import Any

from befit.cel import to_json
from befit.engine import Program
from befit.engine.signals import MISSING
from befit.model import Profile


def public_view(profile: Profile, program: Program, now: int) -> dict[str, Any]:
    """{"signals": {name: value}, "tags": [...], "traits": {…}}: what the site lets browsers read."""
    return _view(profile, program, now, program.release.site.public)


def full_view(profile: Profile, program: Program, now: int) -> dict[str, Any]:
    """All of it: the object of `befit profile show --json` and of `GET /admin/v1/profiles/{id}`. Times in milliseconds."""
    session = profile.session
    return {
        "id": profile.id[2:],
        "ids": list(dict.fromkeys(name[2:] for name in profile.ids)),
        "known": profile.id.startswith("u:"),
        **_view(profile, program, now, ("*",)),
        "tagged": {
            name: {"since": tag.since, "expires": tag.expires, "source": tag.source}
            for name, tag in profile.tags.items()
        },
        "consent": profile.consent,
        "version": profile.version,
        "firstSeen": profile.first_seen,
        "lastSeen": profile.last_seen,
        "sessions": profile.sessions,
        "session": None if session is None else to_json_session(profile),
        "timers": profile.timers,
        "shown": {name: shown.total for name, shown in profile.shown.items()},
        "context": profile.context,
    }


def to_json_session(profile: Profile) -> dict[str, Any]:
    """The current or last session of a profile that has one."""
    session = profile.session
    if session is None:
        return {}
    return {
        "id": session.id,
        "started": session.started,
        "lastSeen": session.last_seen,
        "events": session.events,
        "pageViews": session.page_views,
        "dwellMs": session.dwell_ms,
        "landing": to_json(session.landing),
        "page": to_json(session.pages[-1].attributes) if session.pages else {},
        "pageDwellMs": session.pages[-1].dwell_ms if session.pages else 0,
        "scroll": session.pages[-1].scroll if session.pages else 0,
        "searches": session.searches,
    }


def _view(profile: Profile, program: Program, now: int, public: tuple[str, ...]) -> dict[str, Any]:
    everything = "*" in public
    signals = {}
    for name, signal in program.signals.items():
        if signal.signal.hidden:
            continue
        if everything or f"signals.{name}" in public or signal.signal.public:
            value = program.read_signal(name, profile, now)
            if value is not MISSING:
                signals[name] = to_json(value)
    public_tags = {rule.tag for rule in program.release.tags if rule.public or f"tags.{rule.tag}" in public}
    tags = [
        name
        for name, tag in profile.tags.items()
        if (not tag.expires or tag.expires > now) and (everything or name in public_tags)
    ]
    traits = {name: value for name, value in profile.traits.items() if everything or f"traits.{name}" in public}
    return {"signals": signals, "tags": tags, "traits": to_json(traits)}
