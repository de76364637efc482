"""Who asks: every endpoint that answers about one visitor admits its caller here."""

from __future__ import annotations

from typing import NamedTuple

from befit.api.access.identity import Claims
from befit.api.access.keys import authorize
from befit.api.http import Request
from befit.errors import InputError
from befit.model import SiteSettings


class Visitor(NamedTuple):
    """The ids that the caller may use. `claims` is None for a trusted server."""

    anonymous_id: str
    user_id: str
    claims: Claims | None


def admit(
    site: SiteSettings,
    secret_key: str,
    request: Request,
    write_key: str | None,
    anonymous_id: str | int | None,
    user_id: str | int | None,
    identity_token: str | None,
) -> Visitor:
    """Check key, ids and identity token. Raises Unauthorized, Forbidden, or InputError when there is no id at all."""
    trusted = authorize(site, secret_key, request, write_key)
    claims = None if trusted else Claims(site.identity_keys, unsigned=site.unsigned_user_ids)
    anonymous = "" if anonymous_id is None else str(anonymous_id)
    user = "" if user_id is None else str(user_id)
    if user and claims is not None:
        claims.check(user, identity_token, "$.userId")
    if not anonymous and not user:
        raise InputError("an anonymousId or a userId is needed", field="$.anonymousId")
    return Visitor(anonymous, user, claims)
