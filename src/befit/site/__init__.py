"""Reads a site folder, checks it and compiles it to a Release: `load_site`, `check_site`; `write_starter` makes a new one."""

from befit.site.loader import check_site, load_site, read_site
from befit.site.scaffold import write_starter

__all__ = ["check_site", "load_site", "read_site", "write_starter"]
