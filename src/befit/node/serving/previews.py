"""Previews: a draft, seen by one browser before anybody else.

A link can be opened once; the browser that opens it gets a signed cookie, and whatever that browser asks for is decided by
the draft, from a profile that the draft itself folded out of the visitor's events. Nothing else takes part: no profile, no
other visitor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from secrets import token_urlsafe
from typing import Final

import jwt
import msgspec

from befit.engine import ElapsingVisitors, Traffic
from befit.errors import BefitError, NotFound
from befit.log import EventLog
from befit.model import Event, Profile
from befit.node.past.visitor_log import events_of
from befit.node.serving.programs import Programs

COOKIE: Final = "befit_preview"
PATH: Final = "/v1/preview/"
LASTS_MS: Final = 8 * 3_600_000
"""How long a browser sees the draft; and a link that nobody opened is good."""
LINKS: Final = 1_000
VISITORS: Final = 200
"""Links that wait, and visitors whose draft profiles are kept; the oldest go first."""

_PURPOSE: Final = "befit-preview"


class Link(msgspec.Struct, rename="camel"):
    """A link that one browser can open once. `path` is on this server; `expires` milliseconds since the epoch."""

    path: str
    release: str
    expires: int


class Previews:
    """The previews of one node."""

    def __init__(self, secret: str, programs: Programs, log: EventLog, clock: Callable[[], int]) -> None:
        self._secret = secret
        self._programs = programs
        self._log = log
        self._clock = clock
        self._links: dict[str, Link] = {}
        self._traffic: dict[str, Traffic] = {}
        self._visitors: dict[tuple[str, str], _Visitor] = {}

    async def offer(self, release: str) -> Link:
        """A link to a draft. Raises NotFound when there is no such release, SiteError when it cannot be used."""
        await self._load(release)
        token = token_urlsafe(16)
        link = Link(path=f"{PATH}{token}", release=release, expires=self._clock() + LASTS_MS)
        self._links[token] = link
        while len(self._links) > LINKS:
            del self._links[next(iter(self._links))]
        return link

    def open(self, token: str) -> str:
        """The cookie's value for the browser that opens the link, which nobody can open again. Raises NotFound."""
        link = self._links.pop(token, None)
        if link is None or link.expires < self._clock():
            raise NotFound("this preview was opened in another browser already, or is too old; make a new link")
        claims = {"sub": link.release, "aud": _PURPOSE, "exp": (self._clock() + LASTS_MS) // 1000}
        return jwt.encode(claims, self._secret, "HS256")

    async def admit(self, cookie: bytes) -> str:
        """The draft that a browser with this `Cookie` header sees; "" for none, or one that is over or not kept any more."""
        value = _value(cookie)
        try:
            claims = jwt.decode(value, self._secret, ["HS256"], audience=_PURPOSE, options={"require": ["exp", "sub"]})
            release = str(claims["sub"])
            await self._load(release)
        except (jwt.PyJWTError, BefitError):
            return ""
        return release

    def traffic(self, release: str) -> Traffic:
        """What decides for a browser that `admit` let in."""
        return self._traffic[release]

    async def profile(self, release: str, profile: Profile) -> Profile:
        """The visitor as the draft would know them: their events so far, folded by the draft."""
        key = (release, profile.id)
        visitor = self._visitors.pop(key, None) or _Visitor(self._log, self.traffic(release))
        self._visitors[key] = visitor  # newest last
        while len(self._visitors) > VISITORS:
            del self._visitors[next(iter(self._visitors))]
        return await visitor.catch_up(profile, self._clock())

    async def _load(self, release: str) -> None:
        if release not in self._traffic:
            self._traffic[release] = Traffic(await self._programs.get(release))


class _Visitor:
    """One visitor, folded by a draft as far as the log goes."""

    def __init__(self, log: EventLog, traffic: Traffic) -> None:
        self._log = log
        self._traffic = traffic
        self._turn = asyncio.Lock()
        self._begin(set())

    def _begin(self, names: set[str]) -> None:
        self._names = names
        self._visitors = ElapsingVisitors({}, {})
        self._seen: set[str] = set()
        self._next = [0] * self._log.partitions

    async def catch_up(self, profile: Profile, now: int) -> Profile:
        """Fold what is new. When the visitor turns out to be somebody else, too, everything is folded again."""
        async with self._turn:
            names = {profile.id, *profile.ids}
            if not names <= self._names:
                self._begin(names)
            for partition, offset in enumerate(self._next):
                async for found in events_of(self._log, partition, self._names, offset):
                    self._take(found.event)
                    self._next[partition] = found.offset + 1
            leads = [self._visitors.lead(name) for name in sorted(self._names)]
            known = self._visitors.profiles
            mine = next((known[lead] for lead in leads if lead in known), None)
            if mine is None:
                return Profile(id=profile.id, ids=list(profile.ids))
            self._visitors.elapse(mine, now, self._traffic)
            return mine

    def _take(self, event: Event) -> None:
        """One event, and what the draft's triggers emit because of it, which is in the log only if the live release emits it too."""
        waiting = [event]
        while waiting:
            event = waiting.pop(0)
            if event.message_id not in self._seen:
                self._seen.add(event.message_id)
                taken = self._visitors.take(event, self._traffic)
                waiting += taken.effects.emit if taken is not None else ()


def _value(cookie: bytes) -> str:
    for part in cookie.decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""
