"""CEL's string functions: those of the standard library, the strings extension (version 4) and base64.

Positions count Unicode code points. Source: the language definition and the strings extension of cel-go and cel-cpp.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from befit.cel.format import format_string
from befit.cel.overload import row
from befit.cel.pattern import compiled
from befit.errors import EvaluationError

# Unicode's White_Space property; str.strip() would also take the four separators U+001C to U+001F.
_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {code + 32: code for code in _LOWER}
_ESCAPES: Final = str.maketrans(
    {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
)


def matches(text: str, pattern: str) -> bool:
    """Whether the RE2 pattern is found anywhere in `text`. Raises EvaluationError for a pattern that RE2 refuses."""
    return compiled(pattern).search(text) is not None


def _char_at(text: str, position: int) -> str:
    _within(text, position)
    return text[position : position + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    _within(text, start)
    return text.find(part, start)


def _last_index_of(text: str, part: str, start: int | None = None) -> int:
    if start is None:
        return text.rfind(part)
    _within(text, start)
    return text.rfind(part, 0, start + len(part))


def _substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    _within(text, start)
    _within(text, end)
    if end < start:
        raise EvaluationError(f"substring ends ({end}) before it starts ({start})")
    return text[start:end]


def _within(text: str, position: int) -> None:
    if not 0 <= position <= len(text):
        raise EvaluationError(f"index out of range: {position} of {len(text)}")


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text) or [""]
    return [*text[: limit - 1], text[limit - 1 :]]


def _join(parts: list[Any], separator: str = "") -> str:
    if not all(isinstance(part, str) for part in parts):
        raise EvaluationError("no matching overload: join of something other than strings")
    return separator.join(parts)


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise EvaluationError("not base64") from None


def quote(text: str) -> str:
    """`text` in double quotes, with escapes where they are needed."""
    return f'"{text.translate(_ESCAPES)}"'


OVERLOADS: Final = [
    row("contains_string", "contains", "string string", "bool", lambda text, part: part in text, "({1} in {0})"),
    row("starts_with_string", "startsWith", "string string", "bool", str.startswith, "{0}.startswith({1})"),
    row("ends_with_string", "endsWith", "string string", "bool", str.endswith, "{0}.endswith({1})"),
    row("matches_string", "matches", "string string", "bool", matches),
    row("string_char_at_int", "charAt", "string int", "string", _char_at),
    row("string_index_of_string", "indexOf", "string string", "int", _index_of, "{0}.find({1})"),
    row("string_index_of_string_int", "indexOf", "string string int", "int", _index_of),
    row("string_last_index_of_string", "lastIndexOf", "string string", "int", _last_index_of, "{0}.rfind({1})"),
    row("string_last_index_of_string_int", "lastIndexOf", "string string int", "int", _last_index_of),
    row("string_substring_int", "substring", "string int", "string", _substring),
    row("string_substring_int_int", "substring", "string int int", "string", _substring),
    row("string_lower_ascii", "lowerAscii", "string", "string", lambda text: text.translate(_LOWER)),
    row("string_upper_ascii", "upperAscii", "string", "string", lambda text: text.translate(_UPPER)),
    row("string_replace_string_string", "replace", "string string string", "string", str.replace),
    row("string_replace_string_string_int", "replace", "string string string int", "string", str.replace),
    row("string_split_string", "split", "string string", "list(string)", _split),
    row("string_split_string_int", "split", "string string int", "list(string)", _split),
    row("string_trim", "trim", "string", "string", lambda text: text.strip(_SPACE)),
    row("string_reverse", "reverse", "string", "string", lambda text: text[::-1], "{0}[::-1]"),
    row("string_format", "format", "string list", "string", format_string),
    row("list_join", "join", "list", "string", _join),
    row("list_join_string", "join", "list string", "string", _join),
    row("strings_quote", "strings.quote", "string", "string", quote),
    row("base64_encode_bytes", "base64.encode", "bytes", "string", lambda data: base64.b64encode(data).decode()),
    row("base64_decode_string", "base64.decode", "string", "bytes", _decode_base64),
]
