"""The official conformance suite of CEL, where its files are present (BEFIT_CONFORMANCE, or ../shared/suites/cel)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from befit.cel import CelError, EvaluationError, compile_condition
from befit.cel.evaluate import walk
from befit.cel.operators import equal
from befit.cel.values import Optional, kind
from tests.cel_conformance import Case, NeedsMessages, cases

ROOT: Final = Path(__file__).resolve().parents[3]
FOLDER: Final = Path(os.environ.get("BEFIT_CONFORMANCE") or ROOT.parent / "shared" / "suites" / "cel")

LEFT_OUT: Final = {
    "comparisons/eq_wrapper": "protobuf's wrapper messages",
    "dynamic/": "protobuf's well-known messages (Int32Value, Struct, Any…)",
    "enums/": "protobuf enums",
    "network_ext/": "an extension of types ip and cidr that Google's checker for Python does not offer",
    "parse/struct_field_names": "fields of a protobuf message",
    "type_deduction/wrappers": "protobuf's wrapper messages",
    "type_deduction/legacy_nullable_types": "fields of a protobuf message",
}
"""Sections that need what befit does not have. Single tests elsewhere that name a protobuf message are skipped too."""

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no conformance suite in {FOLDER}")


def included() -> list[Case]:
    """The tests that need no protobuf messages."""
    found = cases(FOLDER) if FOLDER.is_dir() else ()
    return [case for case in found if not case.id.startswith(tuple(LEFT_OUT)) and needs_no_message(case)]


def needs_no_message(case: Case) -> bool:
    """Whether neither the expression nor its variables and result are about protobuf messages or custom functions."""
    messages = ("TestAllTypes", "google.protobuf.Value{", "google.protobuf.Struct{")
    if any(name in case.raw.expr for name in messages):
        return False
    try:
        _ = (
            case.variables,
            case.bindings,
            case.expected_type,
            case.expects_error or case.raw.check_only or case.expected,
        )
    except NeedsMessages:
        return False
    return True


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in included()])
def test_conforms(case: Case) -> None:
    try:
        ast, type_ = case.compile()
    except CelError:
        assert case.expects_error
        return
    if case.expected_type:
        assert type_ == case.expected_type
    if case.raw.check_only:
        return
    bindings = case.bindings
    ways: list[Callable[[], Any]] = [lambda: walk(ast, bindings)]
    if not case.raw.disable_check:
        names = sorted(bindings)
        condition = compile_condition(ast, names)
        arguments = [bindings[name] for name in names]
        ways.append(lambda: condition.value(*arguments))
        assert condition.test(*arguments) is (not case.expects_error and case.expected is True)
    for way in ways:
        if case.expects_error:
            with pytest.raises(EvaluationError):
                way()
        else:
            assert same(way(), case.expected)


def same(value: Any, expected: Any) -> bool:
    """Whether a result is the expected one, in type too; an optional one may stand for what it holds."""
    value = value.values[0] if isinstance(value, Optional) and value.values else value
    both_nan = isinstance(value, float) and isinstance(expected, float) and math.isnan(value) and math.isnan(expected)
    return kind(value) == kind(expected) and (both_nan or equal(value, expected))


def test_no_test_of_the_suite_gets_lost() -> None:
    assert len(included()) == 1497
