"""Freed memory stays with the process, for work that takes and frees the same hundreds of megabytes each update."""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4  # malloc.h
MIB = 2**20


def keep_freed_memory() -> None:
    """Ask glibc not to give large blocks back to the kernel; elsewhere nothing happens.

    The kernel clears every page that it hands out: measured on two cores, training goes 1.8 times as fast
    without (250 → 450 GFLOP/s on Johnson's network).
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(MMAP_MAX, 0)
        mallopt(TRIM_THRESHOLD, 2**31 - 1)
        mallopt(TOP_PAD, 64 * MIB)
