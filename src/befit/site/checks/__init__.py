"""What is wrong with a site that no single file shows: looked for in the compiled release, once everything in it checks."""

from befit.site.checks.release import check_release

__all__ = ["check_release"]
