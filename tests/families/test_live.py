"""Families in an engine process: models of one graph and of two, and what each costs, told when it is ready."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from tests.families.files import HIGH, LOW, roll, tp_nade

from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.families import load_model
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.model.model_files import read_model

SILENT = np.zeros((HIGH - LOW + 1, 2), np.float32)


def test_answers_from_the_engine_process_are_those_of_the_same_models_here(tmp_path: Path) -> None:
    stems = [tp_nade(tmp_path / "one", velocity=True), roll(tmp_path / "two")]
    here = Engine(*map(load_model, stems), instances=2)
    pool = EnginePool([read_model(stem) for stem in stems], 2)
    try:
        pool.wait_ready()
        assert [pool.number(stem) for stem in stems] == [0, 1]
        assert all(pool.cost(number) > 0 for number in (0, 1))
        for step in range(6):
            for model in (0, 1):
                ask = Ask(
                    2 * step + model,
                    step,
                    16,
                    SILENT,
                    SILENT,
                    SILENT,
                    step == 0,
                    Sampling(voices=9),
                    model,
                    model=model,
                )
                assert pool.ask(ask)
                pool.ring()
                answer, wanted = answered(pool), here.answer(ask)
                assert np.array_equal(answer.ours, wanted.ours)
                assert np.array_equal(np.asarray(answer.velocities), np.asarray(wanted.velocities))
    finally:
        pool.close()


def answered(pool: EnginePool) -> Answer:
    """The one that is waited for."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pool.settle()
        for answer in pool.answers():
            assert isinstance(answer, Answer)
            return answer
    raise TimeoutError
