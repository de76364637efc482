"""Kind: the four functions that every signal kind is made of, and how their values become keys and texts of bounded size.

Times are milliseconds. Windows are half-open in event time: at `now` a window of length w holds the events in (now - w, now].
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from befit.engine.limits import KEY_BYTES, VALUE_BYTES

MISSING: Final = object()
"""Stands for a value that is not known."""


class Kind(Protocol):
    """What every signal kind offers. A state is plain data that msgpack can hold; `update` may change it in place.

    `empty` is the value before the first event, or MISSING.
    """

    empty: Any

    def update(self, state: Any, time: int, value: Any) -> Any:
        """The state after one event at `time`; `value` is what the signal takes from it. A state of None: no event yet."""

    def read(self, state: Any, now: int) -> Any:
        """The signal's CEL value at `now`. Raises KeyError while it is not known."""

    def merge(self, one: Any, other: Any) -> Any:
        """The state of a visitor whose history was kept in two profiles; changes neither. Commutative and associative."""


def key_of(value: Any) -> str:
    """A value as a key, cut to `KEY_BYTES`: strings as they are, others by their JSON-like form."""
    return cut(value if isinstance(value, str) else repr(value), KEY_BYTES)


def cut(text: str, most: int = VALUE_BYTES) -> str:
    """The text, or as much of its beginning as fits into so many bytes of UTF-8."""
    if 4 * len(text) <= most:
        return text
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= most else encoded[:most].decode("utf-8", "ignore")
