"""The part of cel.expr's protobuf schema that befit reads, declared in code: no generated files, no protoc.

Source of names and field numbers: cel/expr/checked.proto and syntax.proto of the Common Expression Language
(https://github.com/google/cel-spec). Fields befit has no use for are left out; protobuf keeps them as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

_F = descriptor_pb2.FieldDescriptorProto
_SCALARS: Final = {
    "bool": _F.TYPE_BOOL,
    "bytes": _F.TYPE_BYTES,
    "double": _F.TYPE_DOUBLE,
    "int32": _F.TYPE_INT32,
    "int64": _F.TYPE_INT64,
    "string": _F.TYPE_STRING,
    "uint64": _F.TYPE_UINT64,
}

ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "NullValue": ("NULL_VALUE",),
    "PrimitiveType": ("PRIMITIVE_TYPE_UNSPECIFIED", "BOOL", "INT64", "UINT64", "DOUBLE", "STRING", "BYTES"),
    "WellKnownType": ("WELL_KNOWN_TYPE_UNSPECIFIED", "ANY", "TIMESTAMP", "DURATION"),
}

Fields = Mapping[str, tuple[int, str]]
"""Field name -> (number, type). `*T` is repeated, `K>V` a map, `|T` a member of the message's one oneof."""

CHECKED: Final[Mapping[str, Fields]] = {
    "CheckedExpr": {
        "reference_map": (2, "int64>Reference"),
        "type_map": (3, "int64>Type"),
        "expr": (4, "Expr"),
        "source_info": (5, "SourceInfo"),
    },
    "SourceInfo": {"line_offsets": (3, "*int32"), "positions": (4, "int64>int32")},
    "Reference": {"name": (1, "string"), "overload_id": (3, "*string")},
    "Type": {
        "dyn": (1, "|Empty"),
        "null": (2, "|NullValue"),
        "primitive": (3, "|PrimitiveType"),
        "wrapper": (4, "|PrimitiveType"),
        "well_known": (5, "|WellKnownType"),
        "list_type": (6, "|ListType"),
        "map_type": (7, "|MapType"),
        "message_type": (9, "|string"),
        "type_param": (10, "|string"),
        "type": (11, "|Type"),
        "error": (12, "|Empty"),
        "abstract_type": (14, "|AbstractType"),
    },
    "Empty": {},
    "ListType": {"elem_type": (1, "Type")},
    "MapType": {"key_type": (1, "Type"), "value_type": (2, "Type")},
    "AbstractType": {"name": (1, "string"), "parameter_types": (2, "*Type")},
    "Expr": {
        "id": (2, "int64"),
        "const_expr": (3, "|Constant"),
        "ident_expr": (4, "|Ident"),
        "select_expr": (5, "|Select"),
        "call_expr": (6, "|Call"),
        "list_expr": (7, "|CreateList"),
        "struct_expr": (8, "|CreateStruct"),
        "comprehension_expr": (9, "|Comprehension"),
    },
    "Constant": {
        "null_value": (1, "|NullValue"),
        "bool_value": (2, "|bool"),
        "int64_value": (3, "|int64"),
        "uint64_value": (4, "|uint64"),
        "double_value": (5, "|double"),
        "string_value": (6, "|string"),
        "bytes_value": (7, "|bytes"),
    },
    "Ident": {"name": (1, "string")},
    "Select": {"operand": (1, "Expr"), "field": (2, "string"), "test_only": (3, "bool")},
    "Call": {"target": (1, "Expr"), "function": (2, "string"), "args": (3, "*Expr")},
    "CreateList": {"elements": (1, "*Expr"), "optional_indices": (2, "*int32")},
    "Entry": {
        "id": (1, "int64"),
        "field_key": (2, "|string"),
        "map_key": (3, "|Expr"),
        "value": (4, "Expr"),
        "optional_entry": (5, "bool"),
    },
    "CreateStruct": {"message_name": (1, "string"), "entries": (2, "*Entry")},
    "Comprehension": {
        "iter_var": (1, "string"),
        "iter_range": (2, "Expr"),
        "accu_var": (3, "string"),
        "accu_init": (4, "Expr"),
        "loop_condition": (5, "Expr"),
        "loop_step": (6, "Expr"),
        "result": (7, "Expr"),
        "iter_var2": (8, "string"),
    },
}


def message_classes(messages: Mapping[str, Fields], package: str = "cel.expr") -> dict[str, type[Message]]:
    """Declares `messages` in a pool of their own and returns one Python class for each."""
    file = descriptor_pb2.FileDescriptorProto(name="befit/cel.proto", package=package, syntax="proto3")
    for name, values in ENUMS.items():
        enum = file.enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        if any(kind.startswith("|") for _, kind in fields.values()):
            message.oneof_decl.add(name="kind")
        for field, (number, kind) in fields.items():
            _add_field(message, field, number, kind, package)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = (pool.FindMessageTypeByName(f"{package}.{name}") for name in messages)
    return {descriptor.name: message_factory.GetMessageClass(descriptor) for descriptor in found}


def _add_field(
    message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str, package: str
) -> descriptor_pb2.FieldDescriptorProto:
    field = message.field.add(name=name, number=number, label=_F.LABEL_OPTIONAL)
    if kind.startswith("|"):
        field.oneof_index = 0
        kind = kind[1:]
    if kind.startswith("*"):
        field.label = _F.LABEL_REPEATED
        kind = kind[1:]
    if ">" in kind:
        key, kind = kind.split(">")
        entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
        entry.options.map_entry = True
        _add_field(entry, "key", 1, key, package)
        _add_field(entry, "value", 2, kind, package)
        field.label = _F.LABEL_REPEATED
        kind = f"{message.name}.{entry.name}"
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = _F.TYPE_ENUM if kind in ENUMS else _F.TYPE_MESSAGE
        field.type_name = f".{package}.{kind}"
    return field


_CLASSES = message_classes(CHECKED)


def decode(serialized: bytes) -> Any:
    """A `cel.expr.CheckedExpr` from the `google.protobuf.Any` that the checker serializes."""
    from google.protobuf.any_pb2 import Any as Packed

    packed = Packed.FromString(serialized)
    return _CLASSES["CheckedExpr"].FromString(packed.value)
