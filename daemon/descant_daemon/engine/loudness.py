"""How loud the model has a note: the mean over the classes of its velocity head.

The mean and not a draw: the network does not hear velocities, so drawn ones would jump from note to note where a
player's rise and fall together. A spread between notes is for the touch to add.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOUDEST = 127
Velocities = NDArray[np.uint8]
"""MIDI velocities ``[P]``, 0 where nothing says how loud."""


def expected(logits: NDArray[np.float32]) -> Velocities:
    """Logits ``[N, V]`` of V equal classes of MIDI's velocities → the mean velocity of each, ``[N]``, 1 to 127."""
    classes = logits.shape[-1]
    middles = (np.arange(classes) + 0.5) * (LOUDEST + 1) / classes
    odds = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    mean = (odds * middles).sum(-1) / odds.sum(-1)  # row by row: a row must not depend on its neighbours
    return np.asarray(np.clip(np.rint(mean), 1, LOUDEST), np.uint8)
