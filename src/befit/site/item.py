"""A value in a YAML file that knows where it stands: what the readers of a site's parts work with.

An `Item` gives its value as the type that is asked for, or reports at its own line and column why it cannot and gives
an empty one, so that reading goes on and finds every mistake. `Fields` is a mapping with a fixed set of keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import yaml

from befit.site.durations import duration_ms
from befit.site.scalars import origins, value_of

if TYPE_CHECKING:
    from befit.site.document import Document


_PERCENT: Final = re.compile(r"\d{1,3}(\.\d{1,6})?%", re.ASCII)


class Item:
    """A value in a document, with its place."""

    __slots__ = ("document", "node")

    def __init__(self, document: Document, node: yaml.Node) -> None:
        self.document = document
        self.node = node

    @property
    def position(self) -> str:
        """`file:line:column` of the value's first character."""
        return f"{self.document.file}:{self.node.start_mark.line + 1}:{self.node.start_mark.column + 1}"

    def error(self, message: str, hint: str = "", *, at: int = -1) -> None:
        """Report that this value, or the character at the offset `at` of it, cannot be used."""
        mark = self.node.start_mark
        line, column = (mark.line + 1, mark.column + 1) if at < 0 else self.place(at)
        self.document.problems.error(self.document.file, line, column, message, hint)

    def warning(self, message: str, hint: str = "", *, at: int = -1) -> None:
        """Report that this value, or the character at the offset `at` of it, probably is a mistake."""
        mark = self.node.start_mark
        line, column = (mark.line + 1, mark.column + 1) if at < 0 else self.place(at)
        self.document.problems.warning(self.document.file, line, column, message, hint)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at `offset` of this scalar's value."""
        if not isinstance(self.node, yaml.ScalarNode):
            return self.node.start_mark.line + 1, self.node.start_mark.column + 1
        found = origins(self.node, self.document.text)
        return self.document.place(found[min(offset, len(found) - 1)])

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def source(self) -> str | None:
        """The text of a scalar, as it is written when it is plain; None for lists and mappings."""
        return self.node.value if isinstance(self.node, yaml.ScalarNode) else None

    def entries(self) -> Iterator[tuple[Item, Item]]:
        """Keys and values of a mapping, in order; reports anything else."""
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                yield Item(self.document, key), Item(self.document, value)
        elif self.value() is not None:
            self.error("must be a mapping of names to values")

    def elements(self) -> list[Item]:
        """The elements of a list; reports anything else."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Item(self.document, node) for node in self.node.value]
        if self.value() is not None:
            self.error("must be a list")
        return []

    def value(self) -> Any:
        """The value as plain data: dict, list, str, int, float, bool or None."""
        node = self.node
        if isinstance(node, yaml.ScalarNode):
            return value_of(node)
        if isinstance(node, yaml.SequenceNode):
            return [Item(self.document, child).value() for child in node.value]
        return {key.value: Item(self.document, value).value() for key, value in node.value}

    def at(self, path: Iterable[str | int]) -> Item:
        """The value at a path of keys and indexes; the innermost one that is there."""
        item = self
        for part in path:
            if isinstance(part, int):
                inside = item.elements()[part : part + 1] if item.is_list else []
            else:
                inside = [value for key, value in item.entries() if key.source == part] if item.is_mapping else []
            if not inside:
                break
            item = inside[0]
        return item

    def text(self) -> str:
        """A text; reports anything else."""
        value = self.value()
        if isinstance(value, str) and value:
            return value
        self.error(f"must be a text, not {_described(value)}", "put it in quotes" if self.source else "")
        return ""

    def flag(self) -> bool:
        """True or false; reports anything else."""
        value = self.value()
        if not isinstance(value, bool):
            self.error(f"must be true or false, not {_described(value)}")
        return value is True

    def whole(self, least: int | None = 0) -> int:
        """A whole number, not below `least`; reports anything else."""
        value = self.value()
        if isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least):
            return value
        bound = "" if least is None else f" of {least} or more"
        self.error(f"must be a whole number{bound}, not {_described(value)}")
        return 0

    def number(self) -> float:
        """A finite number; reports anything else."""
        value = self.value()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300:
            return float(value)
        self.error(f"must be a number, not {_described(value)}")
        return 0.0

    def share(self) -> float:
        """A share of visitors, from `0%` to `100%`, as a number from 0 to 1; reports anything else."""
        text = self.source or ""
        share = float(text[:-1]) / 100 if _PERCENT.fullmatch(text) else -1.0
        if 0 <= share <= 1:
            return share
        self.error(f"must be a share of visitors, not {_described(self.value())}", "such as 5% or 0.5%")
        return 0.0

    def duration(self) -> int:
        """A duration, in milliseconds; reports anything else."""
        found = duration_ms(self.source or "")
        if found is None:
            self.error(f"must be a duration, not {_described(self.value())}", "such as 30s, 10m, 3h, 7d or 2w")
        return found or 0

    def names(self, least: int = 0) -> list[Item]:
        """One text or a list of texts, as items; reports anything else, and a list that is too short."""
        items = self.elements() if self.is_list else [self]
        if len(items) < least:
            self.error(f"must name at least {least}")
        return [item for item in items if item.text()]


class Fields:
    """A mapping with a fixed set of keys. Unknown keys are reported; missing ones give None or what the caller says."""

    def __init__(self, item: Item, known: Iterable[str], what: str) -> None:
        self.item = item
        self.what = what
        self._found: dict[str, Item] = {}
        names = list(known)
        for key, value in item.entries():
            name = key.source or ""
            if name not in names:
                key.error(
                    f"unknown key `{name}` in {what}", did_you_mean(name, names) or f"known are {', '.join(names)}"
                )
            elif value.source is not None and value.value() is None:
                key.error(f"`{name}` has no value", "give it one, or leave the key out")
            else:
                self._found[name] = value

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def get(self, key: str) -> Item | None:
        """The value of a key, or None."""
        return self._found.get(key)

    def need(self, key: str) -> Item | None:
        """The value of a key that must be there; reports that it is not."""
        if key not in self._found:
            self.item.error(f"{self.what} needs `{key}`")
        return self._found.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text, or the default."""
        item = self._found.get(key)
        return default if item is None else item.text()

    def flag(self, key: str) -> bool:
        """True or false; false when it is not there."""
        item = self._found.get(key)
        return False if item is None else item.flag()

    def whole(self, key: str, default: int = 0, least: int | None = 0) -> int:
        """A whole number, or the default."""
        item = self._found.get(key)
        return default if item is None else item.whole(least)

    def duration(self, key: str, default: int = 0) -> int:
        """A duration in milliseconds, or the default."""
        item = self._found.get(key)
        return default if item is None else item.duration()

    def names(self, key: str, least: int = 0) -> list[Item]:
        """One text or a list of texts, `least` of them; none when the key is not there."""
        item = self._found.get(key)
        return [] if item is None else item.names(least)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The hint that names the closest of the known names; empty when none is close."""
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"
