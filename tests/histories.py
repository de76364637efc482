"""Histories for property tests of signal kinds: events in the order of their arrival, kept on several devices that merge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from befit.engine.kinds.kind import Kind

DEVICES = 3
times = st.one_of(st.integers(0, 5_000), st.integers(0, 50).map(lambda tenth: tenth * 100))
"""In milliseconds; many fall together."""


class Happened(NamedTuple):
    """An event, and the device that it arrived from."""

    time: int
    value: Any
    device: int = 0


class Merging(NamedTuple):
    """At this point of a history one device's state is merged into another's."""

    source: int
    target: int


Arrival = Happened | Merging


def histories(values: st.SearchStrategy[Any], most: int = 50) -> st.SearchStrategy[list[Arrival]]:
    """Events in any order of time on three devices, which merge now and then; at least one event."""
    devices = st.integers(0, DEVICES - 1)
    happened = st.builds(Happened, times, values, devices)
    merging = st.builds(Merging, devices, devices)
    arrivals = st.lists(st.one_of(happened, happened, happened, merging), min_size=1, max_size=most)
    return arrivals.filter(lambda arrived: any(isinstance(each, Happened) for each in arrived))


def events(history: Sequence[Arrival]) -> list[Happened]:
    """The events of a history, in the order of their arrival."""
    return [each for each in history if isinstance(each, Happened)]


def state_of(kind: Kind, history: Sequence[Arrival]) -> Any:
    """The state of a visitor after all that arrived, once all devices are merged."""
    states: list[Any] = [None] * DEVICES
    for each in history:
        if isinstance(each, Happened):
            states[each.device] = kind.update(states[each.device], each.time, each.value)
        elif each.source != each.target:
            states[each.target] = merged(kind, [states[each.source], states[each.target]])
            states[each.source] = None
    return merged(kind, states)


def merged(kind: Kind, states: Sequence[Any]) -> Any:
    """The states merged from left to right; None stands for a device without events."""
    known = [state for state in states if state is not None]
    whole = known[0] if known else None
    for state in known[1:]:
        whole = kind.merge(whole, state)
    return whole
