"""`befit preview`: see a draft in one browser, before anybody else does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from cyclopts import Parameter

from befit.cli.output import Json, moment, print_json
from befit.cli.remote import Remote


def preview(
    site: Path,
    /,
    *,
    to: str = "/",
    json: Json = False,
    remote: Annotated[Remote | None, Parameter(name="*")] = None,
) -> int:
    """Make a link that shows a site folder, as it is now, to the one browser that opens it.

    The running server keeps the folder as a draft. In that browser every slot is decided by the draft, from the visitor's
    own events as the draft reads them; all other visitors see what is live. The link can be opened once; the preview lasts
    eight hours, or until `/v1/preview/end` is opened.

    Example: `befit preview my-site`

    Parameters
    ----------
    site
        The site folder.
    to
        The page that the link leads to: a path on the server, or a page of one of the site's origins.
    json
        Print `{"url", "release", "expires"}`.
    """
    from befit.site import load_site, site_files

    server = remote or Remote()
    load_site(site)  # says what is wrong before anything is sent
    draft = server.post("/admin/v1/drafts", {"files": site_files(site)})
    link = server.post("/admin/v1/previews", {"release": draft["id"]})
    query = f"?to={quote(to, safe='/')}" if to != "/" else ""
    url = f"{server.url.rstrip('/')}{link['path']}{query}"
    if json:
        print_json({"url": url, "release": link["release"], "expires": link["expires"]})
    else:
        print(
            f"{url}\n\nshows release {link['release']} to the browser that opens it first, until {moment(link['expires'])} UTC"
        )
    return 0
