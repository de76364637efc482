"""webhooks in site.yaml: where triggers call out to. Secrets are never in a site folder, only the names of what holds them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from befit.model import Webhook
from befit.site.item import Fields, Item
from befit.site.parts.names import check_slug

KEYS: Final = ("url", "secret", "headers")
ENVIRONMENT: Final = "env:"
"""What begins so, in the value of a header, is looked up in the environment of the server."""

SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"})
OWN_HEADERS: Final = frozenset(
    {"host", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "user-agent"}
)

_THIS_MACHINE: Final = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\x20-\x7e\x80-\xff]*")


def read_webhooks(item: Item | None) -> tuple[Webhook, ...]:
    """All webhooks by name."""
    return tuple(_webhook(key, value) for key, value in item.entries()) if item else ()


def _webhook(key: Item, item: Item) -> Webhook:
    fields = Fields(item, KEYS, "a webhook")
    url, headers = fields.need("url"), fields.get("headers")
    return Webhook(
        name=check_slug(key, "webhook"),
        url=_url(url) if url else "",
        secret_env=_secret(fields.get("secret")),
        headers=dict(_header(name, value) for name, value in headers.entries()) if headers else {},
        position=key.position,
    )


def _url(item: Item) -> str:
    text = item.text()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not text.isascii() or " " in text:
        item.error("must be an http(s) URL", "such as https://crm.example/hooks/befit")
    elif parts.username is not None or parts.password is not None:
        item.error("a password in a URL is no secret", "use a header: {Authorization: env:NAME}")
    elif parts.fragment:
        item.error("a URL that is called has no `#` part")
    elif parts.scheme == "http" and not _THIS_MACHINE.fullmatch(parts.hostname):
        item.warning("what visitors did goes over the network in the clear", "use https")
    return text


def _secret(item: Item | None) -> str:
    """The name of an environment variable; a secret itself is told apart by how it is written."""
    name = item.text() if item else ""
    if item and name and not _VARIABLE.fullmatch(name):
        item.error(
            "must be the name of an environment variable, never the secret itself",
            "such as CRM_WEBHOOK_SECRET, in capital letters",
        )
    return name


def _header(key: Item, value: Item) -> tuple[str, str]:
    name, text = key.source or "", value.text()
    lower = name.lower()
    if not _HEADER.fullmatch(name):
        key.error(f"`{name}` cannot be the name of a header")
    elif lower in OWN_HEADERS or lower.startswith("webhook-"):
        key.error(f"befit sets the header `{name}` itself")
    elif text.startswith(ENVIRONMENT):
        if not _VARIABLE.fullmatch(text.removeprefix(ENVIRONMENT)):
            value.error("must name an environment variable", "such as env:CRM_TOKEN")
    elif lower in SECRET_HEADERS:
        value.error(f"the header `{name}` is a secret, which has no place in a site folder", "such as env:CRM_TOKEN")
    elif not _VALUE.fullmatch(text):
        value.error("a header holds one line of plain text")
    return name, text
