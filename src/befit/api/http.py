"""HTTP over ASGI, as much of it as befit's hot paths need: read a bounded body, answer with bytes.

Plain functions over the ASGI dicts: on one core they serve several times the requests of a framework's objects.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from befit.errors import InputError, TooLarge

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

JSON: Final[tuple[Header, ...]] = ((b"content-type", b"application/json"),)
NO_STORE: Final[Header] = (b"cache-control", b"no-store")

MAX_QUERY_FIELDS: Final = 50


class Disconnected(Exception):
    """The client went away before its request was whole: there is nobody to answer."""


class Request(NamedTuple):
    """One request. `headers` has lower-case names; of a header sent twice it keeps the last. `preview` is the draft its browser sees."""

    scope: Scope
    headers: dict[bytes, bytes]
    receive: Receive
    send: Send
    cors: tuple[Header, ...] = ()
    preview: str = ""


class Response(NamedTuple):
    """One whole answer."""

    body: bytes = b""
    status: int = 200
    headers: tuple[Header, ...] = JSON


async def send_response(send: Send, response: Response, extra: tuple[Header, ...] = ()) -> None:
    """Send `response` with the headers `extra` beside its own."""
    body = response.body
    length: Header = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": response.status, "headers": [*response.headers, *extra, length]}
    )
    await send({"type": "http.response.body", "body": body})


async def read_body(request: Request, limit: int) -> bytes:
    """The body, decompressed. Raises TooLarge above `limit` bytes (sent or decompressed), InputError for broken gzip."""
    length = request.headers.get(b"content-length")
    if length is not None and int(length) > limit:
        raise TooLarge(f"the body has {int(length):,} bytes; the limit is {limit:,}")
    message = await request.receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        chunks = [body]
        size = len(body)
        while message.get("more_body"):
            message = await request.receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > limit:
                raise TooLarge(f"the body has more than {limit:,} bytes")
        body = b"".join(chunks)
    if message["type"] == "http.disconnect":
        raise Disconnected
    if len(body) > limit:
        raise TooLarge(f"the body has {len(body):,} bytes; the limit is {limit:,}")
    encoding = request.headers.get(b"content-encoding")
    return body if encoding is None else _decompress(body, encoding, limit)


def _decompress(body: bytes, encoding: bytes, limit: int) -> bytes:
    if encoding == b"identity":
        return body
    if encoding not in (b"gzip", b"x-gzip"):
        raise InputError(f"Content-Encoding is {encoding.decode('latin-1')}; gzip and identity are understood")
    inflate = zlib.decompressobj(wbits=31)
    try:
        plain = inflate.decompress(body, limit + 1)
    except zlib.error as error:
        raise InputError(f"Content-Encoding says gzip, but the body is not: {error}") from error
    if len(plain) > limit:
        raise TooLarge(f"the body has more than {limit:,} bytes once decompressed")
    if not inflate.eof:
        raise InputError("Content-Encoding says gzip, but the body ends too early")
    return plain


def query_of(scope: Scope) -> dict[str, str]:
    """The fields of the query string, the last one of each name. Raises InputError when there are too many."""
    try:
        text = scope["query_string"].decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS, errors="strict"))
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(f"the query string cannot be read: {error}") from error


def basic_user(authorization: bytes) -> str:
    """The user name of an `Authorization: Basic …` header, or "" when it is not one."""
    if authorization[:6].lower() != b"basic ":
        return ""
    try:
        return b64decode(authorization[6:], validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def bearer_token(authorization: bytes) -> str:
    """The token of an `Authorization: Bearer …` header, or "" when it is not one."""
    return authorization[7:].strip().decode("latin-1") if authorization[:7].lower() == b"bearer " else ""
