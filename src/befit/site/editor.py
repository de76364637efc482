"""JSON Schemas (draft 2020-12) of a site's YAML files, for editors: completion, hover help and checks while typing.

They are written by hand, one file per kind of YAML file in `schemas/`, with what they share in `definitions.json`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from befit.errors import SettingsError

Schema = dict[str, Any]

MATCHES: Final = {
    "site": ("site.yaml",),
    "signals": ("signals.yaml",),
    "audiences": ("audiences.yaml",),
    "tags": ("tags.yaml",),
    "triggers": ("triggers.yaml",),
    "slot": ("slots/*.yaml",),
    "ruleset": ("rules/*.yaml",),
    "module": ("modules/*.yaml",),
    "collection": ("collections/*.yaml",),
    "test": ("tests/*.yaml",),
}
"""The schemas, and the files of a site that each one is for."""

FOLDER: Final = ".befit/schemas"
SETTINGS: Final = ".vscode/settings.json"
MAPPING: Final = "yaml.schemas"

_SHARED: Final = "definitions.json#/$defs/"


def schema(name: str) -> Schema:
    """A schema that stands alone: what it uses of `definitions.json` is in its own `$defs`. Raises KeyError."""
    if name not in MATCHES:
        raise KeyError(name)
    found = _read(name)
    shared = _read("definitions")["$defs"]
    wanted = _used(found)
    for used in wanted:
        wanted += [other for other in _used(shared[used]) if other not in wanted]
    definitions = {**found.get("$defs", {}), **{used: shared[used] for used in sorted(set(wanted))}}
    whole: Schema = _moved({**found, "$defs": definitions} if definitions else found)
    return whole


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas into a site folder, with the settings that map them in VS Code; the paths, in order.

    Settings that are there already are kept. Raises SettingsError when they are not plain JSON, or a file cannot be written.
    """
    settings = _settings(folder / SETTINGS)
    mapped = settings.setdefault(MAPPING, {})
    if not isinstance(mapped, dict):
        raise SettingsError(f"{folder / SETTINGS}: `{MAPPING}` is no object: nothing was written")
    mapped |= {f"./{FOLDER}/{name}.json": list(matches) for name, matches in MATCHES.items()}
    texts = {f"{FOLDER}/{name}.json": schema(name) for name in MATCHES} | {SETTINGS: settings}
    try:
        for path, value in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text_of(value), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write to {folder}: {error.strerror}") from error
    return [folder / path for path in texts]


def text_of(value: Schema) -> str:
    """Indented JSON, as a file has it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _settings(path: Path) -> Schema:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is not plain JSON, so nothing was written: {error}") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{path} is no JSON object, so nothing was written")
    return found


@cache
def _read(name: str) -> Schema:
    found: Schema = json.loads((files("befit.site") / "schemas" / f"{name}.json").read_text("utf-8"))
    return found


def _used(part: Any) -> list[str]:
    """The names of the shared definitions that a part of a schema refers to directly."""
    if isinstance(part, dict):
        own = part.get("$ref", "")
        inner = [name for value in part.values() for name in _used(value)]
        return [own.removeprefix(_SHARED), *inner] if str(own).startswith(_SHARED) else inner
    return [name for value in part for name in _used(value)] if isinstance(part, list) else []


def _moved(part: Any) -> Any:
    """The same with references to shared definitions leading to its own."""
    if isinstance(part, dict):
        return {
            key: value.replace(_SHARED, "#/$defs/") if key == "$ref" else _moved(value) for key, value in part.items()
        }
    return [_moved(value) for value in part] if isinstance(part, list) else part
