"""The problems that the HTTP API answers with, from `befit.errors` and `befit.api.problems`."""

from __future__ import annotations

from collections.abc import Iterator

from befit.api.problems import MethodNotAllowed, problem_details
from befit.errors import BefitError, InputError, SiteError, Unavailable
from docs.generate.table import code, table


def problems() -> str:
    """Status, type and title of each."""
    errors = [*_input_errors(InputError), SiteError([]), Unavailable(), BefitError(), RuntimeError()]
    details = sorted(map(problem_details, errors), key=lambda each: each.status)
    return table(["status", "`type`", "`title`"], ([str(each.status), code(each.type), each.title] for each in details))


def _input_errors(kind: type[InputError]) -> Iterator[InputError]:
    yield MethodNotAllowed("", "") if kind is MethodNotAllowed else kind("")
    for below in kind.__subclasses__():
        yield from _input_errors(below)
