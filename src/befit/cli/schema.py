"""`befit schema`: what editors need to complete, explain and check a site's YAML files while they are typed."""

from __future__ import annotations

from pathlib import Path

from befit.errors import SettingsError


def schema(name: str = "", /, *, write: Path | None = None) -> int:
    """Print the JSON Schema of one kind of YAML file, or write all of them into a site for its editor.

    Without anything it lists their names. `--write` puts them into `SITE/.befit/schemas` and maps them in
    `SITE/.vscode/settings.json`, for VS Code's YAML extension; `befit init` has done so for a new site.

    For example:

    `befit schema slot`

    `befit schema --write my-site`

    Parameters
    ----------
    name
        site, signals, audiences, tags, triggers, slot, ruleset, module, collection or test.
    write
        The site folder to write to. Settings that are there already are kept.
    """
    from befit.site import editor
    from befit.site.item import did_you_mean

    if write is not None:
        if name:
            raise SettingsError("--write writes all schemas: leave the name out")
        if not (write / "site.yaml").is_file():
            raise SettingsError(f"{write} is not a site: it has no site.yaml")
        for path in editor.write_schemas(write):
            print(path)
    elif name:
        if name not in editor.MATCHES:
            hint = did_you_mean(name, editor.MATCHES) or f"there are {', '.join(editor.MATCHES)}"
            raise SettingsError(f"there is no schema `{name}`: {hint}")
        print(editor.text_of(editor.schema(name)), end="")
    else:
        for known, matches in editor.MATCHES.items():
            print(f"{known:<12}{', '.join(matches)}")
    return 0
