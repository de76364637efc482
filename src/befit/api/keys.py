"""Keys: the write key lets pages send events and read decisions; the secret key opens the admin API and marks a trusted server."""

from __future__ import annotations

from hmac import compare_digest

from befit.api.http import basic_user, bearer_token
from befit.errors import Unauthorized
from befit.model import SiteSettings


def authorize(site: SiteSettings, secret_key: str, authorization: bytes, write_key: str) -> bool:
    """Whether the caller is a trusted server (the secret key as Basic user) or, False, holds a write key.

    `write_key` is what the body or the query said; a Basic header goes first. Raises Unauthorized for anything else.
    """
    user = basic_user(authorization) if authorization else ""
    key = user or write_key
    if key and key in site.write_keys:
        return False
    if user and compare_digest(user.encode(), secret_key.encode()):
        return True
    if not key:
        raise Unauthorized("a write key is needed: as Basic user name, or as `writeKey`", field="$.writeKey")
    raise Unauthorized("this write key is not one of the site's; see `write_keys` in site.yaml", field="$.writeKey")


def authorize_admin(secret_key: str, authorization: bytes) -> None:
    """Let only holders of the secret key pass. Raises Unauthorized."""
    token = bearer_token(authorization)
    if not token or not compare_digest(token.encode(), secret_key.encode()):
        raise Unauthorized(
            "the admin API needs `Authorization: Bearer KEY` with the secret key: "
            "BEFIT_SECRET_KEY, or the file secret-key in the data folder"
        )
