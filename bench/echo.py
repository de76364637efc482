"""A bare ASGI application: reads the body, answers the same bytes every time. What any server on uvicorn must pay."""

from __future__ import annotations

import os
from typing import Any

REPLY = os.environ.get("ECHO_REPLY", "{}").encode()
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(REPLY)).encode())],
}
BODY = {"type": "http.response.body", "body": REPLY}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer."""
    while (await receive()).get("more_body"):
        pass
    await send(START)
    await send(BODY)
