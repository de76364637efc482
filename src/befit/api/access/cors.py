"""Cross-origin requests: only pages of the origins that site.yaml lists, and of the server itself, may use the API.

The Origin header is checked on the server too, not only by the browser: a WebSocket and a sendBeacon are sent whatever
the CORS headers say. Programs that are not browsers send no Origin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from befit.api.http import Header, Response
from befit.errors import Forbidden

_METHODS: Final[Header] = (b"access-control-allow-methods", b"GET, POST, OPTIONS")
_HEADERS: Final = b"authorization, content-type, content-encoding, if-none-match, last-event-id"
_EXPOSED: Final[Header] = (b"access-control-expose-headers", b"etag, retry-after")
_MAX_AGE: Final[Header] = (b"access-control-max-age", b"86400")
_VARY: Final[Header] = (b"vary", b"origin")
_HEADER_NAMES: Final = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:\s*,\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+)*")


def cors_headers(headers: dict[bytes, bytes], origins: Sequence[str]) -> tuple[Header, ...]:
    """Headers of the answer to a request with these `headers`. Raises Forbidden for an origin that is not allowed."""
    origin = headers.get(b"origin")
    if origin is None or origin.partition(b"://")[2] == headers.get(b"host"):
        return ()
    text = origin.decode("latin-1")
    if "*" not in origins and text not in origins:
        raise Forbidden(f"pages of {text} may not use this site; add the origin to `origins` in site.yaml")
    return ((b"access-control-allow-origin", origin), _EXPOSED, _VARY)


def preflight(headers: dict[bytes, bytes], allowed: tuple[Header, ...]) -> Response:
    """Answer an OPTIONS request; `allowed` is what `cors_headers` gave. Stock SDKs' own header names are let through."""
    wanted = headers.get(b"access-control-request-headers", b"")
    names = wanted if _HEADER_NAMES.fullmatch(wanted) else _HEADERS
    answer = (_METHODS, (b"access-control-allow-headers", names), _MAX_AGE) if allowed else ()
    return Response(b"", 204, answer)
