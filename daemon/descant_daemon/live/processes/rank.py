"""Who goes first when the processor is short: io, then the engine, then everybody else, control last.

Going before others needs a right that not every user has; without it things stay as they are. All four
processes stay in one session: Linux shares the processor between sessions first, whatever their rank in it.
"""

from __future__ import annotations

import contextlib
import os
import sys

IO, ENGINE, TAPE, CONTROL = -15, -10, 0, 10  # as nice(1) counts


def take_rank(rank: int) -> None:
    """For the calling thread and those that it starts from now on."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, rank)


def put_behind(pid: int) -> None:
    """A process that has just been started inherits a rank: it must not load ahead of an engine that plays."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            if (
                os.getpriority(os.PRIO_PROCESS, 0) < 0
            ):  # else nobody has a rank, and who goes down cannot come up
                os.setpriority(os.PRIO_PROCESS, pid, 0)
