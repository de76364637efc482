"""Importers: files of recorded behaviour, read as calls of Segment's specification. Pure; `befit.replay` sends them.

A format is one file here and one line in `FORMATS`. Its `read` takes the lines of a file and yields calls (dicts as
`POST /v1/batch` takes them), in order of time where the file has no order of its own, with message ids that are the
same whenever the file is read: the same file sent twice counts once. Its `count` says how many calls that will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from befit.errors import SettingsError
from befit.importers.segment import count_segment, read_segment
from befit.importers.serenade import count_serenade, read_serenade


class Format(NamedTuple):
    """How to read one kind of file. Both take its lines; `count` is cheap and believes that they are well-formed."""

    read: Callable[[Iterable[str]], Iterator[dict[str, Any]]]
    count: Callable[[Iterable[str]], int]


FORMATS: Final = {
    "segment": Format(read_segment, count_segment),
    "serenade": Format(read_serenade, count_serenade),
}


def format_for(file_name: str, name: str = "") -> Format:
    """The format called `name`, or the one that the file's name suggests: serenade for .tsv, else segment.

    Raises SettingsError for a name that is not one of `FORMATS`.
    """
    name = name or ("serenade" if file_name.endswith(".tsv") else "segment")
    try:
        return FORMATS[name]
    except KeyError:
        raise SettingsError(f"no format {name!r}; there are {', '.join(FORMATS)}") from None
