"""Releases over time: what keeps a site right from one version to the next: tests, differences, backtests, publishing."""
