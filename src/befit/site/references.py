"""What the parts of a site may refer to by name. A name that does not exist is reported where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from befit.model import Module, Signal
from befit.site.environment import is_known_event
from befit.site.expressions import Scopes
from befit.site.item import Item, did_you_mean

_TAG_ASKED: Final = re.compile(r"""(?<![+] )(["'])((?:(?!\1).)*)\1\s+in\s+tags\b""")


class Names:
    """The names of a site, filled in as its parts are read: each part comes after those that it refers to."""

    def __init__(self, scopes: Scopes, purposes: Collection[str]) -> None:
        self.scopes = scopes
        self.purposes = purposes
        self.collections: Mapping[str, list[dict[str, Any]]] = {}
        self.signals: dict[str, Signal] = {}
        self.tags: Collection[str] = ()
        self.modules: dict[str, Module] = {}
        self.slots: Collection[str] = ()
        self.webhooks: Collection[str] = ()

    def events(self, items: list[Item]) -> tuple[str, ...]:
        """The names of events; warns of those that the site's schema does not have."""
        for item in items:
            self.event(item)
        return tuple(dict.fromkeys(item.text() for item in items))

    def event(self, item: Item) -> str:
        """The name of an event; warns when the site's schema does not have it."""
        name = item.text()
        if name and not is_known_event(self.scopes.schema, name):
            hint = did_you_mean(name, self.scopes.schema.events) or "declare it under schema.events in site.yaml"
            item.warning(f"event `{name}` is not in the site's schema", hint)
        return name

    def module(self, item: Item | None) -> str:
        """The name of a module."""
        return _known(item, self.modules, "module", "modules/{}.yaml would define it")

    def slot(self, item: Item) -> str:
        """The name of a slot."""
        return _known(item, self.slots, "slot", "slots/{}.yaml would define it")

    def collection(self, item: Item | None) -> str:
        """The name of a collection."""
        return _known(item, self.collections, "collection", "collections/{}.yaml would define it")

    def affinity(self, item: Item | None) -> str:
        """The name of an affinity signal."""
        affinities = [name for name, signal in self.signals.items() if signal.kind == "affinity"]
        return _known(item, affinities, "affinity signal", "signals.yaml would define it")

    def sequence(self, item: Item | None) -> str:
        """The name of a signal that completes: a sequence or an absence."""
        sequences = [name for name, signal in self.signals.items() if signal.kind in ("sequence", "absence")]
        return _known(item, sequences, "sequence signal", "write its steps as a list, or define it in signals.yaml")

    def webhook(self, item: Item | None) -> str:
        """The name of a webhook."""
        return _known(item, self.webhooks, "webhook", "`webhooks` in site.yaml would define it")

    def purpose(self, item: Item | None) -> str:
        """The name of a purpose."""
        return _known(item, self.purposes, "purpose", "list it under `purposes` in site.yaml")

    def tag(self, item: Item | None) -> str:
        """The name of a tag."""
        return _known(item, self.tags, "tag", "no rule sets it")

    def check_tags(self, item: Item | None) -> None:
        """Warns of tags that the expressions in a text ask for and no rule ever sets."""
        for found in _TAG_ASKED.finditer(item.source or "" if item else ""):
            name = found[2]
            if item and name not in self.tags:
                item.warning(f"no rule sets the tag `{name}`", did_you_mean(name, self.tags), at=found.start(2))


def _known(item: Item | None, names: Collection[str], what: str, otherwise: str) -> str:
    name = item.text() if item else ""
    if item and name and name not in names:
        item.error(f"there is no {what} `{name}`", did_you_mean(name, names) or otherwise.format(name))
    return name
