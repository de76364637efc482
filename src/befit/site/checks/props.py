"""Props that a module's schema requires: given by the module, its variant or its branch, and known when they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from befit.cel.ast import Node, Path, path_of
from befit.model import Branch, Module, Release
from befit.site.checks.report import Report, near

KNOWN: Final = frozenset(
    ("count", "sum", "distinct", "affinity", "top", "dwell", "rate", "streak", "sequence", "absence", "funnel")
)
"""Kinds of signals that have a value before the first event."""

LOCAL: Final = frozenset(("local", "time", "hour", "weekday"))
OF_PROFILE: Final = frozenset(("id", "known", "first_seen", "last_seen", "sessions"))


class _Shown(NamedTuple):
    """A module where it is shown: what the place gives it, and what its conditions make sure is known."""

    module: Module
    props: dict[str, Any]
    sure: frozenset[Path]
    where: str


def check_props(release: Release, report: Report) -> None:
    """Reports required props that nothing gives; warns of computed ones that are left out while what they read is not known."""
    always = _always(release)
    for shown in _shown(release):
        module = shown.module
        for name in module.schema.get("required", ()):
            if name in shown.props:
                continue
            if name in module.texts:
                _check_text(name, shown, always, report)
            elif name not in module.picks:
                report.error(
                    shown.where,
                    f"`{module.name}` needs the prop `{name}`: its schema requires it",
                    "give it in the module, in the variant or here",
                )


def _check_text(name: str, shown: _Shown, always: frozenset[Path], report: Report) -> None:
    for part in shown.module.texts[name].parts:
        if isinstance(part, str):
            continue
        unsure = [path for path in sorted(needed(part.ast)) if not _is_sure(path, shown.sure | always)]
        for *container, last in unsure[:1]:
            report.warning(
                part.where,
                f"`{name}` is required, and it is left out while `{'.'.join((*container, last))}` is not known",
                f"write {'.'.join(container)}.?{last}.orValue(…), or let the branch in {near(shown.where, part.where)} ask for it",
            )


def _shown(release: Release) -> Iterator[_Shown]:
    modules = {module.name: module for module in release.modules}
    for slot in release.slots:
        yield from _leaves(slot.rules, frozenset(), modules)
    for trigger in release.triggers:
        for module in trigger.show.values():
            yield _Shown(modules[module], modules[module].props, frozenset(), trigger.position)


def _leaves(branches: tuple[Branch, ...], sure: frozenset[Path], modules: dict[str, Module]) -> Iterator[_Shown]:
    for branch in branches:
        inside = sure | (ensured(branch.when.ast) if branch.when else frozenset())
        if branch.show:
            module = modules[branch.show]
            props = {**module.props, **module.variants.get(branch.variant, {}), **branch.props}
            if branch.collect:
                props[branch.collect.into] = []
            yield _Shown(module, props, inside, branch.position)
        yield from _leaves(branch.rules, inside, modules)


def ensured(node: Node) -> frozenset[Path]:
    """The paths that have a value whenever a condition holds."""
    match node:
        case ["&&", *terms]:
            return frozenset[Path]().union(*map(ensured, terms))
        case ["||", *terms]:
            return frozenset[Path].intersection(*map(ensured, terms))
        case ["holds", operand, *_]:
            return ensured(operand)
        case ["has", *_]:
            path = path_of(node)
            return frozenset([path]) if path else frozenset()
        case ["!", operand]:
            return needed(operand)
    return needed(node)


def needed(node: Node) -> frozenset[Path]:
    """The paths without which an expression has no value: those that it always reads, whatever the others hold."""
    match node:
        case ["&&" | "||" | "holds" | "has" | "fold" | "?." | "[?]" | "map" | "list", *_]:
            return frozenset()
        case ["?:" | "or" | "orValue", first, *_]:
            return needed(first)
        case ["var" | "get", *_]:
            path = path_of(node)
            return frozenset([path] if path else ())
        case [str(tag), *parts] if tag != "=":
            return frozenset[Path]().union(*map(needed, parts))
    return frozenset()


def _is_sure(path: Path, sure: frozenset[Path]) -> bool:
    return any(each[: len(path)] == path for each in sure)


def _always(release: Release) -> frozenset[Path]:
    """What is known of every visitor from the first moment."""
    signals = (("signals", signal.name) for signal in release.signals if signal.kind in KNOWN)
    local = (("context", name) for name in LOCAL)
    profile = (("profile", name) for name in OF_PROFILE)
    return frozenset([("now",), ("tags",), *signals, *local, *profile])
