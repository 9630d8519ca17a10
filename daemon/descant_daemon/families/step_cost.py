"""What a step costs on this machine, measured when a model is loaded; ``model/lead.py`` decides by it."""

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
    """ns: the quickest of some paced runs of a piece of its work, as many times as a step may have.

    The quickest, because whatever else runs only adds: the figure is the model's and the machine's, not the moment's.
    """
    runs: list[int] = []
    for _ in range(RUNS):
        time.sleep(PACE)
        begin = time.perf_counter_ns()
        model.once()
        runs.append(time.perf_counter_ns() - begin)
    return min(runs) * model.worst
