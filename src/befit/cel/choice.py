"""The first of several conditions that holds, found by one generated function.

A rule tree asks this all the time. One function for all siblings spares a call for each of them, which costs as much as
a typical condition itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from befit.cel.code import NotGeneratedError
from befit.cel.compiled import Compiled
from befit.cel.generate import Generator
from befit.cel.truth import Leaf, UndecidedError, plan

NONE: Final = -1


def compile_choice(conditions: Sequence[Compiled | None], params: Sequence[str]) -> Callable[..., int]:
    """A function over `params` that returns the index of the first condition that `test`s true, or `NONE`.

    All conditions must have been compiled with the same `params`. None stands for a condition that always holds.
    """
    generator = Generator(params)
    lines = [f"def choose({', '.join(generator.params)}):"]
    for index, condition in enumerate(conditions):
        if condition is None:
            lines.append(f"    return {index}")
            break
        generator.globals[f"_erred{index}"] = condition.erred
        lines += _alternative(generator, index, condition)
    else:
        lines.append(f"    return {NONE}")
    exec(compile("\n".join(lines), "<choice>", "exec"), generator.globals)  # noqa: S102  our own code: see generate.py
    choose: Callable[..., int] = generator.globals["choose"]
    return choose


def _alternative(generator: Generator, index: int, condition: Compiled) -> list[str]:
    try:
        found = plan(generator, condition.ast)
    except (NotGeneratedError, UndecidedError):
        found = None
    if not isinstance(found, Leaf):  # anything but a plain expression is as well called
        generator.globals[f"_test{index}"] = condition.test
        return [f"    if _test{index}({', '.join(generator.params)}):", f"        return {index}"]
    return [
        "    try:",
        f"        if {found.text}:",
        f"            return {index}",
        "    except Exception as error:",
        f"        _erred{index}(error)",
    ]
