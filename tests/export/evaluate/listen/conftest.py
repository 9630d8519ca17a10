"""Human music for a blind test, made here: nobody's, but in whole bars and enough of it."""

from __future__ import annotations

import numpy as np
import pytest

from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.takes.human import Human

BARS = 8


def walk(seed: int) -> Piece:
    """Two voices of quarters that wander by steps of a scale."""
    rng = np.random.default_rng(seed)
    scale = [48 + octave * 12 + step for octave in range(4) for step in (0, 2, 4, 5, 7, 9, 11)]
    top, low = 17 + np.cumsum(rng.integers(-1, 2, BARS * 4)), 6 + np.cumsum(rng.integers(-1, 2, BARS * 4))
    voices = [
        [(at * 4, at * 4 + 4, scale[int(degree) % len(scale)]) for at, degree in enumerate(line)]
        for line in (top, low)
    ]
    return from_notes(f"walk {seed}", voices, np.arange(BARS * 16) % 16)


@pytest.fixture(scope="session")
def human() -> Human:
    return Human("walks", [walk(seed) for seed in range(12)], [walk(seed) for seed in range(100, 110)])
