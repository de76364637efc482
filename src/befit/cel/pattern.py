"""RE2 patterns as Python's `re` runs them: a translation of RE2's syntax with RE2's meaning.

Classes are ASCII, `$` is the very end, flags may stand anywhere in a group; what RE2 refuses (backreferences, lookaround,
possessive repetition) is refused. Case is written out, since `re` folds it in a way of its own. Not offered: `\\C` and
Unicode classes (`\\pN`). Source of the syntax: RE2's doc/syntax.txt. Groups become plain ones, since nothing reads them.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import Final

from befit.errors import EvaluationError

_LAST: Final = 0x10FFFF
_LAST_CASED: Final = 0x1E943
_ODD: Final = "\u0345\u00b5ſςϐϑϕϖϰϱϴϵᲀᲁᲂᲃᲄᲅᲆᲇᲈẛẞ\u1fbe\u1fd3\u0390\u1fe3\u03b0\u2126\u212a\u212b"
"""Characters with a partner in another case which neither upper() and lower() nor their place (`_NEAR`) tells."""

_NEAR: Final = (1, -1, 8, -8, 9, -9)
_MAX_REPEAT: Final = 1000
Ranges = list[tuple[int, int]]


def _ranges(*parts: str) -> Ranges:
    return [(ord(part[0]), ord(part[-1])) for part in parts]


def _complement(ranges: Ranges) -> Ranges:
    result, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            result.append((start, low - 1))
        start = max(start, high + 1)
    return [*result, (start, _LAST)] if start <= _LAST else result


def _in_any_case(ranges: Ranges) -> Ranges:
    """The ranges and what Unicode's simple case folding takes for the same."""
    result = list(ranges)
    for low, high in ranges:
        for code in range(low, min(high, _LAST_CASED) + 1):
            char = chr(code)
            if char.upper() == char.lower() and char not in _ODD:
                continue
            near = (chr(code + step) for step in _NEAR if code + step > 0)
            others = {char.upper(), char.lower(), char.upper().lower(), char.lower().upper(), *near, *_ODD}
            same = [other for other in others if len(other) == 1 and other.casefold() == char.casefold()]
            result += [(ord(other), ord(other)) for other in sorted(same)]
    return result


