"""The learning rate, and from short segments of easy pieces to all."""

from __future__ import annotations

import pytest
from tests.export.training.tiny import TINY

from descant_export.corpus.piece import Piece
from descant_export.training.batches import Dataset
from descant_export.training.config import Config
from descant_export.training.curriculum import Lesson, learning_rate, lesson


def test_the_rate_warms_up_and_comes_down() -> None:
    config = Config().but(warm_up=10, updates=100, learning_rate=1.0)
    rates = [learning_rate(config, update) for update in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.02


def test_a_constant_rate_stays() -> None:
    config = Config().but(warm_up=10, updates=100, learning_rate=1.0, schedule="constant")
    assert {learning_rate(config, update) for update in range(10, 100)} == {1.0}


def test_segments_grow_and_an_update_costs_the_same() -> None:
    config = Config().but(curriculum=0.3, updates=100, segment=128, batch=8)
    stages = list(dict.fromkeys(lesson(config, update) for update in range(100)))
    assert stages == [Lesson(16, 64, 0.25), Lesson(32, 32, 0.5), Lesson(64, 16, 0.75), Lesson(128, 8, 1.0)]
    assert lesson(config, 29).segment == 64
    assert lesson(config, 30).segment == 128
    assert lesson(config.but(curriculum=0.0), 0) == Lesson(128, 8, 1.0)


def test_the_easiest_pieces_come_first(pieces: list[Piece]) -> None:
    config = TINY.but(curriculum=0.9, updates=100, given={"none": 1.0}, transpose=0)
    source = Dataset.of(list(reversed(pieces)))
    batch = source.batch(config, config.shape(), 0, range(40))
    melody = batch.now[..., 58 - config.network.pitch_low :, 1].sum()
    assert pieces[0].name == "slow"
    assert float(melody / batch.real.sum()) == pytest.approx(0.25, abs=0.26), (
        "the quick ones strike twice as often"
    )
    assert batch.now.shape[1] == 2
