"""One identity across devices: which profile an event belongs to, and how two profiles become one.

Anonymous ids are prefixed `a:`, user ids `u:`. A profile is named after its user id once it has one (the smallest, if
an alias joined several), so that all devices converge on the same name whatever the order. An anonymous id belongs to
the user it was last seen with; it never joins two known users: only `alias` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from befit.engine.assignment import earliest, unit_of
from befit.engine.limits import IDS
from befit.engine.program import Program, scope_of
from befit.model import Activation, Event, EventHead, Profile, Session, Shown, Tag


class Route(NamedTuple):
    """Where an event goes: the profile it is folded into, those merged into it first, and ids that lead there from now on."""

    profile_id: str
    absorb: tuple[str, ...]
    link: tuple[str, ...]


def ids_of(event: Event | EventHead) -> list[str]:
    """All ids that an event names, prefixed."""
    ids = []
    if event.anonymous_id:
        ids.append(f"a:{event.anonymous_id}")
    if event.user_id:
        ids.append(f"u:{event.user_id}")
    if event.previous_id:
        ids += [f"u:{event.previous_id}", f"a:{event.previous_id}"]
    return ids


def route(event: Event, lead: Callable[[str], str]) -> Route:
    """Where the event goes. `lead` says what an id leads to now: the id itself, when nothing links it further."""
    anonymous = f"a:{event.anonymous_id}" if event.anonymous_id else ""
    if not event.user_id:
        return Route(lead(anonymous), (), ())
    user = f"u:{event.user_id}"
    target = lead(user)
    absorb: list[str] = []
    link: list[str] = []
    if event.previous_id:
        previous = [f"u:{event.previous_id}", f"a:{event.previous_id}"]
        leads = [lead(name) for name in previous]
        first = min(target, *(name for name in leads if name.startswith("u:")))
        absorb = [name for name in (*leads, target) if name != first]
        target = first
        link += previous
    if anonymous:
        lead_now = lead(anonymous)
        if lead_now != target:
            link.append(anonymous)
            if lead_now.startswith("a:"):
                absorb.append(lead_now)
    return Route(target, tuple(dict.fromkeys(absorb)), tuple(link))


def merge(one: Profile, other: Profile, program: Program, profile_id: str) -> Profile:
    """One profile out of two, named `profile_id`. Commutative and associative; changes neither of them.

    Counters add, sets unite, the last writer wins by event time for scalars, the newer session goes on.
    """
    newer = max(one, other, key=_recency)
    unit = unit_of(earliest(one, other))
    session = _newer_session(one.session, other.session)
    signals = merge_signals(one.signals, other.signals, program, session)
    times = {
        name: max(one.trait_times.get(name, 0), other.trait_times.get(name, 0))
        for name in sorted({*one.trait_times, *other.trait_times})
    }
    return Profile(
        id=profile_id,
        ids=sorted({*one.ids, *other.ids})[:IDS],
        version=one.version + other.version,
        first_seen=min(filter(None, (one.first_seen, other.first_seen)), default=0),
        last_seen=max(one.last_seen, other.last_seen),
        traits=_merge_traits(one, other),
        trait_times=times,
        consent={
            name: one.consent.get(name, True) and other.consent.get(name, True)
            for name in sorted({*one.consent, *other.consent})
        },
        signals=signals,
        tags=_unite(one.tags, other.tags, _merge_tag),
        triggers=_unite(one.triggers, other.triggers, _merge_activation),
        timers=_merge_timers(one, other, signals, program),
        shown=_unite(one.shown, other.shown, _merge_shown),
        sessions=one.sessions + other.sessions,
        session=session,
        context=dict(newer.context),
        unit="" if unit == profile_id else unit,
        backfill=max(one.backfill, other.backfill),
    )


def merge_signals(
    one: dict[str, Any], other: dict[str, Any], program: Program, session: Session | None
) -> dict[str, Any]:
    """Signal by signal, as its kind says; a signal that the release does not know any more is dropped.

    Of what counts within a session or page view only that of `session`, which goes on, is kept.
    """
    merged = {}
    for name in sorted({*one, *other}):
        signal = program.signals.get(name)
        if signal is None or signal.kind is None:
            continue
        states = [states[name] for states in (one, other) if name in states]
        if signal.scope:
            current = None if session is None else scope_of(session, signal.scope)[0]
            states = [state for state in states if state[0] == current]
        if states:
            merged[name] = states[0] if len(states) == 1 else signal.kind.merge(states[0], states[1])
    return merged


def _unite(one: dict[str, Any], other: dict[str, Any], join: Any) -> dict[str, Any]:
    united = {}
    for name in sorted({*one, *other}):
        values = [values[name] for values in (one, other) if name in values]
        united[name] = values[0] if len(values) == 1 else join(values[0], values[1])
    return united


def _merge_timers(one: Profile, other: Profile, signals: dict[str, Any], program: Program) -> dict[str, int]:
    """The later of both; of sequences, what the merged state waits for."""
    timers = _unite(one.timers, other.timers, max)
    for signal in program.signals.values():
        if signal.sequence is None:
            continue
        name = f"signal:{signal.name}"
        due = signal.sequence.due(signals[signal.name]) if signal.name in signals else 0
        if due:
            timers[name] = due
        else:
            timers.pop(name, None)
    return dict(sorted(timers.items()))


def _merge_traits(one: Profile, other: Profile) -> dict[str, Any]:
    merged = {}
    for name in sorted({*one.trait_times, *other.trait_times}):
        winner = max(one, other, key=lambda profile: (profile.trait_times.get(name, 0), repr(profile.traits.get(name))))
        if name in winner.traits:
            merged[name] = winner.traits[name]
    return merged


def _merge_tag(one: Tag, other: Tag) -> Tag:
    expires = 0 if 0 in (one.expires, other.expires) else max(one.expires, other.expires)
    return Tag(since=min(one.since, other.since), expires=expires, source=min(one.source, other.source))


def _merge_activation(one: Activation, other: Activation) -> Activation:
    newer = max(one, other, key=lambda a: (a.fired, a.until, a.scope, a.session, a.in_session))
    day = max(one.day, other.day)
    return Activation(
        held=one.held or other.held,
        fired=newer.fired,
        until=max(one.until, other.until),
        scope=newer.scope,
        session=newer.session,
        in_session=newer.in_session,
        day=day,
        in_day=sum(activation.in_day for activation in (one, other) if activation.day == day),
        total=one.total + other.total,
        settled=max(one.settled, other.settled),
    )


def _merge_shown(one: Shown, other: Shown) -> Shown:
    newer = max(one, other, key=lambda shown: (shown.last, shown.session, shown.in_session))
    day = max(one.day, other.day)
    return Shown(
        total=one.total + other.total,
        last=newer.last,
        session=newer.session,
        in_session=newer.in_session,
        day=day,
        in_day=sum(shown.in_day for shown in (one, other) if shown.day == day),
    )


def _newer_session(one: Session | None, other: Session | None) -> Session | None:
    sessions = [session for session in (one, other) if session is not None]
    return max(sessions, key=lambda session: (session.last_seen, session.started, session.id), default=None)


def _recency(profile: Profile) -> tuple[int, int, str]:
    return (profile.last_seen, profile.version, profile.id)
