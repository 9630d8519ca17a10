"""Where everything is installed (``CI`` is set), a skipped test is a failed one.

``make test`` runs the tests in several processes: the live ones one after another in one of them, which for the most
part waits, and the files of the others on all cores.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

LIVE = "tests/live/"
JACK = (
    LIVE,
    "tests/routing/ports/jack/",
    "tests/routing/ports/rtmidi/test_real",
    "tests/privacy/test_nothing_leaves",
)


def _plays(nodeid: str) -> bool:
    return nodeid.startswith(JACK)


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Live tests first: they take longest, for they wait."""
    items.sort(key=lambda item: not _plays(item.nodeid))


class OneStage(LoadScopeScheduling):  # type: ignore[misc]
    """What needs a JACK server in one process (a machine has few), each other file in one: files run in order."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(nodeid.partition("::")[0])
        return LIVE if _plays(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStage:
    """Asked for by ``--numprocesses``."""
    return OneStage(config, log)
