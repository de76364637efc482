"""Profile store drivers, chosen by URL scheme: `open_store("embedded:/var/lib/befit")`. A driver is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, cast
from urllib.parse import urlsplit

from befit.errors import SettingsError
from befit.store.base import Commit, ProfileStore, Timer

DRIVERS: Final = {
    "embedded": "befit.store.embedded:EmbeddedStore",
}

__all__ = ["DRIVERS", "Commit", "ProfileStore", "Timer", "open_store"]


def open_store(url: str) -> ProfileStore:
    """A store driver for `url`, not connected yet. Raises SettingsError for a scheme that no driver serves."""
    scheme = urlsplit(url).scheme
    if scheme not in DRIVERS:
        raise SettingsError(f"--store {url}: no driver for {scheme or url!r}; known: {', '.join(sorted(DRIVERS))}")
    module, _, name = DRIVERS[scheme].partition(":")
    driver = cast("Callable[[str], ProfileStore]", getattr(import_module(module), name))
    return driver(url)
