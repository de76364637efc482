"""The generated parts of the pages are what the code says now."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Counter

from befit.engine import limits
from befit.node import metrics
from docs.generate.parts import PAGES, filled
from tests.pages import read


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_the_code_says(page: str) -> None:
    text = read(page)
    assert text == filled(text, PAGES[page]), "run: python -m docs.generate"


def test_a_part_that_the_page_lacks_is_an_error() -> None:
    with pytest.raises(ValueError, match="limits"):
        filled("no parts", PAGES["docs/reference/http.md"])


def test_a_part_that_nobody_makes_is_an_error() -> None:
    with pytest.raises(ValueError, match="gone"):
        filled("<!-- generated: gone -->\n<!-- end -->\n", {})


def test_a_changed_limit_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TAGS", 7_777)
    text = read("docs/reference/site.md")
    assert "| 7,777 | Tags of a profile" in filled(text, PAGES["docs/reference/site.md"])


def test_a_new_metric_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = CollectorRegistry()
    added = Counter("befit_new", "Something new.", ["kind"], registry=registry)
    monkeypatch.setattr(metrics, "NEW", added, raising=False)
    monkeypatch.setattr(
        metrics.REGISTRY, "collect", lambda collect=metrics.REGISTRY.collect: [*collect(), *registry.collect()]
    )
    text = read("docs/operations.md")
    assert "| `befit_new_total` | counter | `kind` | Something new. |" in filled(text, PAGES["docs/operations.md"])
