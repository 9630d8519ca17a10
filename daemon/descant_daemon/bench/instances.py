"""What a step of several instances costs when they are answered as one batch."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from descant_daemon.bench.paced import spread
from descant_daemon.bench.step import SIXTEENTH, STEPS_PER_BAR
from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.families import load_model

COUNTS = (1, 2, 4, 8, 16)
Progress = Callable[[], None]


def measure_instances(stem: Path, instances: int, steps: int, progress: Progress) -> dict[str, float]:
    """``answer``: until all have their notes; ``step``: and have thought ahead. ms, paced."""
    network = load_model(stem)
    network.warm()
    engine = Engine(network, instances=instances)
    silence = np.zeros((network.pitches.size, 2), np.float32)
    ours = [silence] * instances
    answers: list[float] = []
    whole: list[float] = []
    for step in range(steps):
        time.sleep(SIXTEENTH)
        begin = time.perf_counter()
        asks = [
            Ask(0, step, STEPS_PER_BAR, silence, mine, mine, not step, Sampling(voices=16), each)
            for each, mine in enumerate(ours)
        ]
        ours = [answer.ours for answer in engine.answer_all(asks)]
        answers.append(time.perf_counter() - begin)
        while engine.think_ahead():
            pass
        whole.append(time.perf_counter() - begin)
        progress()
    answer, step_cost = spread(answers), spread(whole)
    return {
        "instances": instances,
        "answer_p50_ms": answer.p50,
        "answer_p99_ms": answer.p99,
        "step_p50_ms": step_cost.p50,
        "step_p99_ms": step_cost.p99,
        "step_p50_ms_each": step_cost.p50 / instances,
    }
