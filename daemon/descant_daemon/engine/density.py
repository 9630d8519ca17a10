"""Density in notes a bar: what was struck lately says how much likelier the next strike is to be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY

WINDOW = 4  # bars that are looked back on, after one that was as wanted
# The odds follow the ratio of wanted to counted by this power. A chorale model that plays 16 left alone gave
# 5, 9, 15 and 26 when 4, 8, 16 and 32 were wanted, its bars no less even than before.
GAIN = 12.0
MOST = 8.0  # log-odds
HOLDING = 0.5  # of that, for what sounds to go on where fewer strikes are wanted


def correction(onsets: int, steps: int, target: float, bar: int) -> float:
    """Log-odds for a strike, after ``onsets`` in the last ``steps``; ``target``: onsets a bar of ``bar`` steps."""
    wanted = target * steps / bar
    ratio = max((wanted + target) / (onsets + target), 1e-9)  # the least that can be asked for rounds to 0
    return max(-MOST, min(MOST, GAIN * math.log(ratio)))


def on_strikes(amount: float, sounding: NDArray[np.bool_]) -> NDArray[np.float64]:
    """``[P, 2]``: of a note beginning and of one that is ``sounding [P]`` being struck again.

    Fewer notes are longer notes: what sounds is held, for silence would ask for new ones.
    """
    bias = np.zeros((len(sounding), 2))
    bias[~sounding, PLAY] = bias[sounding, ARTICULATE] = amount
    bias[sounding, PLAY] = max(0.0, -HOLDING * amount)
    return bias
