"""Sites for tests: write a few lines of YAML, get a Program."""

from __future__ import annotations

from pathlib import Path

from befit.engine import Program
from befit.site import load_site

DEFAULT_SLOTS = {"hero": "- {show: welcome}\n"}
DEFAULT_MODULES = {"welcome": "type: banner\nprops: {title: Welcome}\n"}


def write_site(
    folder: Path,
    *,
    site: str = "name: test\n",
    signals: str = "",
    tags: str = "",
    triggers: str = "",
    slots: dict[str, str] | None = None,
    modules: dict[str, str] | None = None,
    collections: dict[str, str] | None = None,
    rules: dict[str, str] | None = None,
    audiences: str = "",
) -> Path:
    """Write a site folder; what is not given is the smallest thing that checks."""
    files = {"site.yaml": site, "signals.yaml": signals, "tags.yaml": tags, "triggers.yaml": triggers}
    files |= {f"slots/{name}.yaml": text for name, text in (slots or DEFAULT_SLOTS).items()}
    files |= {f"modules/{name}.yaml": text for name, text in {**DEFAULT_MODULES, **(modules or {})}.items()}
    files |= {f"rules/{name}.yaml": text for name, text in (rules or {}).items()}
    files["audiences.yaml"] = audiences
    files |= {f"collections/{name}.yaml": text for name, text in (collections or {}).items()}
    for name, text in files.items():
        if text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder


def program_of(
    folder: Path,
    *,
    site: str = "name: test\n",
    signals: str = "",
    tags: str = "",
    triggers: str = "",
    slots: dict[str, str] | None = None,
    modules: dict[str, str] | None = None,
    collections: dict[str, str] | None = None,
    rules: dict[str, str] | None = None,
    audiences: str = "",
) -> Program:
    """The program of a site written to `folder`."""
    write_site(
        folder,
        site=site,
        signals=signals,
        tags=tags,
        triggers=triggers,
        slots=slots,
        modules=modules,
        collections=collections,
        rules=rules,
        audiences=audiences,
    )
    return Program(load_site(folder))
