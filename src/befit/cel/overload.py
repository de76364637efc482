"""One row of the table of functions: an overload of CEL's standard library or of an extension, in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from befit.cel.values import kind
from befit.errors import EvaluationError


class Overload(NamedTuple):
    """
    id        as Google's checker names it
    function  its tag in the portable form
    kinds     the kinds of its arguments (`any` takes all)
    result    the type of its value, `dyn` when that depends on the arguments
    call      what computes it; raises EvaluationError
    source    the same as a Python expression over {0}, {1}… and a temporary {t}, where that is faster and raises whenever
              CEL would err; numbers and times in it may be plain ints
    wrap      the class that the value of `source` still needs (Timestamp, Duration, UInt)
    """

    id: str
    function: str
    kinds: tuple[str, ...]
    result: str
    call: Callable[..., Any]
    source: str = ""
    wrap: str = ""


def row(
    id_: str, function: str, kinds: str, result: str, call: Callable[..., Any], source: str = "", wrap: str = ""
) -> Overload:
    """A row whose argument kinds are written as one string: `"int int"`."""
    return Overload(id_, function, tuple(kinds.split()), result, call, source, wrap)


def no_overload(function: str, *arguments: Any) -> EvaluationError:
    """The error of a function that is not defined for arguments of these kinds."""
    kinds = ", ".join(kind(argument) for argument in arguments)
    return EvaluationError(f"no matching overload: {function}({kinds})")
