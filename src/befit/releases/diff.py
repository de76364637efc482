"""Diff: what changed from one release to another, in words: what is new, what is gone, what is different, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final, Literal

import msgspec

from befit.model import Branch, Condition, Release, Signal, Slot
from befit.releases.phrases import label, ordinal, outcome, rule, said

Kind = Literal["added", "removed", "changed", "moved"]

SILENT: Final = frozenset({"id", "name", "position", "rules", "reads", "hidden"})
"""Fields that say nothing of themselves."""


class Change(msgspec.Struct, frozen=True):
    """One change. `part` names what changed (`slot hero`), `text` says how; `where` is its place in the newer release, or the older one's if it is gone."""

    kind: Kind
    part: str
    text: str
    where: str = ""

    def __str__(self) -> str:
        sign = {"added": "+", "removed": "-", "changed": "~", "moved": "~"}[self.kind]
        return f"{sign} {self.part}: {self.text}"


def describe(before: Release, after: Release) -> list[Change]:
    """All changes between two releases; none when they do the same."""
    changes = list(_fields("site", before.site, after.site, ""))
    for part, field in (
        ("signal", "signals"),
        ("audience", "audiences"),
        ("tag", "tags"),
        ("trigger", "triggers"),
        ("rule set", "rulesets"),
        ("module", "modules"),
    ):
        changes += _parts(part, getattr(before, field), getattr(after, field))
    changes += _slots(before.slots, after.slots)
    changes += _collections(before.collections, after.collections)
    return changes


def _parts(part: str, before: Iterable[Any], after: Iterable[Any]) -> Iterator[Change]:
    """Parts that go by their name. The hidden sequence of a trigger is told as the trigger's; an affinity's leader goes with it."""
    old, new = (
        {each.name: each for each in parts if getattr(each, "kind", "") != "leader"} for parts in (before, after)
    )
    for name in sorted(old.keys() - new.keys()):
        if not _is_made(old[name]):
            yield Change("removed", f"{part} {name}", "is gone", old[name].position)
    for name, each in new.items():
        if _is_made(each):
            if name in old:
                yield from _fields(f"trigger {name.partition(':')[2]}", old[name], each, each.position)
        elif name not in old:
            yield Change("added", f"{part} {name}", f"is new: {_introduced(each)}", each.position)
        else:
            yield from _fields(f"{part} {name}", old[name], each, each.position)


def _is_made(part: Any) -> bool:
    return bool(getattr(part, "hidden", False))


def _introduced(part: Any) -> str:
    """What a new part is, by those of its fields that say something."""
    words = [f"{label(field)} {text}" for field, value in _items(part) if value and (text := said(value, field))]
    return "; ".join([*([part.kind] if isinstance(part, Signal) else []), *words]) or "nothing in it yet"


def _items(part: Any) -> Iterator[tuple[str, Any]]:
    defaults = dict(zip(reversed(part.__struct_fields__), reversed(part.__struct_defaults__), strict=False))
    for field in part.__struct_fields__:
        value = getattr(part, field)
        obvious = isinstance(part, Signal) and field in ("kind", "type")
        if field not in SILENT and not obvious and value not in (defaults.get(field, ""), part.name):
            yield field, value


def _fields(part: str, before: Any, after: Any, where: str) -> Iterator[Change]:
    """What differs between two versions of one part, field by field."""
    for field in after.__struct_fields__:
        old, new = getattr(before, field), getattr(after, field)
        if field in SILENT or _meaning(old) == _meaning(new):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _entries(part, field, old, new, where)
        elif isinstance(old, msgspec.Struct) and type(old) is type(new) and len(old.__struct_fields__) < 5:
            yield from _fields(part, old, new, where)
        else:
            yield _change(part, label(field), said(old, field), said(new, field), where)


