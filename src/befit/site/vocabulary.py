"""The typed variables of a compiled site, for expressions that stand in none of its files: `befit eval`, drafts of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from befit.cel import Duration, Environment, Timestamp, Type
from befit.model import Release
from befit.site import environment
from befit.site.expressions import Scopes
from befit.site.schema import Schema

PARSED: Final = {"timestamp": Timestamp.parse, "duration": Duration.parse}


def scopes_of(release: Release) -> Scopes:
    """The environments in which the conditions of a release were checked."""
    scopes = Scopes(msgspec.convert(release.site.schema, Schema))
    scopes.signals = {signal.name: signal.type for signal in release.signals if not signal.hidden}
    scopes.audiences = {audience.name: audience.when.ast for audience in release.audiences}
    return scopes


def branch_scope(release: Release) -> Environment:
    """What conditions of branches see: suggestions and type errors are those of `befit check`."""
    return scopes_of(release).branch()


def branch_types(release: Release) -> dict[str, Type]:
    """The types of what they see, by name; a struct is a mapping."""
    scopes = scopes_of(release)
    return environment.of_branch(scopes.schema, scopes.signals)


def typed(value: Any, type_: Type) -> Any:
    """JSON as values of a type: times are written as text, and a whole number is a fine double. The rest stays what it is.

    Raises befit.errors.EvaluationError for a text that is no time.
    """
    if isinstance(type_, Mapping):
        if not isinstance(value, Mapping):
            return value
        return {name: typed(each, type_.get(name, "dyn")) for name, each in value.items()}
    if type_ in PARSED and isinstance(value, str):
        return PARSED[type_](value)
    return float(value) if type_ == "double" and type(value) is int else value
