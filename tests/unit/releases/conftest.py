"""A small site with scenarios, written to a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from befit.releases.scenarios import Report, run_scenarios

SITE = {
    "site.yaml": "name: test\nwrite_keys: [key]\n",
    "signals.yaml": """
clicks: {count: Click, within: 10m}
page_time: {dwell: page}
last_click: {last: timestamp, of: Click}
likes: {affinity: event.properties.kind, half_life: 1h, weights: {Click: 1}}
left: {absence: Order, after: Click, for: 10m}
""",
    "tags.yaml": "keen: {when: signals.clicks >= 2, ttl: 1h}\n",
    "triggers.yaml": "hello: {on: Wave, emit: Click}\n",
    "slots/hero.yaml": """
- {when: '"keen" in tags', show: offer}
- {when: 'page.path == "/sale"', show: sale}
- {show: welcome}
""",
    "modules/welcome.yaml": "{type: banner, props: {title: Hello}}\n",
    "modules/sale.yaml": "{type: banner, props: {title: Sale}}\n",
    "modules/offer.yaml": "{type: banner, props: {title: '${signals.clicks} clicks', items: [{id: a, x: 1}, {id: b}]}}\n",
}


@pytest.fixture
def report_of(tmp_path: Path) -> Callable[[str], Report]:
    """Runs these scenarios on the small site."""

    def run(scenarios: str) -> Report:
        for name, text in {**SITE, "tests/all.yaml": scenarios}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return run_scenarios(tmp_path)

    return run
