"""Fixtures and rules for all tests."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("befit", deadline=None)  # how long an example takes says more of the machine than of the code
settings.load_profile("befit")

REAL = ("tests/services/", "tests/e2e/", "tests/faults/")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With BEFIT_NO_SKIP set, a test against something real that was skipped has failed."""
    report = yield
    if report.skipped and os.environ.get("BEFIT_NO_SKIP") and item.nodeid.startswith(REAL):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and BEFIT_NO_SKIP is set: {report.longrepr}"
    return report
