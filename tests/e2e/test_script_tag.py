"""The script tag on a page of plain HTML, under a policy that forbids everything it can do without."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Error, Route, expect

from tests.e2e.shopper import WRITE_KEY, Shopper
from tests.e2e.trouble import Trouble
from tests.sites import write_site

SITE = f"""
name: bare
write_keys: [{WRITE_KEY}]
public: "*"
pages: pages
schema:
  events:
    Page Ping: {{visible_ms: int, scroll: int}}
    Like: {{thing: string}}
"""
SIGNALS = """
views: {count: page}
likes: {count: Like}
leaves: {count: Leave}
liked: {last: event.properties.thing, of: Like}
early: {count: Early}
deepest: {last: event.properties.scroll, of: Page Ping}
"""
SLOTS = {
    "thanks": "- {when: signals.likes >= 2, show: thanks}\n- {show: ask}\n",
    "depth": "- {when: page.scroll >= 95, show: bottom}\n- {show: more}\n",
    "markup": "- {show: markup}\n",
}
MODULES = {
    "ask": "type: banner\nprops: {title: Do you like it?}\n",
    "thanks": "type: banner\nprops: {title: Thank you, text: 'Twice for ${signals.liked}', cta: More, url: /more}\n",
    "more": "type: message\nprops: {title: more below}\n",
    "bottom": "type: message\nprops: {title: you have seen it all}\n",
    "markup": """type: banner
props: {title: "<img src=x onerror=alert(1)>", cta: <b>Go</b>, url: "javascript:alert(1)"}
""",
}
PAGE = f"""<!doctype html>
<html lang="en">
<head>
  <title>Bare</title>
  <link rel="icon" href="data:,">
  <script src="/early.js"></script>
  <script src="/befit.js" data-write-key="{WRITE_KEY}" defer></script>
</head>
<body>
  <befit-slot name="thanks">loading</befit-slot>
  <befit-slot name="depth">loading</befit-slot>
  <befit-slot name="markup">loading</befit-slot>
  <button data-befit-track="Like" data-befit-prop-thing="tea">Like</button>
  <a href="about:blank" data-befit-track="Leave">Elsewhere</a>
  <svg width="10" height="3000"></svg>
</body>
</html>
"""
EARLY = "(window.befit = window.befit || []).push(['track', 'Early']);\n"
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def write_bare_site(folder: Path) -> Path:
    """A site with one long page of plain HTML."""
    write_site(folder, site=SITE, signals=SIGNALS, slots=SLOTS, modules=MODULES)
    (folder / "pages").mkdir()
    (folder / "pages" / "index.html").write_text(PAGE)
    (folder / "pages" / "early.js").write_text(EARLY)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bare_site(tmp_path_factory.mktemp("bare") / "site")


@pytest.fixture
def visitor(shopper: Shopper) -> Shopper:
    """On the page, under the strict policy."""

    def under_policy(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": POLICY})

    shopper.page.route(f"{shopper.server.url}/", under_policy)
    return shopper.open()


def test_the_policy_is_as_strict_as_it_says(visitor: Shopper, trouble: Trouble) -> None:
    trouble.expect("requires 'TrustedHTML' assignment")
    with pytest.raises(Error, match="requires 'TrustedHTML' assignment"):
        visitor.page.evaluate("document.body.innerHTML = '<b>no</b>'")


def test_it_shows_tracks_and_follows(visitor: Shopper) -> None:
    slot = visitor.page.locator("befit-slot[name=thanks]")
    expect(slot).to_have_text("Do you like it?")
    like = visitor.page.get_by_role("button", name="Like")
    like.click()
    like.click()
    expect(slot).to_contain_text("Twice for tea")
    expect(slot.get_by_role("link", name="More")).to_have_attribute("href", f"{visitor.server.url}/more")
    assert visitor.signal("likes") == 2
    assert visitor.stayed_on_the_document()


def test_calls_made_before_the_script_came_are_made_then(visitor: Shopper) -> None:
    visitor.until(lambda: visitor.signal("early"), 1)


def test_content_is_text_and_never_markup(visitor: Shopper) -> None:
    slot = visitor.page.locator("befit-slot[name=markup]")
    expect(slot).to_have_text("<img src=x onerror=alert(1)>")
    expect(slot.locator("img, a, b")).to_have_count(0)


def test_the_page_may_call_it_too(visitor: Shopper) -> None:
    visitor.page.evaluate("window.befit.track('Like', {thing: 'coffee'})")
    visitor.page.evaluate("window.befit.push(['track', 'Like', {thing: 'milk'}])")
    expect(visitor.page.locator("befit-slot[name=thanks]")).to_contain_text("Twice for milk")
