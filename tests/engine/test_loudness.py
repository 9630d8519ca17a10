"""Velocities in the engine: the mean of the classes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.loudness import expected
from descant_daemon.model.contract import CLASSES
from descant_daemon.note_state import ARTICULATE, State


def slow_mean(logits: np.ndarray) -> float:
    """The sum over all MIDI velocities of a velocity (at its middle) times its chance, a class's shared out."""
    total = sum(math.exp(float(logit)) for logit in logits)
    width = 128 // len(logits)
    return sum(
        (velocity + 0.5) * math.exp(float(logits[velocity // width])) / total / width
        for velocity in range(128)
    )


@pytest.mark.parametrize("classes", [CLASSES, 8, 128])
def test_the_mean_of_the_classes(classes: int) -> None:
    logits = np.random.default_rng(classes).normal(0, 3, (50, classes)).astype(np.float32)
    found = expected(logits)
    assert all(abs(int(v) - slow_mean(row)) <= 0.5001 for v, row in zip(found, logits, strict=True))
    one_hot = np.full((1, classes), -1e4, np.float32)
    one_hot[0, -1] = 1e4
    assert int(expected(one_hot)[0]) == min(127, round(128 - 64 / classes))


def test_a_note_is_as_loud_alone_as_among_others() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (40, CLASSES)).astype(np.float32)
    assert [int(v) for v in expected(logits)] == [int(expected(row[None])[0]) for row in logits]


def test_the_notes_are_those_of_a_network_that_knows_no_velocities(make_network) -> None:  # type: ignore[no-untyped-def]
    takes: list[list[State]] = []
    for classes in (0, CLASSES):
        engine = Engine(make_network(velocities=classes))
        before = np.zeros((40, 2), np.float32)
        take: list[State] = []
        for step in range(32):
            answer = engine.answer(Ask(step, step, 16, 0 * before, before, before, step == 0, Sampling()))
            assert answer.velocities is not None
            assert np.array_equal(answer.velocities > 0, (answer.ours[:, ARTICULATE] > 0) & (classes > 0))
            before = answer.ours
            take.append(before)
        takes.append(take)
    assert all(np.array_equal(one, other) for one, other in zip(*takes, strict=True))
