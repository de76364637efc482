"""docs/reference/checking.md: each mistake that it shows is reported in exactly the words that it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from befit.cli import run
from tests.pages import Block, blocks

PAGE = "docs/reference/checking.md"
SITE = {
    "site.yaml": "name: shop\nwrite_keys: [key]\npublic: [signals.clicks, signals.last_click]\n",
    "signals.yaml": "clicks: {count: Click}\nlast_click: {last: timestamp, of: Click}\n",
    "slots/hero.yaml": "- {when: signals.clicks > 3, show: offer}\n- {show: welcome}\n",
    "slots/side.yaml": "- {when: signals.clicks > 3, show: banner}\n- {show: welcome}\n",
    "modules/welcome.yaml": "type: banner\n",
    "modules/banner.yaml": "type: banner\n",
    "modules/offer.yaml": "type: banner\n",
}
SHOWN = [block for block in blocks(PAGE, "yaml") if block.info.startswith("mistake=")]
MISTAKES = list(zip(SHOWN, blocks(PAGE, "text"), strict=True))


@pytest.mark.parametrize(("mistake", "said"), MISTAKES, ids=[one.info for one, _ in MISTAKES])
def test_a_mistake_is_reported_as_the_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mistake: Block, said: Block
) -> None:
    others = {"slots/other.yaml": SITE["slots/hero.yaml"]} if mistake.info == "mistake=slots/hero.yaml" else {}
    for name, text in {**SITE, **others, mistake.info.removeprefix("mistake="): mistake.text}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert run(["check", str(tmp_path)]) == int(" error: " in said.text)
    assert capsys.readouterr().out.strip() == said.text.strip()


def test_the_page_shows_mistakes() -> None:
    assert len(MISTAKES) >= 8
