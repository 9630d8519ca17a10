"""Where everything is installed (``CI`` is set), a skipped test is a failed one. What tests of two folders share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from descant_daemon.bench.follower_table import Row


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def follower_rows() -> Callable[[Sequence[int]], list[Row]]:
    """``follower_table``, which measures the same seeds once for all who ask."""
    from descant_daemon.bench.follower_table import follower_table

    return functools.cache(follower_table)
