"""What choosing the notes of a step costs alone, and what a step costs in all, for how early it has to be asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from descant_daemon.bench.paced import spread, stopwatch
from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.choice import Line
from descant_daemon.engine.state_cache import SongMemory
from descant_daemon.families import load_model
from descant_daemon.families.along_time import AlongTime
from descant_daemon.families.loaded_model import LoadedModel
from descant_daemon.families.step_cost import step_cost
from descant_daemon.model.lead import lead

PACE = 0.02  # s between two
AGAIN = 3  # times at once after it, when caches are warm
HELD = 4  # keys of the player, between whom the notes are chosen


def measure_family(stem: Path, beside: Path, steps: int, progress: Callable[[], None]) -> dict[str, Any]:
    """Of the model at ``stem``: its family, what a step costs, how early to ask for it, and its notes alone.

    The notes after an idle gap, when caches are cold, and at once again, which is what the arithmetic costs. While it
    plays, an engine warms up just before the tick: what a player gets lies between the two, near the second.

    ``beside``: a model whose notes are measured in turn with it, so that both have the same machine.
    """
    models = [load_model(stem), load_model(beside)]
    for model in models:
        model.warm()
    taken: tuple[list[float], ...] = ([], [])
    hot: tuple[list[float], ...] = ([], [])
    for step in range(steps):
        for model, times, again in zip(models, taken, hot, strict=True):
            line = model.mind(0, SongMemory()).line(_ask(model, step))
            if isinstance(line, Line):
                assert line.choice.thresholds.size  # at hand, as when it was asked half a step ahead
            notes = partial(model.draw if isinstance(model, AlongTime) else model.choose, [line])
            time.sleep(PACE)
            times.append(stopwatch(notes))
            again.append(min(stopwatch(notes) for _ in range(AGAIN)))
        progress()
    here, other = (spread(times) for times in taken)
    here_again, other_again = (spread(times).p50 for times in hot)
    cost = step_cost(models[0])
    return {
        "name": models[0].metadata.family,
        "cost_ms": cost / 1e6,
        "lead_steps": lead(cost, models[0].metadata.steps_per_beat),
        "notes_p50_ms": here.p50,
        "notes_p99_ms": here.p99,
        "notes_again_ms": here_again,
        "beside": models[1].metadata.family,
        "beside_p50_ms": other.p50,
        "beside_p99_ms": other.p99,
        "beside_again_ms": other_again,
    }


def _ask(model: LoadedModel, step: int) -> Ask:
    silence = np.zeros((model.pitches.size, 2), np.float32)
    given = silence.copy()
    given[np.arange(1, HELD + 1) * model.pitches.size // (HELD + 2)] = 1
    return Ask(0, step, 16, given, silence, silence, True, Sampling(voices=16))
