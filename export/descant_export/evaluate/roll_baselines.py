"""Three models that look at each pitch by itself; their figures are the protocol's sanity anchors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from descant_daemon.note_state import PIANO
from descant_export.evaluate.rolls import Roll
from descant_export.evaluate.scores import Floats, NextStep


def random(_training: Sequence[Roll]) -> NextStep:
    """A coin for every cell: 88 ln(1/2) a step, whatever the music."""
    return Marginal(np.full(PIANO.size, 0.5))


def marginal(training: Sequence[Roll]) -> NextStep:
    """Each pitch as often as it plays in training."""
    played = np.sum([roll.sum(0) for roll in training], 0)
    return Marginal(_rate(played, sum(map(len, training))))


def markov(training: Sequence[Roll]) -> NextStep:
    """Each pitch as often as it follows its own state of the step before; a first step has none before it."""
    seen, played = np.zeros((2, PIANO.size)), np.zeros((2, PIANO.size))
    for roll in training:
        for was in (0, 1):
            after = roll[:-1] == was
            seen[was] += after.sum(0)
            played[was] += (after & (roll[1:] == 1)).sum(0)
    return Markov(_rate(played, seen), marginal(training))


BASELINES: dict[str, Callable[[Sequence[Roll]], NextStep]] = {
    "random": random,
    "marginal": marginal,
    "markov": markov,
}


class Marginal:
    """Independent pitches, the same in every step."""

    def __init__(self, chance: Floats) -> None:
        """``chance [88]``: of each pitch to play."""
        self._chance = chance

    def log_likelihoods(self, roll: Roll) -> Floats:
        """``[steps]``."""
        return _bernoulli(roll, self._chance)


class Markov:
    """Independent pitches, each after its own last state."""

    def __init__(self, chance: Floats, first: NextStep) -> None:
        """``chance [2, 88]``: of each pitch to play after silence, after play; ``first`` scores first steps."""
        self._chance, self._first = chance, first

    def log_likelihoods(self, roll: Roll) -> Floats:
        """``[steps]``."""
        chance = self._chance[roll[:-1], np.arange(PIANO.size)]
        return np.concatenate([self._first.log_likelihoods(roll[:1]), _bernoulli(roll[1:], chance)])


def _rate(played: Floats, seen: Floats | int) -> Floats:
    # Add-one smoothing: what training never did is unlikely, not impossible.
    return (played + 1) / (seen + 2)


def _bernoulli(roll: Roll, chance: Floats) -> Floats:
    each: Floats = np.log(np.where(roll == 1, chance, 1 - chance)).sum(-1)
    return each
