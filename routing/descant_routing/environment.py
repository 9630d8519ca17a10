"""What is settled before any library is imported: nothing is reported, and no stranger's code is found.

Each package of Descant calls ``report_nothing`` as it is imported, so that it holds in every process, whoever began it.
"""

import os
import sys
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager

REPORTS_OFF = {
    "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime from 1.29 on sends events to its maker otherwise
    "DO_NOT_TRACK": "1",  # consoledonottrack.com, heeded by many
    "HF_HUB_DISABLE_TELEMETRY": "1",  # what PyTorch and its neighbours may bring along
    "SCARF_NO_ANALYTICS": "true",
    "POSTHOG_DISABLED": "1",
    "ANONYMIZED_TELEMETRY": "False",
}
"""Switches with which libraries are told to report nothing, by name; a user's own setting wins."""
SAFE_PATH = "PYTHONSAFEPATH"  # set: the current folder is on no import path (Python 3.11)


def report_nothing(environment: MutableMapping[str, str] = os.environ) -> None:
    """Switch off what libraries report by themselves, here and in every process that is started from here."""
    for name, value in REPORTS_OFF.items():
        environment.setdefault(name, value)


def module_command(module: str, *arguments: str) -> list[str]:
    """The command line of ``python -m MODULE`` that imports nothing from the folder it happens to be started in."""
    return [sys.executable, "-P", "-m", module, *arguments]


def leave_current_folder() -> None:
    """For a program of Descant's: no process that it starts, by whatever way, imports from the current folder.

    Nor does it itself from now on, where ``python -m`` has put that folder first.
    """
    os.environ.setdefault(SAFE_PATH, "1")
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109 - early
        del sys.path[0]


@contextmanager
def safe_children() -> Generator[None]:
    """Processes of a pool that are started meanwhile import nothing from the current folder."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
