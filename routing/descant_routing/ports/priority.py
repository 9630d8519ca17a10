"""Asking the system to let one thread go before all others."""

from __future__ import annotations

import os
import sys

_PRIORITY = 10  # of 99: before every ordinary program, after JACK and the sound card's threads


def ask_for_realtime() -> str:
    """Ask for real-time priority for the thread that calls this; says in a sentence what became of it.

    Raises nothing: without the right to it the thread goes on as it was. Linux: SCHED_FIFO, not inherited by
    child processes.
    """
    if sys.platform != "linux":
        return "ordinary priority: only Linux can be asked for more"
    policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    try:
        _raise_limit()
        os.sched_setscheduler(0, policy, os.sched_param(_PRIORITY))  # 0 is the calling thread
    except (OSError, ValueError):
        return (
            "ordinary priority: this user may not ask for real time "
            "(allow it with rtprio 20 in /etc/security/limits.d, then log in again)"
        )
    return f"real-time priority {_PRIORITY}"


def _raise_limit() -> None:
    """Up to the hard limit, which is as far as anybody may without asking."""
    import resource  # noqa: PLC0415 - not on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_RTPRIO)
    resource.setrlimit(resource.RLIMIT_RTPRIO, (hard, hard))
