"""`befit diff`: what one release does otherwise than another, in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from befit.cli.output import Json, print_json
from befit.cli.remote import Remote
from befit.errors import BefitError, NotFound, PublishError, SettingsError, Unavailable

if TYPE_CHECKING:
    from befit.model import Release

_ID: Final = re.compile("[0-9a-f]{12}")


def diff(
    before: str,
    after: str,
    /,
    *,
    site: Path = Path(),
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> None:
    """Say in words what AFTER does otherwise than BEFORE: rules that are new, conditions that changed.

    Each is a site folder, the id of a release, `live` for what the running server serves, or a tag, branch or commit of the
    Git repository that --site is in.

    For example:

    `befit diff live my-site`

    `befit diff release/c5a261693168 main --site my-site`

    Parameters
    ----------
    before
        What is compared with.
    after
        What is compared.
    site
        The site folder whose repository holds tags and commits; by default the current folder, or the one that is compared.
    json
        Print `{"before", "after", "changes": [{kind, part, text, where}]}`, with the ids of the releases.
    """
    from befit.releases.diff import describe

    folders = [Path(name) for name in (before, after) if _is_site(Path(name))]
    place = folders[0] if folders and site == Path() else site
    old, new = (_release(name, place, remote or Remote()) for name in (before, after))
    changes = describe(old, new)
    if json:
        print_json({"before": old.id, "after": new.id, "changes": changes})
    else:
        print("\n".join(map(str, changes)) or "they do the same")


def _release(name: str, site: Path, remote: Remote) -> Release:
    from befit.site import load_site, load_site_files

    if _is_site(Path(name)):
        return load_site(Path(name))
    if name == "live":
        return remote.release(name)
    if _ID.fullmatch(name):
        try:
            return remote.release(name)
        except (NotFound, Unavailable, SettingsError) as error:
            return load_site_files(_files_at((f"release/{name}", name), site, error))
    return load_site_files(_files_at((name,), site, None))


def _files_at(revisions: tuple[str, ...], site: Path, missing: BefitError | None) -> dict[str, str]:
    """The site's files at the first of the revisions that is there; `missing` says what was looked for elsewhere before."""
    from befit.releases.repository import Repository

    repository = Repository.find(site)
    trouble = missing or SettingsError(f"{revisions[-1]!r} is no site folder, and {site} is in no Git repository")
    if repository is None:
        raise trouble
    for revision in revisions:
        try:
            return repository.files_at(revision)
        except PublishError as error:
            trouble = missing or error
    raise trouble


def _is_site(path: Path) -> bool:
    return (path / "site.yaml").is_file()
