"""Metrics: what a running node counts, by Prometheus' names and rules. `GET /metrics` prints them.

One `inc` or `observe` takes about half a microsecond, so hot paths call them once a batch, with the number, never once
an event. Children of labelled metrics are looked up here, once.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_DISK_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

EVENTS_ACCEPTED: Final = Counter("befit_events_accepted", "Events acknowledged as durable.", registry=REGISTRY)
EVENTS_REJECTED: Final = Counter(
    "befit_events_rejected", "Events that could not be used, by kind of problem.", ["kind"], registry=REGISTRY
)
EVENTS_FOLDED: Final = Counter(
    "befit_events_folded", "Events folded into a profile, timers included.", registry=REGISTRY
)
EVENTS_DUPLICATE: Final = Counter(
    "befit_events_duplicate", "Events acknowledged but not folded: their messageId had been seen.", registry=REGISTRY
)
EVENTS_LATE: Final = Counter(
    "befit_events_late", "Events kept in the log but not folded: older than the allowed lateness.", registry=REGISTRY
)
VALUES_SPOILED: Final = Counter(
    "befit_values_spoiled",
    "Attributes and signal values that could not be used; the rest of their event was.",
    registry=REGISTRY,
)
DEAD_LETTERS: Final = Counter("befit_dead_letters", "Letters written to the dead-letter log.", registry=REGISTRY)
WEBHOOKS_SENT: Final = Counter(
    "befit_webhooks_sent", "Calls that their receiver took, by webhook.", ["webhook"], registry=REGISTRY
)
WEBHOOKS_FAILED: Final = Counter(
    "befit_webhooks_failed", "Attempts at a call that failed and are made again.", ["webhook"], registry=REGISTRY
)
WEBHOOKS_GIVEN_UP: Final = Counter(
    "befit_webhooks_given_up", "Calls that went to the dead letters.", ["webhook"], registry=REGISTRY
)
CONDITION_ERRORS: Final = Counter(
    "befit_condition_errors", "Conditions that erred while they ran, by rule.", ["rule"], registry=REGISTRY
)

DECISIONS: Final = Counter("befit_decisions", "Slots decided.", registry=REGISTRY)
DECISIONS_STALE: Final = Counter(
    "befit_decisions_stale", "Slots decided while the profile store was away.", registry=REGISTRY
)
DECISIONS_PUSHED: Final = Counter(
    "befit_decisions_pushed", "Changed decisions handed to an open connection.", registry=REGISTRY
)

STREAM_CONNECTIONS: Final = Gauge(
    "befit_stream_connections", "Open push connections, by transport.", ["transport"], registry=REGISTRY
)
SSE_CONNECTIONS: Final = STREAM_CONNECTIONS.labels("sse")
WEBSOCKET_CONNECTIONS: Final = STREAM_CONNECTIONS.labels("websocket")
POLL_CONNECTIONS: Final = STREAM_CONNECTIONS.labels("poll")
SLOW_CLIENTS_DROPPED: Final = Counter(
    "befit_slow_clients_dropped", "Push connections ended because their client did not keep up.", registry=REGISTRY
)

BACKFILL_REMAINING: Final = Gauge(
    "befit_backfill_remaining",
    "What a backfill of new signals has still to do: records of the log, then profiles.",
    registry=REGISTRY,
)
FOLD_LAG_RECORDS: Final = Gauge(
    "befit_fold_lag_records", "Durable records of the event log that are not folded yet.", registry=REGISTRY
)
APPEND_SECONDS: Final = Histogram(
    "befit_append_seconds",
    "Time until an append to the event log was durable.",
    buckets=_DISK_SECONDS,
    registry=REGISTRY,
)
COMMIT_SECONDS: Final = Histogram(
    "befit_commit_seconds", "Time of one commit to the profile store.", buckets=_DISK_SECONDS, registry=REGISTRY
)
FOLD_SECONDS: Final = Histogram(
    "befit_fold_seconds", "Time to load, fold and commit one batch.", buckets=_DISK_SECONDS, registry=REGISTRY
)
