"""A new site from the starter template: what `befit init` writes."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from befit.errors import SettingsError

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")
_WRITE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,100}")


def write_starter(folder: Path, write_key: str) -> list[Path]:
    """Write the starter site into a new or empty folder; the paths of its files, in order.

    The site is named after the folder. `write_key` (8 to 100 letters, digits, `-` or `_`; make it random) goes into the
    site and its page. Raises SettingsError when the folder is a file, holds anything, or cannot be written.
    """
    if not _WRITE_KEY.fullmatch(write_key):
        raise SettingsError("a write key has 8 to 100 letters, digits, - or _")
    name = _UNFIT.sub("-", folder.resolve().name).strip("-") or "my-site"
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingsError(f"{folder} is not an empty folder: give the name of a new one")
        written = []
        for path, text in sorted(_texts(files("befit.site") / "starter").items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.replace("{{name}}", name).replace("{{write_key}}", write_key), encoding="utf-8")
            written.append(target)
    except OSError as error:
        raise SettingsError(f"cannot write to {folder}: {error.strerror}") from error
    return written


def _texts(template: Traversable, under: str = "") -> dict[str, str]:
    """The template's files: path within it -> text."""
    found: dict[str, str] = {}
    for entry in template.iterdir():
        if entry.is_dir():
            found |= _texts(entry, f"{under}{entry.name}/")
        else:
            found[under + entry.name] = entry.read_text(encoding="utf-8")
    return found
