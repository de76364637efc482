"""Cover: the conditions that were tried before, filed so that one which holds whenever a later one does is found quickly."""

from __future__ import annotations

from typing import Any, Final

from befit.site.checks.domain import Domain, Union, contains
from befit.site.checks.logic import Facts, Subject

Key = tuple[Subject, tuple[str, Any] | None]

LOOKED_AT: Final = 16
"""Earlier conditions of one key that a later one is compared with: ten thousand rules must not be compared in pairs."""


class Cover:
    """Conjunctions that end the search for something to show, each with its place (`file:line:column`)."""

    def __init__(self) -> None:
        self._always = ""
        self._filed: dict[Key, list[tuple[Facts, str]]] = {}
        self._alone: dict[Subject, Union] = {}

    def add(self, facts: Facts, where: str) -> None:
        """From here on nothing gets further for which all these facts are so."""
        if not facts:
            self._always = self._always or where
            return
        keys = min((_keys(subject, domain) for subject, domain in facts.items()), key=self._crowd)
        for key in keys:
            self._filed.setdefault(key, []).append((facts, where))
        if len(facts) == 1:
            for subject, domain in facts.items():
                self._alone.setdefault(subject, Union()).add(domain)

    def covering(self, facts: Facts) -> str | None:
        """The place of one that holds whenever these facts are so; empty when several do together, None when none does."""
        if self._always:
            return self._always
        for subject, domain in facts.items():
            points = domain.points()
            for key in ((subject, None), *((subject, point) for point in (points or ())[:1])):
                for earlier, where in self._filed.get(key, ())[:LOOKED_AT]:
                    if _implied(earlier, facts):
                        return where
        alone = any(domain in self._alone[subject] for subject, domain in facts.items() if subject in self._alone)
        return "" if alone else None

    def _crowd(self, keys: list[Key]) -> int:
        return max(len(self._filed.get(key, ())) for key in keys)


def _keys(subject: Subject, domain: Domain) -> list[Key]:
    """Under each of its points, since whatever lies within it has one of them; otherwise under the subject alone."""
    points = domain.points()
    return [(subject, point) for point in points] if points else [(subject, None)]


def _implied(earlier: Facts, facts: Facts) -> bool:
    for subject, domain in earlier.items():
        inner = facts.get(subject)
        if inner is None or not contains(domain, inner):
            return False
    return True
