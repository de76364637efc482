"""Code for a condition: true only if the expression is definitely true.

Here errors need no exceptions to be exact. With T(x) "x is true" and F(x) "x is false":
T(a && b) = T(a) and T(b), T(a || b) = T(a) or T(b), T(!a) = F(a), F(a && b) = F(a) or F(b), F(holds a) = not T(a)… A leaf that raises is neither,
so it simply ends a conjunction; only inside a disjunction does it need a guard, and `all` and `exists` are long ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from befit.cel.ast import Node, is_bind
from befit.cel.code import Code
from befit.cel.generate import Generator
from befit.cel.macros import recognize


@dataclass(frozen=True, slots=True)
class Leaf:
    """A Python expression that is true if the condition holds; raising means that it does not."""

    text: str
    raises: bool


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Every part holds."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Some part holds; a part that raises does not stop the others."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`part` does not hold, be it that it raises."""

    part: Plan


@dataclass(frozen=True, slots=True)
class Choice:
    """`then` if the condition is true, `otherwise` if it is false."""

    condition: str
    then: Plan
    otherwise: Plan


@dataclass(frozen=True, slots=True)
class Loop:
    """`body` holds for every item of `range` (`every`), or for some item."""

    variable: str
    range: str
    body: Plan
    every: bool


Plan: TypeAlias = "Leaf | Conjunction | Disjunction | Negation | Choice | Loop"


class UndecidedError(Exception):
    """A part whose exceptions do not mean that CEL errs: the condition has to be computed as a value."""


def plan(generator: Generator, node: Node, want: bool = True) -> Plan:
    """What has to hold for `node` to be definitely `want`. Raises NotGeneratedError or UndecidedError."""
    tag = node[0] if isinstance(node, list) else ""
    match tag:
        case "!":
            return plan(generator, node[1], not want)
        case "&&" | "||":
            parts = tuple(plan(generator, side, want) for side in node[1:])
            return _flat(Conjunction if (tag == "&&") is want else Disjunction, parts)
        case "holds":
            return _holds(generator, node[1], want)
        case "?:":
            return _choice(generator, node, want)
        case "fold" if is_bind(node):
            alias = generator.alias(node)
            if alias is not None:
                with generator.naming(node[4], alias):
                    return plan(generator, node[8], want)
        case "fold":
            macro = recognize(node)
            if macro is not None and macro.name in ("_all", "_exists"):
                return _loop(generator, node, macro.parts[0], macro.name == "_all", want)
    return _leaf(generator.code(node), want)


def _leaf(code: Code, want: bool) -> Leaf:
    if not code.decides:
        raise UndecidedError
    if code.kind != "bool":
        return Leaf(f"({code.text} is {want})", code.raises)
    return Leaf(code.text if want else f"(not {code.text})", code.raises)


def _flat(kind: type[Conjunction] | type[Disjunction], parts: tuple[Plan, ...]) -> Plan:
    """`a && (b && c)` as one row. Leaves that cannot raise join into one."""
    flat: list[Plan] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    joined: list[Plan] = []
    for part in flat:
        last = joined[-1] if joined else None
        if isinstance(part, Leaf) and isinstance(last, Leaf) and (kind is Conjunction or not last.raises):
            joined[-1] = Leaf(
                f"{last.text} {'and' if kind is Conjunction else 'or'} {part.text}", last.raises or part.raises
            )
        else:
            joined.append(part)
    if len(joined) == 1 and isinstance(joined[0], Leaf):
        return Leaf(f"({joined[0].text})", joined[0].raises)
    return kind(tuple(joined))


def _holds(generator: Generator, node: Node, want: bool) -> Plan:
    certain = plan(generator, node)
    if want:
        return certain
    if isinstance(certain, Leaf) and not certain.raises:
        return Leaf(f"(not {certain.text})", False)
    return Negation(certain)


def _choice(generator: Generator, node: Node, want: bool) -> Plan:
    _, condition, then, otherwise = node
    yes, no = plan(generator, then, want), plan(generator, otherwise, want)
    if not isinstance(condition, list) or condition[0] != "holds":
        code = generator.condition(generator.code(condition))
        if code.decides:
            return Choice(code.text, yes, no)
    return Disjunction(
        (
            _flat(Conjunction, (plan(generator, condition), yes)),
            _flat(Conjunction, (plan(generator, condition, False), no)),
        )
    )


def _loop(generator: Generator, node: Node, test: Node, is_all: bool, want: bool) -> Plan:
    if node[2] is not None:
        raise UndecidedError
    source = generator.range(node[3])
    if not source.decides:
        raise UndecidedError
    item = generator.item(source)
    with generator.naming(node[1], item):
        body = plan(generator, test, want)
    return Loop(item.text, source.text, body, every=is_all is want)


def statements(generator: Generator, condition: Plan, target: str = "") -> list[str]:
    """Python statements that leave in `target` whether the plan holds (empty: return it). They may raise: it does not."""
    out = f"{target} = " if target else "return "
    match condition:
        case Leaf(text, _):
            return [f"{out}{text}"]
        case Conjunction(parts):
            return _all(generator, parts, target)
        case Disjunction(parts):
            return _any(generator, parts, target)
        case Negation(part):
            holds = target or generator.fresh("r")
            return [*_guarded(statements(generator, part, holds), holds), f"{out}not {holds}"]
        case Choice(test, then, otherwise):
            yes, no = (_indented(statements(generator, part, target)) for part in (then, otherwise))
            return [f"if {test}:", *yes, "else:", *no]
        case Loop():
            return _looped(generator, condition, target or generator.fresh("r"), target)


def _all(generator: Generator, parts: tuple[Plan, ...], target: str) -> list[str]:
    *first, last = parts
    holds = target or generator.fresh("r")
    lines = statements(generator, first[0], holds)
    for position, part in enumerate([*first[1:], last], start=1):
        tail = "" if position == len(first) and not target else holds
        lines += [f"if {holds}:", *_indented(statements(generator, part, tail))]
    return lines if target else [*lines, "return False"]


def _any(generator: Generator, parts: tuple[Plan, ...], target: str) -> list[str]:
    *first, last = parts
    holds = target or generator.fresh("r")
    lines: list[str] = []
    for position, part in enumerate(first):
        guarded = (
            _guarded(statements(generator, part, holds), holds) if _raises(part) else statements(generator, part, holds)
        )
        lines += guarded if position == 0 else [f"if not {holds}:", *_indented(guarded)]
    if target:
        return [*lines, f"if not {holds}:", *_indented(statements(generator, last, holds))]
    return [*lines, f"if {holds}:", "    return True", *statements(generator, last)]


def _looped(generator: Generator, loop: Loop, holds: str, target: str) -> list[str]:
    body = statements(generator, loop.body, holds)
    if not loop.every and _raises(loop.body):
        body = _guarded(body, holds)
    stop = f"if not {holds}:" if loop.every else f"if {holds}:"
    lines = [f"{holds} = {loop.every}", f"for {loop.variable} in {loop.range}:", *_indented([*body, stop, "    break"])]
    return lines if target else [*lines, f"return {holds}"]


def _guarded(lines: list[str], holds: str) -> list[str]:
    return ["try:", *_indented(lines), "except Exception as error:", f"    {holds} = _erred(error)"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _raises(part: Plan) -> bool:
    return part.raises if isinstance(part, Leaf) else not isinstance(part, Negation)
