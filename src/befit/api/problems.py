"""The one place where errors become HTTP: RFC 9457 problem+json, with a `type` per kind of error, never a stack trace."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from befit.api.http import NO_STORE, Header, Response
from befit.errors import (
    BefitError,
    CelError,
    InputError,
    Problem,
    SiteError,
    TooLarge,
    Unauthorized,
    Unavailable,
)

RETRY_AFTER_S: Final = 1

_log = structlog.get_logger("befit.api")
_CONTENT_TYPE: Final[Header] = (b"content-type", b"application/problem+json")


class ProblemDetails(msgspec.Struct, omit_defaults=True):
    """RFC 9457's members, and `field`: the JSON path of what is wrong, such as `$.batch[3].type`.

    `problems` are those of a site: file, line, column, severity, message and hint.
    """

    type: str
    title: str
    status: int
    detail: str
    field: str = ""
    problems: list[Problem] = []


def problem_details(error: BaseException) -> ProblemDetails:
    """What a client is told about `error`. Errors that befit does not raise on purpose keep their text to themselves."""
    if isinstance(error, InputError):
        return ProblemDetails(f"/problems/{error.kind}", error.title, error.status, str(error), error.field)
    if isinstance(error, Unavailable):
        return ProblemDetails("/problems/unavailable", "Not available right now", 503, str(error))
    if isinstance(error, CelError | SiteError):
        found = error.problems if isinstance(error, SiteError) else []
        return ProblemDetails("/problems/invalid-site", "The site cannot be used", 422, str(error), problems=found)
    if isinstance(error, BefitError):
        return ProblemDetails("/problems/failed", "The request failed", 500, str(error))
    return ProblemDetails(
        "/problems/internal", "Internal error", 500, "befit could not answer this request; its log says why"
    )


def problem(error: BaseException) -> Response:
    """The whole answer for `error`."""
    details = problem_details(error)
    headers: tuple[Header, ...] = (_CONTENT_TYPE, NO_STORE)
    if isinstance(error, Unauthorized):
        # Not "Basic": a browser would ask its user for a password.
        headers += ((b"www-authenticate", b'Bearer realm="befit"'),)
    elif isinstance(error, TooLarge):
        # What is left of the body would be read as the next request.
        headers += ((b"connection", b"close"),)
    elif isinstance(error, MethodNotAllowed):
        headers += ((b"allow", error.allowed.encode()),)
    elif details.status == 503:
        headers += ((b"retry-after", str(RETRY_AFTER_S).encode()),)
    return Response(msgspec.json.encode(details), details.status, headers)


def problem_of(error: Exception, method: str, path: str) -> Response:
    """The answer for `error`; one that befit does not raise on purpose is logged with its trace."""
    if not isinstance(error, BefitError):
        _log.error("a request failed", method=method, path=path, exc_info=error)
    return problem(error)


class MethodNotAllowed(InputError):
    """A path that exists, asked with a method that it does not answer."""

    kind = "method-not-allowed"
    status = 405
    title = "The method is not allowed here"

    def __init__(self, method: str, allowed: str) -> None:
        self.allowed = allowed
        super().__init__(f"{method} is not answered here; use {allowed}")
