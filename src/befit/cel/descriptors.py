"""Declares structs to Google's checker: each becomes a protobuf message with a typed field per entry.

What a protobuf field cannot hold (a list of lists, a map of maps, null) is declared wider, as dyn inside; the check then
accepts more, and the evaluation is exact either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cel_expr_python import cel  # type: ignore[import-untyped]
from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, struct_pb2, timestamp_pb2

from befit.cel.types import Parsed, Type, parse_type

_F = descriptor_pb2.FieldDescriptorProto
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_VARIABLE: Final = re.compile(rf"{_IDENTIFIER.pattern}(?:\.{_IDENTIFIER.pattern})*", re.ASCII)
_SCALARS: Final = {
    "bool": _F.TYPE_BOOL,
    "int": _F.TYPE_INT64,
    "uint": _F.TYPE_UINT64,
    "double": _F.TYPE_DOUBLE,
    "string": _F.TYPE_STRING,
    "bytes": _F.TYPE_BYTES,
}
_MESSAGES: Final = {
    "timestamp": "Timestamp",
    "duration": "Duration",
    "list": "ListValue",
    "map": "Struct",
}
_KEYS: Final = ("bool", "int", "uint", "string")
_RESERVED: Final = range(19_000, 20_000)
"""Field numbers that protobuf keeps for itself."""

_CEL_TYPES: Final = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "uint": cel.Type.UINT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
    "null": cel.Type.NULL,
    "type": cel.Type.TYPE,
    "dyn": cel.Type.DYN,
}


class Structs:
    """The messages of one environment.

    pool    a DescriptorPool with one message per struct
    paths   message name -> dotted path of the struct: `befit.S3` -> `context.device`
    fields  dotted path -> names of the struct's fields
    """

    def __init__(self) -> None:
        self.pool = descriptor_pool.DescriptorPool()
        self.paths: dict[str, str] = {}
        self.fields: dict[str, list[str]] = {}
        self._file = descriptor_pb2.FileDescriptorProto(name="befit/structs.proto", package="befit", syntax="proto2")
        for module in (timestamp_pb2, duration_pb2, struct_pb2):
            self.pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
            self._file.dependency.append(module.DESCRIPTOR.name)

    def declare(self, variables: Mapping[str, Type]) -> dict[str, cel.Type]:
        """The checker's types of `variables`. Names that an expression cannot spell are left out."""
        types = {name: self._declared(name, kind) for name, kind in variables.items() if _VARIABLE.fullmatch(name)}
        self.pool.Add(self._file)
        return types

    def _declared(self, name: str, kind: Type) -> cel.Type:
        return _cel_type(parse_type(kind)) if isinstance(kind, str) else cel.Type(self._message(name, kind))

    def _message(self, path: str, struct: Mapping[str, Type]) -> str:
        name = f"S{len(self.paths)}"
        self.paths[f"befit.{name}"] = path
        self.fields[path] = [field for field in struct if _IDENTIFIER.fullmatch(field)]
        message = descriptor_pb2.DescriptorProto(name=name)
        message.options.deprecated_legacy_json_field_conflicts = True
        for position, field in enumerate(self.fields[path], start=1):
            number = position if position < _RESERVED.start else position + len(_RESERVED)
            # A JSON name of its own: protobuf refuses foo_bar beside fooBar, whose default JSON names are the same.
            added = message.field.add(name=field, number=number, label=_F.LABEL_OPTIONAL, json_name=f"f{number}")
            kind = struct[field]
            if isinstance(kind, str):
                _set_type(message, added, parse_type(kind))
            else:
                added.type, added.type_name = _F.TYPE_MESSAGE, f".{self._message(f'{path}.{field}', kind)}"
        self._file.message_type.append(message)
        return f"befit.{name}"


def _set_type(
    message: descriptor_pb2.DescriptorProto, field: descriptor_pb2.FieldDescriptorProto, kind: Parsed
) -> None:
    match kind:
        case ("list", item) if item[0] != "dyn":
            field.label = _F.LABEL_REPEATED
            _set_singular(field, item)
        case ("map", key, value) if key[0] in _KEYS and value[0] not in ("list", "map", "dyn"):
            entry = message.nested_type.add(name=f"{_camel_case(field.name)}Entry")
            if any(other.name == entry.name for other in message.nested_type[:-1]):
                del message.nested_type[-1]
                _set_singular(field, kind)
                return
            entry.options.map_entry = True
            _set_singular(entry.field.add(name="key", number=1, label=_F.LABEL_OPTIONAL), key)
            _set_singular(entry.field.add(name="value", number=2, label=_F.LABEL_OPTIONAL), value)
            field.label, field.type = _F.LABEL_REPEATED, _F.TYPE_MESSAGE
            field.type_name = f".befit.{message.name}.{entry.name}"
        case _:
            _set_singular(field, kind)


def _set_singular(field: descriptor_pb2.FieldDescriptorProto, kind: Parsed) -> None:
    if kind[0] in _SCALARS:
        field.type = _SCALARS[kind[0]]
        return
    known = "Value" if kind[0] == "map" and kind[1][0] not in ("string", "dyn") else _MESSAGES.get(kind[0], "Value")
    field.type, field.type_name = _F.TYPE_MESSAGE, f".google.protobuf.{known}"


def _camel_case(name: str) -> str:
    """The name that protobuf demands of a map's entry type."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _cel_type(kind: Parsed) -> cel.Type:
    match kind:
        case ("list", item):
            return cel.Type.List(_cel_type(item))
        case ("map", key, value):
            return cel.Type.Map(_cel_type(key), _cel_type(value))
        case ("optional", item):
            return cel.Type.AbstractType("optional_type", [_cel_type(item)])
    return _CEL_TYPES[kind[0]]
