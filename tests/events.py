"""Events for tests, one line each. `at` counts seconds from `START`."""

from __future__ import annotations

from itertools import count
from typing import Any

from befit.engine import Effects, Program, fold, timer_event
from befit.model import IMPRESSION, PAGE_PING, Event, EventType, Profile

START = 1_790_000_000_000
_numbers = count(1)


def ms(at: float) -> int:
    """Seconds from START as milliseconds since the epoch."""
    return START + int(at * 1000)


def event(type_: EventType, name: str, at: float = 0, **fields: Any) -> Event:
    """An event by visitor `ada`, received when it happened."""
    fields.setdefault("message_id", f"m{next(_numbers)}")
    fields.setdefault("anonymous_id", "ada")
    fields.setdefault("received_at", ms(at))
    return Event(type=type_, name=name, timestamp=ms(at), **fields)


def track(name: str, at: float = 0, **properties: Any) -> Event:
    """A track call."""
    return event("track", name, at, properties=properties)


def page(path: str, at: float = 0, view: str = "", **properties: Any) -> Event:
    """A page call."""
    context = {"page": {"path": path}, **({"viewId": view} if view else {})}
    return event("page", "page", at, properties=properties, context=context)


def ping(at: float, seconds: float, view: str = "", scroll: int = 0) -> Event:
    """A page ping: so many seconds of visible time."""
    context = {"viewId": view} if view else {}
    return event("track", PAGE_PING, at, properties={"visible_ms": seconds * 1000, "scroll": scroll}, context=context)


def impression(slot: str, module: str, at: float = 0) -> Event:
    """A module was seen."""
    return event("track", IMPRESSION, at, properties={"slot": slot, "module": module})


def new_profile() -> Profile:
    """Nothing is known yet."""
    return Profile(id="a:ada", ids=["a:ada"])


class Visitor:
    """A profile and its program; timers come back as events when `wait` reaches their time."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.profile = new_profile()
        self.emitted: list[Event] = []

    def does(self, *events: Event) -> Effects:
        """Fold the events; the effects of the last one."""
        effects = Effects()
        for happened in events:
            effects = fold(self.profile, happened, self.program)
            self.emitted += effects.emit
        return effects

    def wait(self, at: float) -> None:
        """Let time pass: every timer due until then comes back from the log, in order."""
        while self.profile.timers:
            name, due = min(self.profile.timers.items(), key=lambda item: (item[1], item[0]))
            if due > ms(at):
                return
            self.does(timer_event(self.profile.id, name, due))

    def signal(self, name: str, at: float) -> Any:
        """The value of a signal."""
        return self.program.read_signal(name, self.profile, ms(at))

    @property
    def tags(self) -> list[str]:
        """The tags that are set."""
        return list(self.profile.tags)
