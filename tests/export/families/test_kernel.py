"""The input kernel against Kotecha & Young §3.2, written out slowly, one pitch at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from descant_daemon.note_state import PitchRange
from descant_export.families.kernel import Kernel, KernelShape

SHAPE = KernelShape(PitchRange(40, 75))


def played(state: np.ndarray, key: int) -> tuple[float, float]:
    """(play, articulate) of a MIDI key; beyond the range is silence, not the other end."""
    row = key - SHAPE.pitches.low
    return (float(state[row, 0]), float(state[row, 1])) if 0 <= row < len(state) else (0.0, 0.0)


def vicinity_and_context(state: np.ndarray, key: int) -> tuple[list[float], list[float]]:
    window = [value for offset in range(-12, 13) for value in played(state, key + offset)]
    context = [0.0] * 12
    for other in range(SHAPE.pitches.low, SHAPE.pitches.high + 1):
        context[(other - key) % 12] += played(state, other)[0]
    return window, context


@pytest.mark.parametrize("step_in_bar", [0, 1, 6, 11, 15])
def test_time_features(step_in_bar: int) -> None:
    rng = np.random.default_rng(step_in_bar)
    state = (rng.random((36, 2)) < 0.3).astype(np.float32)
    state[:, 1] *= state[:, 0]
    features = Kernel(SHAPE).time(torch.from_numpy(state)[None], torch.tensor([step_in_bar]))[0].numpy()
    assert features.shape == (36, SHAPE.time_features)
    for row, key in enumerate(range(40, 76)):
        window, context = vicinity_and_context(state, key)
        classes = [float(key % 12 == name) for name in range(12)]
        beat = [float(bit) for bit in reversed(f"{step_in_bar:04b}")]
        expected = [(key - 64) / 32, *classes, *window, *context, *beat]
        assert features[row] == pytest.approx(expected)


def test_given_features() -> None:
    rng = np.random.default_rng(9)
    given = (rng.random((36, 2)) < 0.15).astype(np.float32)
    given[:, 1] *= given[:, 0]
    features = Kernel(SHAPE).given(torch.from_numpy(given)[None])[0].numpy()
    for row, key in enumerate(range(40, 76)):
        window, context = vicinity_and_context(given, key)
        below, above = given[:row, 0].sum(), given[row + 1 :, 0].sum()
        assert features[row] == pytest.approx([*window, *context, below, above])


def test_the_lowest_pitch_does_not_see_the_highest() -> None:
    """The originals' negative index wrapped round (research on their code): row 0 saw rows -12 to -1."""
    state = np.zeros((36, 2), np.float32)
    state[-1] = 1
    silent = np.zeros((36, 2), np.float32)
    kernel = Kernel(SHAPE)
    vicinity = slice(13, 13 + 50)
    seen, unseen = (kernel.time(torch.from_numpy(s)[None], torch.tensor([0]))[0] for s in (state, silent))
    assert torch.equal(seen[:12, vicinity], unseen[:12, vicinity])
    assert not torch.equal(seen[-1, vicinity], unseen[-1, vicinity])
