"""The heart of befit, pure: `fold` brings a profile up to date with an event, `decide` says what each slot shows.

Nothing in this package does I/O, reads a clock or rolls a die: the same inputs give the same outputs, so that
replaying the log gives the same profiles bit for bit.
"""

from befit.engine.deciding.decide import decide
from befit.engine.effects import Effects
from befit.engine.fold import fold
from befit.engine.identity import Route, ids_of, merge, route
from befit.engine.program import Program
from befit.engine.reacting.calls import Call
from befit.engine.reacting.own_events import tag_event, timer_event
from befit.engine.traffic import Traffic
from befit.engine.visitors import ElapsingVisitors, Taken, Visitors

__all__ = [
    "Call",
    "Effects",
    "ElapsingVisitors",
    "Program",
    "Route",
    "Taken",
    "Traffic",
    "Visitors",
    "decide",
    "fold",
    "ids_of",
    "merge",
    "route",
    "tag_event",
    "timer_event",
]
