"""Keys: the write key lets pages send events and read decisions; the secret key opens the admin API and marks a trusted server."""

from __future__ import annotations

from hmac import compare_digest

from befit.api.http import Request, basic_user, bearer_token, query_of
from befit.errors import Unauthorized
from befit.model import SiteSettings


def authorize(site: SiteSettings, secret_key: str, request: Request, write_key: str | None) -> bool:
    """Whether the caller is a trusted server (the secret key as Basic user) or, False, holds a write key.

    A write key stands in a Basic header, else in the body (`write_key`), else in the query as `writeKey`. Raises
    Unauthorized for anything else.
    """
    authorization = request.headers.get(b"authorization")
    user = basic_user(authorization) if authorization else ""
    key = user or write_key or _key_in_query(request)
    if key and key in site.write_keys:
        return False
    if user and compare_digest(user.encode(), secret_key.encode()):
        return True
    if not key:
        raise Unauthorized("a write key is needed: as Basic user name, or as `writeKey`", field="$.writeKey")
    raise Unauthorized("this write key is not one of the site's; see `write_keys` in site.yaml", field="$.writeKey")


def _key_in_query(request: Request) -> str:
    return query_of(request.scope).get("writeKey", "") if request.scope["query_string"] else ""


def authorize_admin(secret_key: str, authorization: bytes) -> None:
    """Let only holders of the secret key pass. Raises Unauthorized."""
    token = bearer_token(authorization)
    if not token or not compare_digest(token.encode(), secret_key.encode()):
        raise Unauthorized(
            "the admin API needs `Authorization: Bearer KEY` with the secret key: "
            "BEFIT_SECRET_KEY, or the file secret-key in the data folder"
        )
