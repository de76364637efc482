"""Event log drivers, chosen by URL scheme: `open_log("embedded:/var/lib/befit", "events")`. A driver is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, cast
from urllib.parse import urlsplit

from befit.errors import SettingsError
from befit.log.base import EventLog, Record, partition_of

DRIVERS: Final = {
    "embedded": "befit.log.embedded:EmbeddedLog",
}

__all__ = ["DRIVERS", "EventLog", "Record", "open_log", "partition_of"]


def open_log(url: str, topic: str) -> EventLog:
    """A log driver for `url`, not connected yet. `topic` names the log: events and dead letters are two topics.

    Raises SettingsError for a scheme that no driver serves.
    """
    scheme = urlsplit(url).scheme
    if scheme not in DRIVERS:
        raise SettingsError(f"--log {url}: no driver for {scheme or url!r}; known: {', '.join(sorted(DRIVERS))}")
    module, _, name = DRIVERS[scheme].partition(":")
    driver = cast("Callable[[str, str], EventLog]", getattr(import_module(module), name))
    return driver(url, topic)
