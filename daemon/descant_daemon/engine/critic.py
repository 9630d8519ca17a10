"""The critic: what a musician would say to each draft of a step, in nats, beside how likely the model has it.

One table of weights, set by hand against human settings of the same tunes. All drafts are judged at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.sonority import TABLES
from descant_daemon.note_state import State

Bools = NDArray[np.bool_]
Scores = NDArray[np.float64]


class Weights(NamedTuple):
    """Nats. First what sounds by its kind, in ``sonority``'s order: wholly on a beat, elsewhere by ``off_beat``."""

    other: float = -2.0
    part: float = 0.3
    suspended: float = -0.5
    triad: float = 2.5
    altered: float = 0.0
    seventh: float = 0.3
    added: float = -0.3
    off_beat: float = 0.4
    clash: float = -1.5  # a semitone against the tune, in any octave
    root_below: float = 0.8
    fifth_below: float = -0.8
    third_twice: float = -0.5
    parallel: float = -7.0  # fifths or octaves, each pair of voices
    leap: float = -0.06  # each semitone beyond ``STEP`` that an inner voice moves
    wide_bass: float = -0.1  # each semitone beyond an octave that the bass moves
    still_bass: float = -2.0  # where something is struck
    bass_by_fourth: float = 0.6  # or fifth
    mud: float = -0.7  # less than a fifth above a bass below ``MUD``
    unsettled: float = -6.0  # no part of a major or minor triad, where the player holds a note, or at first
    stale: float = -1.0  # log-odds, each beat beyond a bar in which its keys stay the same


WEIGHTS = Weights()
MOST_WEARY = -8.0  # log-odds


class Critic(NamedTuple):
    """Of one step. ``before``: the player's notes and ours that it is led on from, ``given``: his now, ``[P]`` each.

    ``force``: how much its word counts, 0 to 1; ``low``: MIDI key of the first pitch; ``beat``: whether it is one;
    ``rests``: whether he has held what is given for a beat, or ours is a first chord; ``stale``: for how many beats
    beyond a bar its keys have been the same.
    """

    force: float
    before: tuple[Bools, Bools]
    given: Bools
    low: int
    beat: bool
    rests: bool = False
    stale: float = 0.0
    weights: Weights = WEIGHTS

    @property
    def weary(self) -> float:
        """Log-odds by which what sounds is less likely to go on, on a beat."""
        return self.force * max(MOST_WEARY, self.weights.stale * self.stale) if self.beat else 0.0

    def scores(self, drafts: State) -> tuple[Scores, Bools]:
        """Of ``drafts [D, P, 2]``, ``[D]``; and which of them have a fault that another note might mend."""
        # What compiles is waited for where a network has been loaded, not where the command line begins.
        from descant_daemon.engine.fault_finding import judged  # noqa: PLC0415

        rows = [np.flatnonzero(each) for each in (*self.before, self.given)]
        was_given, was_ours, given = rows
        scores, faulty = judged(
            drafts, was_given, was_ours, given, self.low, self.beat, self.rests, self.weights, TABLES
        )
        return self.force * scores, faulty
