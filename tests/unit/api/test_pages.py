"""Static files: the site's pages and the SDK."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from befit.api import pages as module


@pytest.fixture
def folder(site: Path, tmp_path: Path) -> Path:
    pages = site / "pages"
    (pages / "assets").mkdir()
    (pages / "assets" / "app-BxZ3k9qL.js").write_text("1")
    (pages / "app.js").write_text("2")
    (pages / "docs").mkdir()
    (pages / "docs" / "index.html").write_text("docs")
    (pages / ".env").write_text("secret")
    (site / "outside.txt").write_text("secret")
    (pages / "link.txt").symlink_to(site / "outside.txt")
    return pages


pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("/", "<h1>home</h1>", "text/html; charset=utf-8"),
        ("/index.html", "<h1>home</h1>", "text/html; charset=utf-8"),
        ("/app.js", "2", "text/javascript; charset=utf-8"),
        ("/docs", "docs", "text/html; charset=utf-8"),
        ("/docs/", "docs", "text/html; charset=utf-8"),
        ("/product/p1", "<h1>home</h1>", "text/html; charset=utf-8"),
    ],
    ids=["root", "file", "script", "folder", "folder with slash", "route of a single-page application"],
)
async def test_a_path_names_a_file_or_a_route(client: httpx.AsyncClient, path: str, text: str, kind: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, text, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/missing.js",
        "/.env",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/docs/%2e%2e/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "/link.txt",
        "/%00",
        "//etc/passwd.txt",
        "/v1/nothing",
        "/v1",
        "/admin",
        "/console",
        "/socket.io/",
        "/ofrep/v1/evaluate/flags",
    ],
)
async def test_nothing_outside_and_nothing_of_befits_own_is_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL("http://befit.test", raw_path=path.encode()))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_what_the_client_has_already_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/app.js")
    for header in (
        {"if-none-match": first.headers["etag"]},
        {"if-none-match": f'"other", W/{first.headers["etag"]}'},
        {"if-modified-since": first.headers["last-modified"]},
    ):
        again = await client.get("/app.js", headers=header)
        assert (again.status_code, again.content) == (304, b"")
    changed = await client.get("/app.js", headers={"if-none-match": '"other"'})
    assert changed.status_code == 200


async def test_only_hashed_assets_may_be_kept_for_long(client: httpx.AsyncClient) -> None:
    assert "immutable" in (await client.get("/assets/app-BxZ3k9qL.js")).headers["cache-control"]
    assert (await client.get("/app.js")).headers["cache-control"] == "no-cache"


async def test_pages_load_and_connect_only_to_their_own_server(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/")).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self' ws://befit.test wss://befit.test;" in policy
    odd = await client.get("/", headers={"host": "x; script-src *"})
    assert "script-src" not in odd.headers["content-security-policy"]


async def test_pages_can_only_be_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/app.js")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_the_sdk_is_for_pages_of_any_origin(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "befit.js").write_text("sdk")
    monkeypatch.setattr(module, "SDK", tmp_path / "befit.js")
    answer = await client.get("/befit.js", headers={"origin": "https://anywhere.example"})
    assert answer.text == "sdk"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "https://anywhere.example"


async def test_an_sdk_that_is_not_built_says_how_to_build_it(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SDK", tmp_path / "befit.js")
    answer = await client.get("/befit.js")
    assert answer.status_code == 404
    assert "npm run build" in answer.json()["detail"]
