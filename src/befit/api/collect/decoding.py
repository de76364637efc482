"""Decode a body into the wire's structs; what cannot be decoded becomes an InputError that names its field."""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from befit.api.collect.wire import CALLS, AnyCall, Batch, Decide, Keyed
from befit.errors import InputError

T = TypeVar("T")

CALL: Final[Decoder[AnyCall]] = Decoder(AnyCall)
SINGLE: Final = {kind: Decoder(call) for kind, call in CALLS.items()}
BATCH: Final[Decoder[Batch[AnyCall]]] = Decoder(Batch[AnyCall])
BATCH_RAW: Final[Decoder[Batch[Raw]]] = Decoder(Batch[Raw])
KEYED: Final[Decoder[Keyed]] = Decoder(Keyed)
DECIDE: Final[Decoder[Decide[AnyCall]]] = Decoder(Decide[AnyCall])
DECIDE_RAW: Final[Decoder[Decide[Raw]]] = Decoder(Decide[Raw])

# RecursionError: an unknown field, which is skipped, may be nested as deep as it likes.
UNDECODABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_MISSING: Final = re.compile(r"missing required field `(\w+)`")


def decode(decoder: Decoder[T], data: bytes | Raw, path: str = "$") -> T:
    """The struct that `data` holds. Raises InputError with a field below `path`, where `data` stood in the request."""
    try:
        return decoder.decode(data)
    except UNDECODABLE as error:
        raise input_error(error, path) from error


def input_error(error: Exception, path: str = "$") -> InputError:
    """What msgspec says, in befit's words."""
    if isinstance(error, RecursionError):
        return InputError("the JSON is nested too deep", field=path)
    if isinstance(error, UnicodeDecodeError):
        return InputError("the JSON is not UTF-8", field=path)
    detail, _, place = str(error).partition(" - at `")
    field = path + place.rstrip("`").removeprefix("$")
    if isinstance(error, msgspec.ValidationError):
        if missing := _MISSING.search(detail):
            field += f".{missing[1]}"
        return InputError(detail, field=field)
    return InputError(f"not JSON: {detail}", field=path)
