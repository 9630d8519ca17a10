"""Unevenness of touch: every key of every step has its own, drawn from the place in the song."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.uniforms import TOUCH, uniforms

MOST_VELOCITY = 12  # to either side
MOST_DELAY = 20_000_000  # ns
MOST_OF_STEP = 0.25  # a note comes before the next step whatever the tempo


class Human(NamedTuple):
    """By MIDI key: ``louder`` in velocity, ``later`` in ns; never early."""

    louder: NDArray[np.int_]
    later: NDArray[np.int_]


def human(amount: float, seed: int, instance: int, variation: int, step: int) -> Human:
    """As uneven as ``amount`` (0 to 1) says."""
    drawn = uniforms(seed, instance, variation, step, TOUCH)
    louder = np.rint(amount * MOST_VELOCITY * (2 * drawn[:, 0] - 1))
    return Human(louder.astype(int), (amount * MOST_DELAY * drawn[:, 1]).astype(int))
