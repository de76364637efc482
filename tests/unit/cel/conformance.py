"""Loads the CEL conformance suite: textproto files of cel.expr.conformance.test.SimpleTestFile.

The schema is declared from what the tests need of simple.proto and value.proto. Values that hold a protobuf message
or an enum of one have no kind left here (their fields are unknown and skipped), which is how they are recognized.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from google.protobuf import text_format

from befit.cel.schema import CHECKED, message_classes

_CLASSES = message_classes(
    {
        **CHECKED,
        "SimpleTestFile": {"name": (1, "string"), "section": (3, "*SimpleTestSection")},
        "SimpleTestSection": {"name": (1, "string"), "test": (3, "*SimpleTest")},
        "SimpleTest": {
            "name": (1, "string"),
            "expr": (3, "string"),
            "disable_macros": (4, "bool"),
            "disable_check": (5, "bool"),
            "check_only": (15, "bool"),
            "type_env": (6, "*Decl"),
            "container": (13, "string"),
            "bindings": (7, "string>ExprValue"),
            "value": (8, "|Value"),
            "typed_result": (16, "|TypedResult"),
            "eval_error": (9, "|ErrorSet"),
            "any_eval_errors": (10, "|Empty"),
            "unknown": (11, "|Empty"),
            "any_unknowns": (12, "|Empty"),
        },
        "TypedResult": {"result": (1, "Value"), "deduced_type": (2, "Type")},
        "ExprValue": {"value": (1, "|Value"), "error": (2, "|ErrorSet"), "unknown": (3, "|Empty")},
        "ErrorSet": {"errors": (1, "*Status")},
        "Status": {"message": (2, "string")},
        "Decl": {"name": (1, "string"), "ident": (2, "|IdentDecl"), "function": (3, "|Empty")},
        "IdentDecl": {"type": (1, "Type")},
        "Value": {
            "null_value": (1, "|NullValue"),
            "bool_value": (2, "|bool"),
            "int64_value": (3, "|int64"),
            "uint64_value": (4, "|uint64"),
            "double_value": (5, "|double"),
            "string_value": (6, "|string"),
            "bytes_value": (7, "|bytes"),
            "map_value": (11, "|MapValue"),
            "list_value": (12, "|ListValue"),
            "type_value": (15, "|string"),
        },
        "ListValue": {"values": (1, "*Value")},
        "MapEntry": {"key": (1, "Value"), "value": (2, "Value")},
        "MapValue": {"entries": (1, "*MapEntry")},
    }
)


def load(path: Path):
    file = _CLASSES["SimpleTestFile"]()
    text_format.Parse(path.read_text(), file, allow_unknown_field=True)
    return file
