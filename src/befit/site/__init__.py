"""Reads a site folder, checks it and compiles it to a Release: `load_site`, `check_site`; `write_starter` makes a new one.

The same from a mapping of path to text: `site_files` takes it from a folder, `load_site_files` compiles it.
"""

from befit.site.files import is_site_file, load_site_files, site_files, write_site_files
from befit.site.loader import check_site, load_site, read_site
from befit.site.scaffold import write_starter

__all__ = [
    "check_site",
    "is_site_file",
    "load_site",
    "load_site_files",
    "read_site",
    "site_files",
    "write_site_files",
    "write_starter",
]
