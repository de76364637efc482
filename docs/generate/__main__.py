"""`python -m docs.generate`: writes the generated parts anew."""

from __future__ import annotations

from docs.generate.parts import PAGES, ROOT, filled

for page, parts in PAGES.items():
    path = ROOT / page
    path.write_text(filled(path.read_text("utf-8"), parts), "utf-8")