_PERL: Final = {
    "d": _ranges("09"),
    "w": _ranges("09", "AZ", "az", "_"),
    "s": _ranges("\t\n", "\f\r", " "),
}
_POSIX: Final = {
    "alnum": _ranges("09", "AZ", "az"),
    "alpha": _ranges("AZ", "az"),
    "ascii": [(0, 127)],
    "blank": _ranges("\t", " "),
    "cntrl": [(0, 31), (127, 127)],
    "digit": _ranges("09"),
    "graph": _ranges("!~"),
    "lower": _ranges("az"),
    "print": _ranges(" ~"),
    "punct": _ranges("!/", ":@", "[`", "{~"),
    "space": _ranges("\t\r", " "),
    "upper": _ranges("AZ"),
    "word": _PERL["w"],
    "xdigit": _ranges("09", "AF", "af"),
}
_CONTROL: Final = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REPEAT: Final = re.compile(r"(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)", re.ASCII)
_GROUP: Final = re.compile(r"\(\?(?:P?<(?P<name>\w+)>|(?P<on>[imsU]*)(?:-(?P<off>[imsU]+))?(?P<end>[:)]))", re.ASCII)
_POSIX_CLASS: Final = re.compile(r"\[:(\^?)(.*?):\]", re.DOTALL)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The `re` pattern of an RE2 one. Raises EvaluationError when RE2 refuses it, or befit does not offer it."""
    try:
        return re.compile(_Translation(pattern).result)
    except (re.error, OverflowError, RecursionError) as error:
        raise EvaluationError(f"invalid regular expression: {error}") from None


class _Translation:
    """One pass from left to right; `result` is the pattern in Python's syntax."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.flags = ""
        self.groups: list[str] = []
        self.names: set[str] = set()
        self.parts: list[str] = []
        self.repeatable = False
        while self.at < len(pattern):
            self._step(pattern[self.at])
        if self.groups:
            raise self._refused("missing )")
        self.result = "".join(self.parts)

    def _refused(self, why: str) -> EvaluationError:
        return EvaluationError(f"invalid regular expression: {why}: {self.text!r}")

    def _step(self, char: str) -> None:
        repeat = _REPEAT.match(self.text, self.at)
        if repeat:
            self._repeat(repeat)
        elif char == "(":
            self._open()
        elif char == "[":
            self._emit(_class(self._ranges_of_class()))
        elif char == "\\":
            self._escape()
        else:
            self.at += 1
            if char == ")":
                self._close()
            elif char == "|":
                self._emit("|", repeatable=False)
            elif char == "^":
                self.parts.append("(?:(?m:^))" if "m" in self.flags else r"(?:\A)")
                self.repeatable = True
            elif char == "$":
                self.parts.append("(?:(?m:$))" if "m" in self.flags else r"(?:\Z)")
                self.repeatable = True
            elif char == ".":
                self._emit("(?s:.)" if "s" in self.flags else ".")
            else:
                self._emit_char(char)

    def _emit(self, part: str, *, repeatable: bool = True) -> None:
        self.parts.append(part)
        self.repeatable = repeatable

    def _emit_char(self, char: str) -> None:
        ranges = self._folded([(ord(char), ord(char))])
        self._emit(re.escape(char) if len(ranges) == 1 else _class(ranges))

    def _folded(self, ranges: Ranges) -> Ranges:
        return _in_any_case(ranges) if "i" in self.flags else ranges

    def _signed(self, ranges: Ranges, *, negated: bool) -> Ranges:
        return _complement(self._folded(ranges)) if negated else self._folded(ranges)

    def _repeat(self, match: re.Match[str]) -> None:
        sign, low, comma, high, lazy = match.groups()
        if not self.repeatable:
            raise self._refused(f"no argument for, or bad, repetition operator {match[0]}")
        if low is not None and (int(low) > _MAX_REPEAT or (high and not int(low) <= int(high) <= _MAX_REPEAT)):
            raise self._refused(f"invalid repetition size {match[0]}")
        if low is not None and high and not comma:
            raise self._refused(f"bad repetition {match[0]}")
        reluctant = bool(lazy) != ("U" in self.flags)
        self.parts.append((sign or f"{{{low}{comma}{high}}}") + ("?" if reluctant else ""))
        self.at = match.end()
        self.repeatable = False

    def _open(self) -> None:
        if not self.text.startswith("(?", self.at):
            self.at += 1
            self.groups.append(self.flags)
            self._emit("(?:", repeatable=False)
            return
        match = _GROUP.match(self.text, self.at)
        if match is None or (match["end"] and not (match["on"] or match["off"] or match["end"] == ":")):
            raise self._refused("unsupported group")
        if match["name"] and match["name"] in self.names:
            raise self._refused(f"duplicate capture group name {match['name']}")
        self.at = match.end()
        if match["name"] or match["end"] == ":":
            self.groups.append(self.flags)
            self._emit("(?:", repeatable=False)
        if match["name"]:
            self.names.add(match["name"])
        else:
            kept = set(self.flags) | set(match["on"] or "")
            self.flags = "".join(sorted(kept - set(match["off"] or "")))

    def _close(self) -> None:
        if not self.groups:
            raise self._refused("unexpected )")
        self.flags = self.groups.pop()
        self.parts.append(")")
        self.repeatable = True

    def _escape(self) -> None:
        char = self.text[self.at + 1 : self.at + 2]
        if char in ("b", "B", "A", "z"):
            self.at += 2
            self.parts.append({"b": r"(?a:\b)", "B": r"(?:(?!(?a:\b)))", "A": r"(?:\A)", "z": r"(?:\Z)"}[char])
            self.repeatable = True
        elif char == "Q":
            end = self.text.find("\\E", self.at)
            end = len(self.text) if end < 0 else end
            for quoted in self.text[self.at + 2 : end]:
                self._emit_char(quoted)
            self.at = end + 2
        elif char.lower() in _PERL:
            self._emit(_class(self._perl_class()))
        else:
            self._emit_char(self._escaped_char())

    def _perl_class(self) -> Ranges:
        char = self.text[self.at + 1]
        self.at += 2
        return self._signed(_PERL[char.lower()], negated=char.isupper())

    def _escaped_char(self) -> str:
        match = re.compile(
            r"\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})|([aftnrv])|([!-/:-@\[-`{-~]))"
        ).match(self.text, self.at)
        if match is None:
            raise self._refused(f"invalid or unsupported escape {self.text[self.at : self.at + 2]}")
        self.at = match.end()
        if match[4] or match[5]:
            return _CONTROL.get(match[4] or "", match[5] or "")
        code = int(match[3], 8) if match[3] else int(match[1] or match[2], 16)
        if code > _LAST:
            raise self._refused("no such character")
        return chr(code)

    def _ranges_of_class(self) -> Ranges:
        negated = self.text.startswith("[^", self.at)
        self.at += 2 if negated else 1
        ranges: Ranges = []
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise self._refused("missing ]")
            ranges += self._class_item()
            first = False
        self.at += 1
        return _complement(ranges) if negated else ranges

    def _class_item(self) -> Ranges:
        posix = _POSIX_CLASS.match(self.text, self.at)
        if posix:
            if posix[2] not in _POSIX:
                raise self._refused(f"invalid character class {posix[0]}")
            self.at = posix.end()
            return self._signed(_POSIX[posix[2]], negated=bool(posix[1]))
        if self.text[self.at] == "\\" and self.text[self.at + 1 : self.at + 2].lower() in _PERL:
            return self._perl_class()
        low = self._class_char()
        if not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at):
            return self._folded([(ord(low), ord(low))])
        self.at += 1
        high = self._class_char() if self.at < len(self.text) else ""
        if high < low:
            raise self._refused(f"invalid character class range {low}-{high}")
        return self._folded([(ord(low), ord(high))])

    def _class_char(self) -> str:
        if self.text[self.at] == "\\":
            return self._escaped_char()
        self.at += 1
        return self.text[self.at - 1]


def _class(ranges: Ranges) -> str:
    if not ranges:
        return r"[^\x00-\U0010ffff]"
    return "[" + "".join(f"{_class_member(low)}-{_class_member(high)}" for low, high in ranges) + "]"


def _class_member(code: int) -> str:
    char = chr(code)
    return char if char in string.ascii_letters + string.digits else f"\\U{code:08x}"
