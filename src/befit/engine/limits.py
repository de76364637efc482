"""How large things may grow. Every collection in a profile has its limit and its eviction rule here, and nowhere else."""

from __future__ import annotations

from typing import Final

PROFILE_BYTES: Final = 32 * 1024
"""Bytes of an encoded profile. Over it, signals, traits, context and page attributes go, largest first; each is counted."""

WINDOW_ENTRIES: Final = 192
"""Moments that a sliding window tells apart. Over it, the older ones are joined into buckets of 1/64 of the window."""

WINDOW_EXACT: Final = 64
"""The newest moments of a sliding window that stay exact when older ones are joined."""

DISTINCT_VALUES: Final = 256
"""Values up to which `distinct` is exact. Over it, it is an estimate, or stays there in a sliding window."""

TOP_KEYS: Final = 64
"""Keys that a `top` signal counts; over it, the least frequent one makes room."""

TOP_EVENTS: Final = 128
"""The newest events in a sliding window that `top` counts."""

AFFINITY_KEYS: Final = 64
"""Keys of an affinity; the lowest score goes first."""

STREAK_RUNS: Final = 16
"""Runs of periods that a `streak` remembers, so that late events can close the gaps between them; the oldest goes first."""

STEP_EVENTS: Final = 32
"""The newest events of a sequence or funnel that it remembers one by one, to take late ones in order; older ones are summed up."""

TRAITS: Final = 100
"""Traits of a profile; the one written longest ago goes first."""

TAGS: Final = 200
"""Tags of a profile; the one set longest ago goes first."""

SHOWN: Final = 128
"""Slot and module pairs whose impressions are counted; the one seen longest ago goes first."""

PAGES: Final = 8
"""Page views of a session that keep their dwell time; the one seen longest ago goes first."""

SEARCHES: Final = 10
"""Search terms of a session; the oldest goes first."""

IDS: Final = 50
"""Ids that lead to one profile; beyond it further anonymous ids are linked but no longer listed."""

KEY_BYTES: Final = 100
"""Bytes of a value used as a key, of an affinity or a `top`; the rest is cut off."""

VALUE_BYTES: Final = 1_000
"""Bytes of a text that `last` or `first` keeps; the rest is cut off."""

ROUNDS: Final = 8
"""Rounds in which tags and triggers may set each other off within one event."""
