"""Conditions in a real browser: every vector of web/sdk has its answer on a page that may run no text as code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.e2e.shopper import Shopper
from tests.e2e.trouble import Trouble
from tests.pages import ROOT
from tests.sites import write_site

SDK = ROOT / "web" / "sdk"
PAGE = """<!doctype html>
<html lang="en">
<head>
  <title>Conditions</title>
  <link rel="icon" href="data:,">
  <script type="module" src="/check.js"></script>
</head>
<body></body>
</html>
"""
CHECK = """
import * as cel from "/conditions.js";
import { differences } from "/vectors.mjs";

const vectors = await (await fetch("/vectors.json")).json();
const found = vectors.flatMap((vector) => differences(cel, vector));
window.checked = { count: vectors.length, found, text: runText() };

function runText() {
  try {
    return new Function("return 'it ran'")();
  } catch (error) {
    return error.name;
  }
}
"""
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert (SDK / "dist" / "conditions.js").exists(), "the SDK is not built: run npm run build"
    folder = write_site(tmp_path_factory.mktemp("conditions") / "site", site="name: conditions\npages: pages\n")
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text(PAGE)
    (pages / "check.js").write_text(CHECK)
    shutil.copy(SDK / "dist" / "conditions.js", pages)
    for name in ("vectors.mjs", "vectors.json"):
        shutil.copy(SDK / "tests" / "conditions" / name, pages)
    return folder


@pytest.fixture
def visitor(shopper: Shopper) -> Shopper:
    """On the page, under the strict policy, when all is evaluated."""

    def under_policy(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": POLICY})

    shopper.page.route(f"{shopper.server.url}/", under_policy)
    shopper.open()
    shopper.page.wait_for_function("window.checked !== undefined")
    return shopper


def test_every_vector_has_its_answer_where_text_cannot_run(visitor: Shopper, trouble: Trouble) -> None:
    trouble.expect("unsafe-eval|TrustedScript")  # the page tries, to show that the policy is as strict as it says
    vectors = json.loads((SDK / "tests" / "conditions" / "vectors.json").read_text())
    assert visitor.page.evaluate("window.checked") == {"count": len(vectors), "found": [], "text": "EvalError"}
