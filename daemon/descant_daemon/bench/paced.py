"""Measuring as it is played: every measurement comes out of an idle gap, when caches have gone cold."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

MILLI = 1e3


class Spread(NamedTuple):
    """Of many times, ms: the median, the 99th percentile, and the worst."""

    p50: float
    p99: float
    worst: float


def spread(seconds: Sequence[float]) -> Spread:
    """Summed up."""
    p50, p99, worst = np.percentile(seconds, [50, 99, 100]) * MILLI
    return Spread(float(p50), float(p99), float(worst))


def stopwatch(action: Callable[[], object]) -> float:
    """How long it takes, s."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def sleep_until(moment: float) -> None:
    """Until ``time.perf_counter`` says so; at once when it is past."""
    left = moment - time.perf_counter()
    if left > 0:
        time.sleep(left)
