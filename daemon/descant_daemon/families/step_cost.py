"""What a step costs on this machine, measured when a model is loaded: how early to ask, and never what is played."""

from __future__ import annotations

import time

from descant_daemon.families.loaded_model import LoadedModel

RUNS, PACE = 12, 0.005  # s between two, so that caches go cold as in playing


def quick_cost(model: LoadedModel) -> int:
    """The same of a model that nobody has warmed."""
    for _ in range(RUNS):
        model.once()
    return step_cost(model)


def step_cost(model: LoadedModel) -> int:
    """ns: the slowest of some paced runs of a piece of its work, as many times as a step may have."""
    slowest = 0
    for _ in range(RUNS):
        time.sleep(PACE)
        begin = time.perf_counter_ns()
        model.once()
        slowest = max(slowest, time.perf_counter_ns() - begin)
    return slowest * model.worst
