"""`befit serve`: run a node."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.config import Env, Toml

from befit.node import Node, Settings

serve = App(name="serve", config=[Env("BEFIT_", command=False), Toml("befit.toml", must_exist=False)])


@serve.default
def run_node(settings: Annotated[Settings, Parameter(name="*")]) -> None:
    """Serve a site: collect events, decide, and push decisions that change.

    Changes of the site folder go live as soon as they check; until then the release before stays, and the problems are
    told here and at `/readyz`. With --no-watch only what `befit publish` brings goes live. Stop it with Ctrl-C or SIGTERM: it finishes what runs, and loses nothing.

    Flags go before `BEFIT_*` in the environment, and these before the table `[serve]` of befit.toml in the current folder.

    For example:

    `befit serve my-site`

    `befit serve my-site --port 8080 --data /var/lib/befit --log-format json`

    `BEFIT_SECRET_KEY=… BEFIT_HOST=0.0.0.0 befit serve my-site`
    """
    from befit.api.logs import configure_logs
    from befit.api.server import run

    configure_logs(settings.log_format)
    run(settings, _announce)


def _announce(node: Node, url: str) -> None:
    release = node.program.release
    pages = f"\n  pages    {url}/" if release.site.pages else ""
    print(
        f"befit serves {release.site.name} (release {release.id}) at {url}{pages}\n"
        f"  ready?   {url}/readyz\n  metrics  {url}/metrics\n  admin    {url}/admin/v1/  (secret key: BEFIT_SECRET_KEY, or {node.settings.data / 'secret-key'})",
        flush=True,
    )
