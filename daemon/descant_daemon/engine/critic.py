"""The critic: what a musician would say to each draft of a step, in nats, beside how likely the model has it.

One table of weights, set by hand against human settings of the same tunes. All drafts are judged at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.sonority import (
    ADDED_TO,
    ALTERED,
    BITS,
    CLASSES,
    NO_CHORD,
    PART,
    SEVENTH,
    SUS,
    TABLES,
    TRIAD,
)
from descant_daemon.note_state import ARTICULATE, PLAY, State

Bools = NDArray[np.bool_]
Scores = NDArray[np.float64]


class Weights(NamedTuple):
    """Nats. Chords count wholly on a beat, elsewhere by ``off_beat``."""

    triad: float = 2.0
    seventh: float = 0.3
    altered: float = 0.0
    added: float = -0.3
    suspended: float = -0.5
    part: float = 0.3
    other: float = -2.0
    off_beat: float = 0.4
    clash: float = -1.5  # a semitone against the tune, in any octave
    root_below: float = 0.8
    fifth_below: float = -0.8
    third_twice: float = -0.5
    parallel: float = (
        -4.0
    )  # fifths or octaves, each pair of voices; of the outer ones where their number changes
    leap: float = -0.06  # each semitone beyond two that an inner voice moves
    wide_bass: float = -0.1  # each semitone beyond an octave that the bass moves
    still_bass: float = -2.0  # where something is struck
    bass_by_fourth: float = 0.6  # or fifth
    mud: float = -0.7  # less than a fifth above a bass below ``MUD``


WEIGHTS = Weights()
MUD = 48  # MIDI key
FIFTH, OCTAVE = 7, 12
_CHORDS = {NO_CHORD: "other", PART: "part", SUS: "suspended", TRIAD: "triad", ALTERED: "altered",
           SEVENTH: "seventh", ADDED_TO: "added"}  # fmt: skip


class Critic(NamedTuple):
    """Of one step. ``before``: what sounded before it, ``given``: what is played to, both ``[P]``.

    ``force``: how much its word counts, 0 to 1; ``low``: MIDI key of the first pitch; ``beat``: whether it is one.
    """

    force: float
    before: Bools
    given: Bools
    low: int
    beat: bool
    weights: Weights = WEIGHTS

    def scores(self, drafts: State) -> Scores:
        """Of ``drafts [D, P, 2]``, ``[D]``."""
        ours = drafts[:, :, PLAY] > 0
        struck: Bools = np.any(drafts[:, :, ARTICULATE] > 0, axis=1)
        rows = voices_of(ours | self.given)
        score: Scores = self._chords(ours, rows)
        score += self._clashes(ours)
        score += self._motion(rows, struck)
        return np.asarray(self.force * np.where(ours.any(1), score, 0.0))

    def _chords(self, ours: Bools, rows: NDArray[np.int64]) -> Scores:
        weights, classes = self.weights, (np.arange(ours.shape[1]) + self.low) % CLASSES
        sounding = ours | self.given
        counts = sounding @ np.eye(CLASSES)[classes]
        bits = (counts > 0) @ BITS
        worth = np.array([getattr(weights, _CHORDS[what]) for what in range(len(_CHORDS))])
        bass = (rows[:, 0] + self.low) % CLASSES
        root, third = TABLES.root[bits], TABLES.third[bits]
        score = worth[TABLES.what[bits]]
        score = score + weights.root_below * ((root == bass) & (root >= 0))
        score += weights.fifth_below * (((root + FIFTH) % CLASSES == bass) & (third >= 0))
        twice = (third >= 0) & (counts[np.arange(len(counts)), third] > 1)
        score += weights.third_twice * twice
        return np.asarray(score * (1.0 if self.beat else weights.off_beat))

    def _clashes(self, ours: Bools) -> Scores:
        count = len(self.given)
        apart = np.abs(np.arange(count)[:, None] - np.flatnonzero(self.given)) % CLASSES
        near = ((apart == 1) | (apart == CLASSES - 1)).any(1)
        return np.asarray(self.weights.clash * (ours & near).sum(1))

    def _motion(self, rows: NDArray[np.int64], struck: Bools) -> Scores:
        """``rows [D, V]``: the voices from the lowest up, as ``voices_of`` has them."""
        weights, score = self.weights, np.zeros(len(rows))
        none = len(self.before)
        if rows.shape[1] > 1:
            close = (rows[:, 1] < none) & (rows[:, 1] - rows[:, 0] < FIFTH)
            score += weights.mud * (close & (rows[:, 0] + self.low < MUD))
        was = np.flatnonzero(self.before)
        if not len(was):
            return score
        moved = np.abs(rows[:, 0] - was[0])
        score += weights.still_bass * ((moved == 0) & struck)
        score += weights.bass_by_fourth * np.isin(moved, (5, 7))
        score += weights.wide_bass * np.maximum(0, moved - OCTAVE)
        if len(was) < 2:
            return score
        counts = (rows < none).sum(1)
        alike = counts == len(was)
        outer = np.take_along_axis(rows, np.stack([np.zeros_like(counts), counts - 1], 1), 1)
        parallels = _parallels(was[[0, -1]], outer) * (counts > 1)
        if alike.any():
            now = rows[:, : len(was)]
            parallels = np.where(alike, _parallels(was, now), parallels)
            inner = np.maximum(0, np.abs(now - was)[:, 1:-1] - 2).sum(1)
            score += np.where(alike, weights.leap * inner, 0.0)
        return np.asarray(score + weights.parallel * parallels)


def _parallels(was: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many pairs of voices go in one direction from a fifth to a fifth, or an octave to an octave, ``[D]``.

    ``was [V]``, ``now [D, V]``: where they are.
    """
    steps = now - was
    before, after = was[None] - was[:, None], now[:, None] - now[:, :, None]
    perfect = ((before % OCTAVE == 0) | (before % OCTAVE == FIFTH)) & np.triu(
        np.ones_like(before, np.bool_), 1
    )
    together = (after % OCTAVE == before % OCTAVE) & (steps[:, None] * steps[:, :, None] > 0)
    return np.asarray((together & perfect).sum((1, 2)))


def voices_of(sounding: Bools) -> NDArray[np.int64]:
    """The rows that sound in each of ``[D, P]``, from the lowest up, ``[D, V]``; ``P`` where there are fewer."""
    most = max(1, int(sounding.sum(1).max()))
    rows = np.where(sounding, np.arange(sounding.shape[1]), sounding.shape[1])
    return np.sort(rows, 1)[:, :most]
