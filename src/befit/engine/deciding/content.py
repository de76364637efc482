"""Content: what a leaf shows, a module's variant with its props. Some props are computed when a decision is made."""

from __future__ import annotations

from typing import Any

import msgspec

from befit.cel import Compiled, compile_condition, to_json
from befit.engine.inputs import inputs
from befit.engine.view import VARIABLES
from befit.errors import EvaluationError
from befit.model import Branch, Collect, Condition, Module, Pick, Release, Text

ITEM_VARIABLES = (*VARIABLES, "item")


class Content:
    """What a leaf shows: a module's variant with its props.

    `raw` holds the props as JSON where nothing in them depends on the visitor, which is the common case on the hot path.
    """

    __slots__ = ("module", "picks", "props", "raw", "texts", "type", "variant")

    def __init__(self, module: Module, variant: str, overrides: dict[str, Any], release: Release) -> None:
        self.module = module.name
        self.type = module.type
        self.variant = variant
        self.props = {**module.props, **module.variants.get(variant, {}), **overrides}
        fixed = {**module.variants.get(variant, {}), **overrides}
        self.texts = [(name, CompiledText(text)) for name, text in module.texts.items() if name not in fixed]
        self.picks = [(name, CompiledPick(pick, release)) for name, pick in module.picks.items() if name not in fixed]
        dynamic = bool(self.texts or self.picks)
        self.raw = None if dynamic else msgspec.Raw(msgspec.json.encode(self.props))

    def render(self, args: tuple[Any, ...]) -> Any:
        """The props for these condition variables: JSON already, or a dict. A prop whose expression errs is left out."""
        if self.raw is not None:
            return self.raw
        props = dict(self.props)
        for name, text in self.texts:
            value = text.render(args)
            if value is not None:
                props[name] = value
        for name, pick in self.picks:
            props[name] = pick.items(args)
        return props


class CompiledText:
    """A prop with `${…}` in it."""

    __slots__ = ("parts",)

    def __init__(self, text: Text) -> None:
        self.parts: list[str | Compiled] = [
            part if isinstance(part, str) else compile_condition(part.ast, VARIABLES) for part in text.parts
        ]

    def render(self, args: tuple[Any, ...]) -> Any:
        """The text, or the bare value of a single `${…}`; None when an expression errs."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return value_or_none(self.parts[0], args)
        pieces = []
        for part in self.parts:
            piece = part if isinstance(part, str) else value_or_none(part, args)
            if piece is None:
                return None
            pieces.append(str(piece))
        return "".join(pieces)


class CompiledPick:
    """A prop whose items are picked from a collection."""

    __slots__ = ("affinity", "by", "collection", "limit", "test")

    def __init__(self, pick: Pick, release: Release) -> None:
        self.collection = release.collections.get(pick.collection, [])
        self.affinity = pick.affinity
        self.by = pick.by
        self.limit = pick.limit
        self.test = None if pick.where is None else compile_condition(pick.where.ast, ITEM_VARIABLES).test

    def items(self, args: tuple[Any, ...]) -> list[dict[str, Any]]:
        """The first `limit` items that pass, best affinity first, in the collection's order among equals."""
        test = self.test
        items = self.collection if test is None else [item for item in self.collection if test(*args, item)]
        if self.affinity:
            scores = args[VARIABLES.index("signals")][self.affinity]
            items = sorted(items, key=lambda item: -scores.get(item.get(self.by), 0.0))
        return items[: self.limit]


class Collected(Content):
    """Content with a prop that the rows of a decision table fill: the values of all that hold, in their order."""

    __slots__ = ("into", "rows")

    def __init__(self, module: Module, branch: Branch, collect: Collect, release: Release) -> None:
        super().__init__(module, branch.variant, {**branch.props, collect.into: []}, release)
        self.raw = None
        self.into = collect.into
        self.rows = [
            (row, None if row.when is None else compile_condition(row.when.ast, VARIABLES)) for row in collect.rows
        ]

    def render(self, args: tuple[Any, ...]) -> Any:
        """The props, as of any content, with the values collected."""
        props = super().render(args)
        props[self.into] = [row.value for row, when in self.rows if when is None or when.test(*args)]
        return props


def computed(module: Module) -> list[Condition]:
    """The expressions in a module's props."""
    return [
        *(part for text in module.texts.values() for part in text.parts if isinstance(part, Condition)),
        *(pick.where for pick in module.picks.values() if pick.where is not None),
    ]


def content_inputs(module: Module) -> set[str]:
    """The inputs that a module's computed props depend on."""
    read = {path for condition in computed(module) for path in condition.reads if not path.startswith("item")}
    return inputs(read) | {f"signals.{pick.affinity}" for pick in module.picks.values() if pick.affinity}


def value_or_none(condition: Compiled, args: tuple[Any, ...]) -> Any:
    """The value in a form that JSON holds; None when the expression errs."""
    try:
        return to_json(condition.value(*args))
    except EvaluationError:
        return None
