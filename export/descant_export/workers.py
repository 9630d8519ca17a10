"""Processes that work for this one: they begin afresh, import nothing of the current folder, and end when it does."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from descant_routing.environment import safe_children

# Children that begin afresh: a fork would copy this process's threads half, and its memory whole.
FRESH = multiprocessing.get_context("spawn")


@contextmanager
def fresh_pool(count: int) -> Generator[ProcessPoolExecutor]:
    """A pool of ``count`` processes, which end with the context."""
    with safe_children(), ProcessPoolExecutor(count, FRESH, initializer=_end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    """Where the parent is killed nobody tells its children: a pipe that only it keeps open does."""
    threading.Thread(target=_wait_for_parent, name="wait for the parent", daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # it started this process
    parent.join()
    os._exit(1)
