"""`python -m befit` is `befit`."""

from befit.cli import main

main()
