"""The settings of `befit serve`, from `befit.node.settings.Settings` and its docstring."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from typing import Final

from befit.node.settings import Settings
from docs.generate.table import code, table

_ENTRY: Final = re.compile(r"^    (\w+)\n((?:        .+\n)+)", re.MULTILINE)


def settings() -> str:
    """Flag, variable, default and meaning of each setting. Raises KeyError for one without a meaning."""
    meanings = {name: " ".join(text.split()) for name, text in _ENTRY.findall(Settings.__doc__ or "")}
    rows = []
    for field in fields(Settings):
        meaning = meanings[field.name]
        if field.default is MISSING:
            continue
        flag = "--" + field.name.replace("_", "-")
        if isinstance(field.default, bool):
            flag += f"` `--no-{flag[2:]}"
        default = "" if field.default in ("", None) else code(str(field.default).lower())
        rows.append([code(flag), code(f"BEFIT_{field.name.upper()}"), default, meaning])
    return table(["flag", "environment", "default", ""], rows)
