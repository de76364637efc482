"""Visitors: profiles in memory, and the one way in which an event finds its profile, joins profiles and is folded.

The worker's batches, scenario tests, backtests, explanations and backfills all take events through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from befit.engine.effects import Effects
from befit.engine.fold import fold
from befit.engine.identity import Route, ids_of, merge, route
from befit.engine.reacting.own_events import OWN, timer_event
from befit.engine.reacting.timers import elapse
from befit.engine.traffic import Traffic
from befit.model import Event, Profile


class Taken(NamedTuple):
    """What one event did. `ended` holds the profiles merged away, and the one they went into as it was; `led` the ids that lead to it now."""

    profile: Profile
    effects: Effects
    ended: Sequence[Profile] = ()
    led: Sequence[str] = ()


class Visitors:
    """Profiles by id, and id -> where it leads next. Both mappings are the caller's and are changed in place."""

    __slots__ = ("links", "profiles")

    def __init__(self, profiles: dict[str, Profile], links: dict[str, str]) -> None:
        self.profiles = profiles
        self.links = links

    def lead(self, name: str) -> str:
        """The id of the profile that this id leads to; the id itself when nothing links it further."""
        links = self.links
        while (target := links.get(name, name)) != name:
            name = target
        return name

    def take(self, event: Event, traffic: Traffic) -> Taken | None:
        """Fold one event into the profile it belongs to; None for a timer, or a tag set by hand, of a profile that is not there."""
        destination = route(event, self.lead)
        profile = self.profiles.get(destination.profile_id)
        if profile is None:
            if event.type in OWN:
                return None
            profile = Profile(id=destination.profile_id, ids=[destination.profile_id])
            profile.backfill = traffic.program_of(profile).backfill
            self.profiles[profile.id] = profile
        if not destination.absorb and not destination.link:
            return Taken(profile, fold(profile, event, traffic.program_of(profile)))
        profile, ended, led = self._join(profile, destination, traffic)
        effects = fold(profile, event, traffic.program_of(profile), bool(destination.absorb))
        return Taken(profile, effects, ended, led)

    def _join(self, profile: Profile, destination: Route, traffic: Traffic) -> tuple[Profile, list[Profile], list[str]]:
        """Merge the profiles that the event joins into one, and lead all their ids there."""
        target = profile.id
        ended: list[Profile] = []
        led: list[str] = []
        for source_id in destination.absorb:
            source = self.profiles.pop(source_id, None)
            led.append(source_id)
            if source is not None:
                ended += (source, profile)
                led += source.ids
                traffic.reconcile(source, profile)
                profile = merge(profile, source, traffic.program_of(profile), target)
        for name in destination.link:
            led.append(name)
            if name not in profile.ids:
                profile.ids.append(name)
        for name in led:
            if name != target:
                self.links[name] = target
            else:
                self.links.pop(name, None)
        self.profiles[target] = profile
        return profile, ended, led


class ElapsingVisitors(Visitors):
    """Visitors whose timers come due by the times of their own events: for history in whose log these timers never were."""

    def take(self, event: Event, traffic: Traffic) -> Taken | None:
        """Let the time of the profiles that the event names come to it, and fold it."""
        now = event.timestamp if event.historical else event.received_at
        for name in ids_of(event):
            profile = self.profiles.get(self.lead(name))
            if profile is not None:
                self.elapse(profile, now, traffic)
        return super().take(event, traffic)

    @staticmethod
    def elapse(profile: Profile, now: int, traffic: Traffic) -> None:
        """Let the time come to `now`: the profile's timers that are due until then fire, earliest first."""
        while profile.timers:
            due, name = min((due, name) for name, due in profile.timers.items())
            if due > now:
                return
            elapse(profile, timer_event(profile.id, name, due), traffic.program_of(profile), Effects())
