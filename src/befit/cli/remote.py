"""Ask a running server over its admin API."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import httpx
import msgspec
from cyclopts import Parameter

from befit.errors import (
    BefitError,
    Conflict,
    NotFound,
    Problem,
    SettingsError,
    SiteError,
    Unauthorized,
    Unavailable,
)

if TYPE_CHECKING:
    from befit.model import Release

DEFAULT_URL: Final = "http://127.0.0.1:8400"


@dataclass(frozen=True)
class Remote:
    """Which server to ask.

    Attributes
    ----------
    url
        The running server.
    secret_key
        Its secret key; by default the one kept in the data folder.
    data
        The server's data folder, to find the key in.
    """

    url: Annotated[str, Parameter(env_var="BEFIT_URL")] = DEFAULT_URL
    secret_key: Annotated[str, Parameter(env_var="BEFIT_SECRET_KEY")] = field(default="", repr=False)
    data: Annotated[Path, Parameter(env_var="BEFIT_DATA")] = Path(".befit")

    def get(self, path: str, **query: str | int) -> Any:
        """What `GET {path}` answers.

        Raises Unauthorized, NotFound, Conflict, SiteError, Unavailable, or BefitError for other problems.
        """
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Any = None, **query: str | int) -> Any:
        """What `POST {path}` answers; raises the same."""
        return self._ask("POST", path, params=query, **({} if body is None else {"json": body}))

    def put(self, path: str, body: Any) -> Any:
        """What `PUT {path}` answers; raises the same."""
        return self._ask("PUT", path, json=body)

    def delete(self, path: str, **query: str | int) -> Any:
        """What `DELETE {path}` answers; raises the same."""
        return self._ask("DELETE", path, params=query)

    def release(self, release_id: str) -> Release:
        """A release of the server, compiled; `live` stands for the one that serves. Raises the same, and SiteError."""
        from befit.site import load_site_files

        if release_id == "live":
            release_id = next(each["id"] for each in self.get("/admin/v1/releases")["releases"] if each["live"])
        return load_site_files(self.get(f"/admin/v1/releases/{quote(release_id, safe='')}")["files"])

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        key = self.secret_key or kept_key(self.data)
        url = self.url.rstrip("/") + path
        try:
            answer = httpx.request(method, url, headers={"authorization": f"Bearer {key}"}, timeout=30, **request)
        except httpx.InvalidURL as error:
            raise SettingsError(f"--url {self.url}: {error}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"no server answers at {self.url}: {error}") from error
        if answer.is_success:
            return answer.json()
        raise _problem(answer)


def kept_key(data: Path) -> str:
    """The secret key in a data folder. Raises SettingsError when there is none."""
    from befit.node.settings import read_secret_key

    key = read_secret_key(data)
    if not key:
        raise SettingsError(
            f"no secret key: set BEFIT_SECRET_KEY, or give --data the server's data folder ({data} has no secret-key)"
        )
    return key


def _problem(answer: httpx.Response) -> BefitError:
    try:
        problem = answer.json()
        detail = problem["detail"]
        if found := problem.get("problems"):
            return SiteError(msgspec.convert(found, list[Problem]))
    except (ValueError, KeyError, TypeError, AttributeError, msgspec.ValidationError):
        detail = f"{answer.url} answered {answer.status_code}; is it a befit server?"
    kinds: dict[int, type[BefitError]] = {401: Unauthorized, 404: NotFound, 409: Conflict, 503: Unavailable}
    return kinds.get(answer.status_code, BefitError)(detail)
