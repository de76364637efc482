"""A site folder from a few lines of YAML, and all that befit has to say of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from befit.model import Release
from befit.site import check_site, load_site

Files = dict[str, str]

SMALLEST = {
    "site.yaml": "name: test\nwrite_keys: [key]\n",
    "slots/hero.yaml": "- {show: welcome}\n",
    "modules/welcome.yaml": "type: banner\nprops: {title: Hello}\n",
}

UNUSED = tuple(f"nothing {verb}" for verb in ("uses", "shows", "calls", "picks"))


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[[Files], Path]:
    """Writes a site folder: the smallest one that checks, with these files over it."""

    def write(files: Files) -> Path:
        for name, text in {**SMALLEST, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def problems_of(folder_of: Callable[[Files], Path]) -> Callable[[Files], list[str]]:
    """All errors and warnings of such a folder, as lines; but for what nothing uses, which is most of so small a site."""
    return lambda files: [
        str(problem) for problem in check_site(folder_of(files)) if not problem.message.startswith(UNUSED)
    ]


@pytest.fixture
def release_of(folder_of: Callable[[Files], Path]) -> Callable[[Files], Release]:
    """The release of such a folder."""
    return lambda files: load_site(folder_of(files))
