"""What is asked of a sweep from the lowest pitch up, and what comes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import ARTICULATE, PLAY, State

Array = NDArray[np.float32]

# Temperature turns about this logit (one chance in 13), not about 0: a note is one of many that could be
# struck, so even the best is seldom likelier than not, and sharpening about 0 would only make silence.
PIVOT = -2.5


@dataclass(frozen=True)
class Choice:
    """How a step is to be sampled.

    ``dice``: uniforms as logits, ``[P, 2]``; ``allowed``: ``[P]`` bool, pitches that may be chosen;
    ``sounding``: ``[P]`` bool, our own notes of the step before (anything else must be struck);
    ``odds``: the odds of each note are multiplied by it; ``voices``: most notes chosen at once;
    ``follow``: how far to go beyond the model in heeding what is given, 0 not at all;
    ``bias``: ``[P, 2]``, by which the log-odds of playing and of striking each pitch are shifted.
    """

    dice: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    sounding: NDArray[np.bool_]
    temperature: float
    odds: float
    voices: int
    follow: float = 0.0
    bias: NDArray[np.float64] | None = None

    @cached_property
    def thresholds(self) -> NDArray[np.float64]:
        """The logits beyond which a pitch plays and is struck when nothing is given, ``[P, 2]``.

        The dice are turned round once, instead of every logit into a chance.
        """
        odds = math.log(self.odds) if self.odds else -math.inf
        over = self.dice * self.temperature
        over[:, PLAY] -= (odds + PIVOT) * self.temperature - PIVOT
        if self.bias is not None:
            over -= self.bias * self.temperature
        over[~self.allowed if self.voices else slice(None), PLAY] = np.inf
        over[~self.sounding, ARTICULATE] = -np.inf  # what does not sound cannot be held
        return over


class Line(NamedTuple):
    """One instance's share of a sweep: context ``[P, ...]``, as the network gave it, and given ``[P, 2]``."""

    context: Array
    given: State
    choice: Choice


class Chosen(NamedTuple):
    """One line's notes, ``[P, 2]``, and how loud those that are struck are, ``[P]``, 0 where nothing says so."""

    ours: State
    velocities: Velocities
