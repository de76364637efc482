"""Every error befit raises on purpose, in one tree.

    BefitError
    ├── SiteError            a site folder that does not check (a list of Problems with file:line:column)
    ├── CelError             an expression that does not parse or type-check (line, column)
    │   └── EvaluationError  an expression that errs on these values
    ├── InputError           a request that cannot be used as it is: names the field       HTTP 400
    │   ├── TooLarge         body, event or batch over its limit                           HTTP 413
    │   ├── Unauthorized     no key, or a wrong one                                        HTTP 401
    │   ├── Forbidden        a right key for something else                                HTTP 403
    │   ├── NotFound         no such thing                                                 HTTP 404
    │   └── Conflict         not as things are now                                         HTTP 409
    ├── PublishError         a site that cannot be published as things are
    │   └── Unmeasured       whom it would show something else could not be found out
    ├── SettingsError        a flag, environment variable or file that cannot be used
    └── Unavailable          a driver that cannot be reached or is full: try again         HTTP 503

An error names the thing, the place and the fix. The HTTP mapping is in `befit.api.problems`, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class BefitError(Exception):
    """The root of the tree: `except BefitError` catches what befit raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a site folder. `line` and `column` count from 1; 0 means the whole file."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: str = "error"

    @classmethod
    def at(cls, where: str, message: str, hint: str = "", severity: str = "error") -> Problem:
        """A problem at a place that is written as `file:line:column`."""
        file, line, column = where.rsplit(":", 2)
        return cls(file, int(line), int(column), message, hint, severity)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity}: {self.message}{hint}"


class SiteError(BefitError):
    """A site folder that does not check. `problems` holds every error found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class CelError(BefitError):
    """An expression that does not parse or type-check. `line` and `column` count from 1 within the expression."""

    def __init__(self, message: str, line: int = 1, column: int = 1, hint: str = "") -> None:
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint
        super().__init__(message)


class EvaluationError(CelError):
    """An expression that errs on these values (a missing key, an overflow, a wrong type at run time)."""


class InputError(BefitError):
    """A request that cannot be used. `kind` becomes the problem's `type`; `field` is a JSON path such as `$.batch[3].type`."""

    kind: ClassVar[str] = "invalid-input"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request cannot be used"

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


class TooLarge(InputError):
    """A body, event or batch over its limit."""

    kind = "too-large"
    status = 413
    title = "The request is too large"


class Unauthorized(InputError):
    """No key, or a wrong one."""

    kind = "unauthorized"
    status = 401
    title = "A valid key is needed"


class Forbidden(InputError):
    """A right key, or a claim, for something it does not open."""

    kind = "forbidden"
    status = 403
    title = "Not allowed"


class NotFound(InputError):
    """No such thing."""

    kind = "not-found"
    status = 404
    title = "Not found"


class Conflict(InputError):
    """Something that cannot be done as things are now: the message says what to do first."""

    kind = "conflict"
    status = 409
    title = "Not possible as things are"


class SettingsError(BefitError):
    """A flag, environment variable or settings file that cannot be used."""


class PublishError(BefitError):
    """A site that cannot be published: its tests fail, its repository is in the way, or the server refuses."""


class Unmeasured(PublishError):
    """Whom a release would show something else could not be found out."""


class Unavailable(BefitError):
    """A driver that cannot be reached, or a queue that is full; the same call may go through later."""
