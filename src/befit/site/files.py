"""A site as a mapping of path to text: what is uploaded, kept and compared, and compiles to the same release as its folder.

Only what befit reads is in it: the YAML of the site and the data of its collections, no pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from befit.errors import Problem, SiteError
from befit.model import Release
from befit.site.document import MAX_BYTES
from befit.site.loader import FILES, FOLDERS, load_site

SUFFIXES: Final = (".yaml", ".json")

_PATH: Final = re.compile(rf"({'|'.join(FOLDERS)})/[^/\\\0.][^/\\\0]{{0,200}}({'|'.join(map(re.escape, SUFFIXES))})")


def site_files(folder: Path) -> dict[str, str]:
    """Path within the folder -> text of every file that befit reads of a site; empty when it is none.

    Bytes that are not UTF-8 stay what they are (as surrogates), so that checking the texts finds them. Raises SiteError for a
    file that cannot be read.
    """
    found = {}
    for path in _paths(folder):
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as file:
                found[name] = file.read(MAX_BYTES + 1).decode("utf-8", "surrogateescape")
        except OSError as error:
            raise SiteError([Problem(name, 0, 0, f"cannot be read: {error.strerror}")]) from error
    return found


def load_site_files(files: Mapping[str, str]) -> Release:
    """The release that these files compile to: the same as `load_site` makes of a folder that holds them.

    Raises SiteError with every error found, also for a path that a site does not have.
    """
    with TemporaryDirectory(prefix="befit-site-") as name:
        folder = Path(name)
        write_site_files(files, folder)
        return load_site(folder)


def write_site_files(files: Mapping[str, str], folder: Path) -> None:
    """Write the files into a folder. Raises SiteError for a path that a site does not have, and for what is no text."""
    strange = [Problem(path, 0, 0, "a site has no such file") for path in files if not is_site_file(path)]
    if strange:
        raise SiteError(strange)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(text.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError as error:
            raise SiteError([Problem(path, 0, 0, f"not Unicode text: character {error.start}")]) from error


def is_site_file(path: str) -> bool:
    """Whether befit reads a file of that path."""
    return path in FILES or (_PATH.fullmatch(path) is not None and not path.startswith("pages/"))


def _paths(folder: Path) -> Iterator[Path]:
    for name in FILES:
        if (path := folder / name).is_file():
            yield path
    for name in FOLDERS:
        inside = folder / name
        for path in sorted(inside.iterdir()) if name != "pages" and inside.is_dir() else ():
            if path.suffix in SUFFIXES and not path.name.startswith(".") and path.is_file():
                yield path
