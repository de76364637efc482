"""Releases over time: what keeps a site right from one version to the next. For now its scenario tests."""
