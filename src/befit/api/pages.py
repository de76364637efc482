"""Static files: the site's own pages at `/`, and the browser SDK at `/befit.js`.

A path without an extension that is no file gets the pages' index.html, so that single-page applications can route.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from email.utils import formatdate
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from befit.api.http import Header, Request, Response
from befit.errors import NotFound
from befit.node import Node

SDK: Final = Path(__file__).parent / "static" / "befit.js"
RESERVED: Final = frozenset(("v1", "admin", "ofrep", "socket.io", "console"))
"""First segments of paths that belong to befit: never answered with a page of the site."""

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")
_HASHED: Final = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+$")
_TEXT: Final = frozenset(("application/javascript", "text/javascript", "application/json", "image/svg+xml"))


class File(NamedTuple):
    """One file as it was read."""

    body: bytes
    etag: bytes
    modified: bytes
    type: bytes


class Pages:
    """Answers GET and HEAD for every path that is nobody else's."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def __call__(self, request: Request) -> Response:
        """A file, 304, or NotFound. Paths cannot leave the pages' folder, and names that begin with a dot are not served."""
        path = request.scope["path"]
        pages = self._node.program.release.site.pages
        if not pages or path.split("/", 2)[1] in RESERVED:
            raise NotFound(f"there is nothing at {path}")
        root = self._node.settings.site / pages
        file = await asyncio.to_thread(find, root, path)
        if file is None:
            raise NotFound(f"there is nothing at {path}")
        immutable = _HASHED.search(path) is not None and path.startswith("/assets/")
        caching = b"public, max-age=31536000, immutable" if immutable else b"no-cache"
        return answer(request, file, ((b"cache-control", caching), policy(request.headers.get(b"host", b""))))

    async def sdk(self, request: Request) -> Response:
        """The browser SDK; pages of any origin may load it."""
        file = await asyncio.to_thread(read, SDK)
        if file is None:
            raise NotFound("the browser SDK is not built; run `npm ci && npm run build`")
        extra = ((b"cache-control", b"public, max-age=300"), (b"cross-origin-resource-policy", b"cross-origin"))
        return answer(request, file, extra)


def answer(request: Request, file: File, extra: tuple[Header, ...]) -> Response:
    """200 with the file, or 304 when the client has it already."""
    headers = (
        (b"content-type", file.type),
        (b"etag", file.etag),
        (b"last-modified", file.modified),
        (b"x-content-type-options", b"nosniff"),
        *extra,
    )
    given = request.headers
    known = given.get(b"if-none-match")
    if known is not None:
        fresh = known == b"*" or file.etag in [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]
    else:
        fresh = given.get(b"if-modified-since") == file.modified
    return Response(b"", 304, headers) if fresh else Response(file.body, 200, headers)


def policy(host: bytes) -> Header:
    """The Content-Security-Policy of pages. WebSockets are named because older browsers do not count them to 'self'."""
    name = host.decode("latin-1")
    sockets = f" ws://{name} wss://{name}" if _HOST.fullmatch(name) else ""
    text = (
        f"default-src 'self'; connect-src 'self'{sockets}; img-src 'self' data:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
    return (b"content-security-policy", text.encode())


def find(root: Path, path: str) -> File | None:
    """The file that `path` names below `root`, or the index.html that stands for it."""
    parts = [part for part in path.split("/") if part]
    if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    target = root.joinpath(*parts)
    try:
        # Symbolic links may lead around inside the folder, not out of it.
        inside = target.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return None
    if not inside:
        return None
    file = read(target / "index.html" if target.is_dir() else target)
    if file is None and (not parts or "." not in parts[-1]):
        file = read(root / "index.html")
    return file


def read(path: Path) -> File | None:
    """A file with what HTTP caches want to know, or None when there is none."""
    try:
        body = path.read_bytes()
        modified = path.stat().st_mtime
    except OSError:
        return None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in _TEXT:
        kind += "; charset=utf-8"
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    return File(body, etag.encode(), formatdate(modified, usegmt=True).encode(), kind.encode())