def _entries(
    part: str, field: str, before: Mapping[str, Any], after: Mapping[str, Any], where: str, path: str = ""
) -> Iterator[Change]:
    """What differs between two mappings, entry by entry and as deep as they go."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if _meaning(old) == _meaning(new) and (name in before) == (name in after):
            continue
        inner = f"{path}.{name}" if path else name
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _entries(part, field, old, new, where, inner)
        else:
            yield _change(part, f"{label(field)} `{inner}`", said(old, field), said(new, field), where)


def _change(part: str, what: str, old: str, new: str, where: str) -> Change:
    if not old:
        return Change("changed", part, f"{what} {new} is new" if new else f"{what} is different", where)
    if not new:
        return Change("changed", part, f"{what} {old} is gone", where)
    if old == new:
        return Change("changed", part, f"{what} {new} means something else, because of what it uses", where)
    was, now = ("were", "are") if what in ("events", "steps", "cancelling events", "removing events") else ("was", "is")
    return Change("changed", part, f"{what} {was} {old}, {now} {new}", where)


def _slots(before: Iterable[Slot], after: Iterable[Slot]) -> Iterator[Change]:
    old, new = ({slot.name: slot for slot in slots} for slots in (before, after))
    for name in old.keys() - new.keys():
        yield Change("removed", f"slot {name}", "is gone", old[name].position)
    for name, slot in new.items():
        part = f"slot {name}"
        if name not in old:
            rules = "; ".join(rule(branch) for branch in slot.rules)
            yield Change("added", part, f"is new: {rules}", slot.position)
            continue
        yield from _fields(part, old[name], slot, slot.position)
        yield from _branches(part, old[name].rules, slot.rules)


def _branches(part: str, before: tuple[Branch, ...], after: tuple[Branch, ...]) -> Iterator[Change]:
    """Rules side by side: which is which is told by what they say, not by their place."""
    pairs = _paired(before, after)
    matched = {new: old for old, new in pairs}
    for index, branch in enumerate(before):
        if index not in matched.values():
            yield Change("removed", part, f"the rule {rule(branch)} is gone", branch.position)
    stay = _in_order(pairs)
    for index, branch in enumerate(after):
        if index not in matched:
            place = f"as {ordinal(index + 1)} of {len(after)}"
            yield Change("added", part, f"the rule {rule(branch)} is new, {place}", branch.position)
            continue
        old = before[matched[index]]
        if index not in stay:
            text = f"the rule {rule(branch)} went from {ordinal(matched[index] + 1)} to {ordinal(index + 1)} place"
            yield Change("moved", part, text, branch.position)
        yield from _branch(part, old, branch)


def _branch(part: str, before: Branch, after: Branch) -> Iterator[Change]:
    name = f"{part}, rule → {outcome(after)}" if after.show else f"{part}, rule {said(after.when) or 'otherwise'}"
    yield from _fields(name, before, after, after.position)
    yield from _branches(f"{name}" if after.rules else part, before.rules, after.rules)


def _paired(before: tuple[Branch, ...], after: tuple[Branch, ...]) -> list[tuple[int, int]]:
    """(old, new) indexes of branches that are the same one: equal first, then those that lead to or ask for the same."""
    pairs: list[tuple[int, int]] = []
    old, new = list(range(len(before))), list(range(len(after)))
    for sameness in (_meaning, _lead_and_condition, _lead, _condition):
        waiting: dict[Any, list[int]] = {}
        for index in old:
            waiting.setdefault(_hashable(sameness(before[index])), []).append(index)
        for index in list(new):
            found = waiting.get(_hashable(sameness(after[index])))
            if found:
                pairs.append((found.pop(0), index))
                old.remove(pairs[-1][0])
                new.remove(index)
    return sorted(pairs, key=lambda pair: pair[1])


def _in_order(pairs: list[tuple[int, int]]) -> set[int]:
    """The new indexes of the most branches that can be said to have stayed where they were."""
    old = sorted(pair[0] for pair in pairs)
    now = [pair[0] for pair in pairs]
    blocks = SequenceMatcher(a=old, b=now, autojunk=False).get_matching_blocks()
    return {pairs[block.b + step][1] for block in blocks for step in range(block.size)}


def _lead_and_condition(branch: Branch) -> Any:
    return (_lead(branch), _condition(branch))


def _lead(branch: Branch) -> Any:
    """What a branch shows; one with rules of its own by the modules below it."""
    return (branch.show, branch.variant) if branch.show else ("", *(each.show for each in branch.rules))


def _condition(branch: Branch) -> Any:
    return "" if branch.when is None else branch.when.source


def _collections(before: Mapping[str, list[Any]], after: Mapping[str, list[Any]]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        part = f"collection {name}"
        if old is None or new is None:
            what = f"is new: {len(new)} items" if new is not None else "is gone"
            yield Change("added" if old is None else "removed", part, what, f"collections/{name}")
        elif old != new:
            kept, came = {_hashable(item) for item in old}, {_hashable(item) for item in new}
            changed = f"{len(came - kept)} items are new or different, {len(kept - came)} are gone"
            yield Change("changed", part, changed if came != kept else "stands in another order", f"collections/{name}")


def _meaning(value: Any) -> Any:
    """A value without the places in files that it remembers, and without ids that follow from places."""
    if isinstance(value, Condition):
        return value.ast
    if isinstance(value, msgspec.Struct):
        return {name: _meaning(getattr(value, name)) for name in value.__struct_fields__ if name not in PLACES}
    if isinstance(value, (list, tuple)):
        return [_meaning(each) for each in value]
    if isinstance(value, dict):
        return {name: _meaning(each) for name, each in value.items()}
    return value


PLACES: Final = frozenset({"id", "position", "reads"})


def _hashable(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
