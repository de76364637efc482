"""A site folder -> a Release: reads every file, checks everything and reports all that is wrong at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from befit.errors import Problem, SiteError
from befit.model import Release, SiteSettings
from befit.site.checks import check_release
from befit.site.digest import with_id
from befit.site.document import MAX_BYTES, Document, Problems
from befit.site.expressions import Scopes
from befit.site.item import Item, did_you_mean
from befit.site.parts.audiences import read_audiences
from befit.site.parts.collections import Items, parse_collection, read_collection
from befit.site.parts.modules import read_module
from befit.site.parts.names import is_slug
from befit.site.parts.props import JsonSchema, read_json_schema
from befit.site.parts.rulesets import read_rulesets
from befit.site.parts.settings import check_public, read_settings
from befit.site.parts.signals import read_signals
from befit.site.parts.slots import read_slot
from befit.site.parts.tags import read_tags
from befit.site.parts.triggers import Triggers, read_triggers, tags_set
from befit.site.references import Names

FILES: Final = ("site.yaml", "signals.yaml", "audiences.yaml", "tags.yaml", "triggers.yaml")
FOLDERS: Final = ("slots", "rules", "modules", "schemas", "collections", "tests", "pages")
LATER: Final = ("templates", "experiments")
YAML: Final = (".yaml", ".yml")


def load_site(folder: Path) -> Release:
    """The release that a site folder compiles to. The same content always has the same id, wherever the folder is.

    Raises SiteError with every error found.
    """
    release, problems = read_site(folder)
    if release is None:
        raise SiteError(problems.errors)
    return release


def check_site(folder: Path) -> list[Problem]:
    """Errors and warnings of a site folder, by file, line and column; empty when there is nothing to say."""
    _, problems = read_site(folder)
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))


def read_site(folder: Path) -> tuple[Release | None, Problems]:
    """The release, or None when there are errors; and all that is to be said of the folder."""
    site = _Folder(folder)
    if not site.exists():
        return None, site.problems
    root = site.document("site.yaml")
    if root is None:
        return None, site.problems
    settings, schema = read_settings(root)
    names = Names(Scopes(schema), settings.purposes)
    names.collections = site.collections()
    release = _compile(site, settings, names)
    check_public(root, settings, names)
    if not site.problems.errors:
        site.problems += check_release(release)
    return (None, site.problems) if site.problems.errors else (with_id(release), site.problems)


def _compile(site: _Folder, settings: SiteSettings, names: Names) -> Release:
    """Reads the parts in the order in which they refer to each other."""
    tags, triggers = site.document("tags.yaml"), site.document("triggers.yaml")
    root = site.document("signals.yaml")
    signals = read_signals(root, names) if root else []
    names.signals = {signal.name: signal for signal in signals}
    names.scopes.signals = {signal.name: signal.type for signal in signals}
    audiences = site.document("audiences.yaml")
    tag_names = [key.source or "" for key, _ in tags.entries()] if tags else []
    names.tags = dict.fromkeys([*tag_names, *(tags_set(triggers) if triggers else [])])
    named = read_audiences(audiences, names) if audiences else []
    schemas: dict[str, JsonSchema] = {name: read_json_schema(root) for name, root in site.each("schemas")}
    modules = [read_module(name, root, names, schemas) for name, root in site.each("modules")]
    names.modules = {module.name: module for module in modules}
    slots = list(site.each("slots"))
    names.slots = [name for name, _ in slots]
    rulesets = read_rulesets(site.each("rules"), names)
    names.webhooks = [webhook.name for webhook in settings.webhooks]
    triggered = read_triggers(triggers, names) if triggers else Triggers([], [])
    return Release(
        id="",
        site=settings,
        signals=(*signals, *triggered.signals),
        audiences=tuple(named),
        tags=tuple(read_tags(tags, names) if tags else ()),
        triggers=tuple(triggered.triggers),
        slots=tuple(read_slot(name, root, names, rulesets.branches.get(name, ())) for name, root in slots),
        rulesets=rulesets.sets,
        modules=tuple(modules),
        collections=dict(names.collections),
    )


class _Folder:
    """The files of a site folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems = Problems()

    def exists(self) -> bool:
        """Whether this is a site folder; reports that it is none, and whatever in it has no meaning."""
        if not (self.folder / "site.yaml").is_file():
            self.problems.error(
                "site.yaml", 0, 0, f"{self.folder} is not a site: it has no site.yaml", "`befit init` makes one"
            )
            return False
        for path in sorted(self.folder.iterdir()):
            known = FOLDERS if path.is_dir() else FILES
            if path.name in LATER:
                self.problems.warning(path.name, 0, 0, f"{path.name}/ does not do anything yet")
            elif path.name not in known and not path.name.startswith(".") and (path.is_dir() or path.suffix in YAML):
                hint = did_you_mean(path.name, known) or f"known are {', '.join((*FILES, *FOLDERS))}"
                self.problems.warning(path.name, 0, 0, "befit does not read this", hint)
        return True

    def document(self, file: str) -> Item | None:
        """The root value of a YAML file; None when it is not there, is empty or was reported."""
        text = self._text(file)
        return None if text is None else Document(file, text, self.problems).root

    def each(self, folder: str) -> Iterator[tuple[str, Item]]:
        """Name and root value of each YAML file of a folder, by name."""
        for path in self._paths(folder, (".yaml",)):
            file = f"{folder}/{path.name}"
            root = self.document(file)
            if root is not None:
                yield path.stem, root
            elif not any(problem.file == file for problem in self.problems):
                self.problems.error(file, 0, 0, "the file is empty")

    def collections(self) -> dict[str, Items]:
        """All collections by name."""
        found: dict[str, Items] = {}
        for path in self._paths("collections", (".yaml", ".json")):
            file = f"collections/{path.name}"
            if path.stem in found:
                self.problems.error(file, 0, 0, f"the collection `{path.stem}` is given twice")
            elif path.suffix == ".json":
                found[path.stem] = parse_collection(file, self._text(file) or "[]", self.problems)
            else:
                root = self.document(file)
                found[path.stem] = read_collection(root) if root else []
        return found

    def _paths(self, folder: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
        path = self.folder / folder
        for found in sorted(path.iterdir()) if path.is_dir() else ():
            file = f"{folder}/{found.name}"
            if found.name.startswith("."):
                continue
            if found.suffix not in suffixes:
                self.problems.warning(
                    file, 0, 0, "befit does not read this", f"names here end in {' or '.join(suffixes)}"
                )
            elif not is_slug(found.stem):
                self.problems.error(file, 0, 0, f"`{found.stem}` cannot be a name", "use letters, digits, - and _")
            else:
                yield found

    def _text(self, file: str) -> str | None:
        path = self.folder / file
        try:
            if path.stat().st_size > MAX_BYTES:
                self.problems.error(file, 0, 0, f"the file is larger than {MAX_BYTES >> 20} MiB")
                return None
            return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            self.problems.error(file, 0, 0, f"not UTF-8 text: byte {error.start}")
        except OSError as error:
            self.problems.error(file, 0, 0, f"cannot be read: {error.strerror}")
        return None
