"""Signals: which kind keeps each signal of a release, in the window that it names (`befit.engine.kinds`)."""

from __future__ import annotations

from typing import Final

from befit.cel import Duration, Timestamp, UInt
from befit.engine.coercion import TIMES
from befit.engine.kinds.affinity import Affinity
from befit.engine.kinds.distinct import Distinct, RecentDistinct
from befit.engine.kinds.funnel import Funnel
from befit.engine.kinds.kind import MISSING, Kind
from befit.engine.kinds.moments import Recency, Scalar, Streak
from befit.engine.kinds.numbers import Extreme, Mean, Total
from befit.engine.kinds.sequence import ScopedSequence, Sequence
from befit.engine.kinds.top import RecentTop, Top
from befit.engine.kinds.windows import Rate, Scoped, Sliding, SlidingTotal, Tumbling
from befit.model import Signal

__all__ = ["FADING", "MISSING", "NUMBERS", "NUMERIC", "ORDERED", "SINGLE", "STATES", "kind_of"]

STATES: Final = 2
"""The version of the states' shapes. Raise it when a kind keeps something else: profiles then get new states from the log."""

NUMERIC: Final = frozenset({"sum", "min", "max", "mean"})
"""Kinds that take a number from each event."""

NUMBERS: Final[frozenset[type]] = frozenset({int, float, UInt, Timestamp, Duration})
"""Classes of the values that numeric kinds can use."""

SINGLE: Final[frozenset[type]] = frozenset({*NUMBERS, str, bool})
"""Classes of the values that the other kinds can use."""

ORDERED: Final = frozenset({"sequence", "absence", "funnel"})
"""Kinds that take from each event which of their steps it is."""

FADING: Final = frozenset({"affinity", "leader", "recency", "streak"})
"""Kinds that change by the mere passing of time, whatever their window."""


def kind_of(signal: Signal) -> Kind | None:
    """The kind that keeps this signal; None for those that need no state of their own (dwell, leader)."""
    inner = _sliding(signal) if signal.window == "sliding" else _lasting(signal)
    if inner is None:
        return None
    if signal.window == "tumbling":
        return Tumbling(inner, signal.each_ms)
    if signal.window in ("session", "page"):
        return ScopedSequence(inner) if isinstance(inner, Sequence) else Scoped(inner)
    return inner


def _lasting(signal: Signal) -> Kind | None:
    match signal.kind:
        case "count" | "sum":
            return Total(_zero(signal), signal.kind == "count")
        case "min" | "max":
            return Extreme(signal.kind == "min", float if signal.type == "double" else int, TIMES.get(signal.type))
        case "mean":
            return Mean()
        case "last" | "first":
            return Scalar(signal.kind == "last", TIMES.get(signal.type))
        case "distinct":
            return Distinct()
        case "top":
            return Top(signal.limit)
        case "affinity":
            return Affinity(signal.half_life_ms)
        case "recency":
            return Recency()
        case "streak":
            return Streak(signal.each_ms)
        case "sequence" | "absence":
            return Sequence(signal)
        case "funnel":
            return Funnel(signal)
    return None


def _sliding(signal: Signal) -> Kind | None:
    within = signal.within_ms
    match signal.kind:
        case "count" | "sum":
            return SlidingTotal(_zero(signal), signal.kind == "count", within)
        case "rate":
            return Rate(within, signal.per_ms)
        case "last":
            return Scalar(True, TIMES.get(signal.type), within)
        case "distinct":
            return RecentDistinct(within)
        case "top":
            return RecentTop(signal.limit, within)
    inner = _lasting(signal)
    return None if inner is None else Sliding(inner, within)


def _zero(signal: Signal) -> int | float:
    return 0 if signal.type == "int" else 0.0
