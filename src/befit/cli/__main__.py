"""`python -m befit.cli`: the same as `befit`."""

from befit.cli import main

main()
