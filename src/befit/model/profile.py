"""Profile and Session: all that is known of one visitor. Plain data; `befit.engine` gives it meaning.

Every collection here has a stated limit and an eviction rule (`befit.engine.limits`), so that a profile stays
under its size cap whatever a visitor does. Times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Page(msgspec.Struct, array_like=True):
    """One page view of a session. `attributes` is what conditions see as `page`: path, url, title, referrer, and the page call's properties."""

    view_id: str
    attributes: dict[str, Any]
    started: int
    last_seen: int
    dwell_ms: int = 0
    scroll: int = 0


class Session(msgspec.Struct, array_like=True):
    """A visit: ends after 30 minutes without activity (configurable). `pages` holds the last few page views, current one last."""

    id: str
    started: int
    last_seen: int
    events: int = 0
    page_views: int = 0
    dwell_ms: int = 0
    landing: dict[str, Any] = {}
    pages: list[Page] = []
    searches: list[str] = []


class Tag(msgspec.Struct, array_like=True):
    """A label on a profile. `expires` 0 means never; `source` names the rule that set it."""

    since: int
    expires: int
    source: str


class Activation(msgspec.Struct, array_like=True):
    """What a trigger remembers.

    `held` whether its condition held last time; `fired` when it last fired; `until` how long it shows its module, or
    `scope`, the session or page view while which it shows it; `session` and `in_session` how often it fired there, `day`
    (UTC, days since the epoch) and `in_day` how often that day, `total` how often ever. With a delay, `settled` is the time up
    to which events are dealt with: that of the newest one that it acted on, or that cancelled it.
    """

    held: bool = False
    fired: int = 0
    until: int = 0
    scope: str = ""
    session: str = ""
    in_session: int = 0
    day: int = 0
    in_day: int = 0
    total: int = 0
    settled: int = 0


class Shown(msgspec.Struct, array_like=True):
    """Impressions of one rule's module, for frequency caps and cool-downs."""

    total: int = 0
    last: int = 0
    session: str = ""
    in_session: int = 0
    day: int = 0
    in_day: int = 0


class Profile(msgspec.Struct, array_like=True):
    """One visitor, whatever the device. `id` is `u:USER` once known, before that `a:ANONYMOUS`.

    ids          every id that leads here, prefixed the same way
    version      counts the events folded into it
    traits       name -> value, last writer wins by event time (`trait_times`)
    consent      purpose -> granted
    signals      name -> state; the shape belongs to the signal's kind (`befit.engine.signals`)
    timers       name -> due time; the store keeps the same by due time
    shown        rule id -> impressions
    context      device, locale, timezone, referrer, campaign… of the last event
    unit         the id under which the visitor is assigned to releases and variants when it is not `id`: the earliest one
    backfill     the newest backfill whose signals this profile has (`befit.node.past.backfill`)
    """

    id: str
    ids: list[str] = []
    version: int = 0
    first_seen: int = 0
    last_seen: int = 0
    traits: dict[str, Any] = {}
    trait_times: dict[str, int] = {}
    consent: dict[str, bool] = {}
    signals: dict[str, Any] = {}
    tags: dict[str, Tag] = {}
    triggers: dict[str, Activation] = {}
    timers: dict[str, int] = {}
    shown: dict[str, Shown] = {}
    sessions: int = 0
    session: Session | None = None
    context: dict[str, Any] = {}
    unit: str = ""
    backfill: str = ""
