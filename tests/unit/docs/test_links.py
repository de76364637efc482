"""Every relative link in a page leads to a file, and to a heading where it names one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import ROOT, without_code

ELSEWHERE = {"node_modules", "dist", "build"}


def pages() -> Iterator[str]:
    for folder, inside, files in os.walk(ROOT):
        inside[:] = [name for name in inside if not name.startswith(".") and name not in ELSEWHERE]
        for name in files:
            if name.endswith(".md"):
                yield str((Path(folder) / name).relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", sorted(pages()))
def test_relative_links_resolve(page: str) -> None:
    source = ROOT / page
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(source.read_text("utf-8"))):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (source.parent / path).resolve() if path else source
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []
