"""Identity tokens: how a browser proves that it may speak for a `userId`.

A token is a JWT (HS256 or EdDSA) that the site's own server signs; its `sub` is the user's id. Keys stand in site.yaml
(`identity.keys`): a PEM public key is for EdDSA, anything else an HS256 secret, `env:NAME` is looked up in the environment.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jwt

from befit.errors import Forbidden

CLOCK_LEEWAY_S: Final = 30

_ENVIRONMENT: Final = "env:"
_PEM: Final = "-----BEGIN"


class Claims:
    """Whom the sender of one request may speak for. Checks each pair of user and token once, however many events carry it."""

    __slots__ = ("_keys", "_proven", "unsigned")

    def __init__(self, keys: Sequence[str], *, unsigned: bool) -> None:
        self._keys = keys
        self.unsigned = unsigned
        self._proven: set[tuple[str, str]] = set()

    def check(self, user_id: str, token: object, field: str) -> None:
        """Return when `token` proves `user_id`, or no proof is needed. Raises Forbidden, naming `field`."""
        if self.unsigned:
            return
        if not isinstance(token, str) or not token:
            raise Forbidden(
                "a browser's userId needs a signed identity token in `context.identityToken` or `identityToken`",
                field=field,
            )
        if (user_id, token) not in self._proven:
            subject = _subject(token, self._keys, field)
            if subject != user_id:
                raise Forbidden("the identity token is for another user: its `sub` is not this userId", field=field)
            self._proven.add((user_id, token))


def _subject(token: str, keys: Sequence[str], field: str) -> str:
    if not keys:
        raise Forbidden("the site has no keys for identity tokens; see `identity.keys` in site.yaml", field=field)
    why = ""
    for key in keys:
        try:
            return str(_decode(token, _look_up(key, os.environ))["sub"])
        except jwt.ExpiredSignatureError as error:
            raise Forbidden(
                "the identity token has expired; ask the site's server for a new one", field=field
            ) from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            why = str(error)
    raise Forbidden(f"the identity token is not valid: {why}", field=field)


def _look_up(key: str, environment: Mapping[str, str]) -> str:
    if not key.startswith(_ENVIRONMENT):
        return key
    name = key.removeprefix(_ENVIRONMENT)
    value = environment.get(name, "")
    if not value:
        raise ValueError(f"the environment variable {name}, named in `identity.keys`, is not set")
    return value


def _decode(token: str, key: str) -> dict[str, Any]:
    # The kind of key decides the algorithm, never the token: otherwise a public key would pass for an HS256 secret.
    algorithms = ["EdDSA"] if key.lstrip().startswith(_PEM) else ["HS256"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        return jwt.decode(
            token, key, algorithms=algorithms, leeway=CLOCK_LEEWAY_S, options={"require": ["sub"], "verify_aud": False}
        )
