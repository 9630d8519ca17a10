"""Density in notes a bar: what was struck lately says how much likelier the next strike is to be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY

WINDOW = 4  # bars that are looked back on
# The odds follow the ratio of wanted to counted by this power: what is wrong by a factor of 3 when left
# alone ends 1.25 times off. A mean over a window never swings, whatever the gain.
GAIN = 4.0
MOST = 4.0  # log-odds


def correction(onsets: int, steps: int, target: float, bar: int) -> float:
    """Log-odds for a strike, after ``onsets`` in the last ``steps``; ``target``: onsets a bar of ``bar`` steps."""
    wanted = target * steps / bar
    return max(-MOST, min(MOST, GAIN * math.log((wanted + 1) / (onsets + 1))))


def on_strikes(amount: float, sounding: NDArray[np.bool_]) -> NDArray[np.float64]:
    """``[P, 2]``: a note that is not sounding begins, one that is (``[P]``) is struck again; none ends for it."""
    bias = np.zeros((len(sounding), 2))
    bias[~sounding, PLAY] = bias[sounding, ARTICULATE] = amount
    return bias
