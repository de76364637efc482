"""A condition as Python functions: fast ones generated from the portable form, with the exact walk behind them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from befit.cel.ast import Node, paths
from befit.cel.code import NotGeneratedError
from befit.cel.evaluate import walk
from befit.cel.explain import Explanation, explain
from befit.cel.generate import Generator
from befit.cel.truth import UndecidedError, plan, statements
from befit.cel.values import NoSuchKey
from befit.errors import CelError, EvaluationError


class Compiled:
    """One expression over positional parameters.

    test(*args) -> bool     true only if the expression is definitely true; an error or a missing value makes it false
    value(*args) -> Any     the exact value; raises EvaluationError
    explain(*args)          the outcome with the operands' values and the reason in words
    ast, source             the portable form, and the generated Python
    errors, last_error      how often `test` met an error that is not just a missing value, and the last one in words

    `test` and `value` are plain functions, made when they are first asked for; hoist them out of loops.
    """

    test: Callable[..., bool]
    value: Callable[..., Any]

    def __init__(self, ast: Node, params: Sequence[str]) -> None:
        self.ast = ast
        self._params = tuple(params)
        self.errors = 0
        self.last_error = ""

    def __getattr__(self, name: str) -> Any:
        if name not in ("test", "value"):
            raise AttributeError(name)
        function = self._function(self._test_source if name == "test" else self._value_source, name)
        setattr(self, name, function)
        return function

    @property
    def source(self) -> str:
        """The generated Python of `test` and `value`."""
        texts = (make(Generator(self._params)) for make in (self._test_source, self._value_source))
        return "\n\n".join(text or "# only the exact walk evaluates this" for text in texts)

    def explain(self, *args: Any) -> Explanation:
        """Why the expression is true or false with these values, or has none."""
        return explain(self.ast, dict(zip(self._params, args, strict=True)))

    def _function(self, make: Callable[[Generator], str], name: str) -> Callable[..., Any]:
        generator = Generator(self._params)
        source = make(generator)
        exact = self._exact_test if name == "test" else self._exact_value
        if not source:
            return exact
        generator.globals["_exact"] = exact
        generator.globals["_erred"] = self.erred
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # `1 is None`: an author may well compare literals
            try:
                code = compile(source, f"<condition {name}>", "exec")
            except SyntaxError:  # more nested blocks than Python allows
                return exact
        exec(code, generator.globals)  # noqa: S102  our own code: see generate.py
        function: Callable[..., Any] = generator.globals[name]
        return function

    def _test_source(self, generator: Generator) -> str:
        try:
            body = statements(generator, plan(generator, self.ast))
        except UndecidedError:
            return self._value_source(generator, "test", " is True")
        except NotGeneratedError:
            return ""
        return _definition("test", generator.params, body, "return _erred(error)")

    def _value_source(self, generator: Generator, name: str = "value", suffix: str = "") -> str:
        try:
            body = [f"return {generator.code(self.ast).text}{suffix}"]
        except NotGeneratedError:
            return ""
        return _definition(name, generator.params, body, f"return _exact({', '.join(generator.params)})")

    def _exact_test(self, *args: Any) -> bool:
        try:
            return self._exact_value(*args) is True
        except EvaluationError as error:
            return self.erred(error)

    def erred(self, error: Exception) -> bool:
        """An error makes a condition false. A missing value is everyday; anything else is counted for the operator."""
        if not isinstance(error, (KeyError, NoSuchKey)):
            self.errors += 1
            self.last_error = f"{type(error).__name__}: {error}"
        return False

    def _exact_value(self, *args: Any) -> Any:
        return walk(self.ast, dict(zip(self._params, args, strict=True)))


def compile_condition(ast: Node, params: Sequence[str]) -> Compiled:
    """Functions for a checked expression, whose variables come positionally in the order of `params`.

    Raises CelError if the expression reads a variable that is not among them.
    """
    missing = {path[0] for path in paths(ast)} - set(params)
    if missing:
        raise CelError(f"unknown variable: {', '.join(sorted(missing))}")
    return Compiled(ast, params)


def _definition(name: str, params: Sequence[str], body: list[str], otherwise: str) -> str:
    lines = [f"def {name}({', '.join(params)}):", "    try:", *(f"        {line}" for line in body)]
    return "\n".join([*lines, "    except Exception as error:", f"        {otherwise}", ""])
