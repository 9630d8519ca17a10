"""Where everything is installed (``CI`` is set), a skipped test is a failed one. What tests of two folders share.

``make test`` runs the tests in several processes: the live ones one after another in one of them, which for the most
part waits, and the files of the others on all cores.
"""

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


def pytest_xdist_auto_num_workers() -> int:
    """One for each core, and one that plays live."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Live tests first and in one process, each other file in one process: what belongs together runs in order."""
    live = config.rootpath / "tests" / "live"
    items.sort(key=lambda item: live not in item.path.parents)
    for item in items:
        group = "live" if live in item.path.parents else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def follower_rows() -> Callable[[Sequence[int]], list[Row]]:
    """``follower_table``, which measures the same seeds once for all who ask."""
    from descant_daemon.bench.follower_table import follower_table

    return functools.cache(follower_table)
