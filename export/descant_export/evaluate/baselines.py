"""What a network must beat: models that look at each pitch by itself; and for how loud notes are, the average."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.model.contract import CLASSES
from descant_daemon.note_state import ARTICULATE, PIANO, PLAY, PitchRange, State
from descant_export.corpus.piece import Piece, velocities
from descant_export.evaluate import scores
from descant_export.evaluate.scores import Nats
from descant_export.families.velocity import LOUDEST

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PerPitch:
    """Independent pitches, each after its own state of the step before; a ``Scorer``.

    ``plays``, ``struck``: ``[2, P]``, the chance of each pitch to play after silence and after play, and to be struck
    if it does; without ``struck`` play alone is scored. ``first [P]``: to play in a first step, which without it
    follows silence.
    """

    pitches: PitchRange
    plays: Floats
    struck: Floats | None = None
    first: Floats | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Play, and where it knows of it articulation."""
        return (scores.PLAY,) if self.struck is None else (scores.PLAY, scores.ARTICULATE)

    def log_likelihoods(self, pieces: Sequence[Piece]) -> list[Nats]:
        """``[steps, parts]`` of each piece."""
        return [
            np.stack([cells.sum(-1) for cells in (self.play(piece), *self._articulate(piece))], -1)
            for piece in pieces
        ]

    def play(self, piece: Piece) -> Floats:
        """``[steps, P]``."""
        before, now = _pairs(piece, self.pitches)
        chance = self.plays[before, np.arange(self.pitches.size)]
        if self.first is not None:
            chance[0] = self.first
        return _bernoulli(now[..., PLAY] == 1, chance)

    def _articulate(self, piece: Piece) -> list[Floats]:
        if self.struck is None:
            return []
        before, now = _pairs(piece, self.pitches)
        chance = self.struck[before, np.arange(self.pitches.size)]
        return [_bernoulli(now[..., ARTICULATE] == 1, chance) * (now[..., PLAY] == 1)]

    def sample(self, steps: int, rng: np.random.Generator) -> State:
        """``[steps, P, 2]``, as often as training has each change."""
        state = np.zeros((steps, self.pitches.size, 2), np.float32)
        struck = np.zeros_like(self.plays) if self.struck is None else self.struck
        before, pitch = np.zeros(self.pitches.size, np.int64), np.arange(self.pitches.size)
        for now in state:
            sounds = rng.random(len(pitch)) < self.plays[before, pitch]
            now[:, PLAY] = sounds
            now[:, ARTICULATE] = sounds & (rng.random(len(pitch)) < struck[before, pitch])
            before = sounds.astype(np.int64)
        return state


def random(_training: Sequence[Piece], pitches: PitchRange = PIANO) -> PerPitch:
    """A coin for every cell, whatever the music: ln(1/2) a pitch. Play alone."""
    return PerPitch(pitches, np.full((2, pitches.size), 0.5))


def marginal(training: Sequence[Piece], pitches: PitchRange = PIANO) -> PerPitch:
    """Each pitch as often as it plays in training. Play alone."""
    plays, _ = _chances(_counts(training, pitches).sum(0))
    return PerPitch(pitches, np.broadcast_to(plays, (2, pitches.size)))


def markov_of_play(training: Sequence[Piece], pitches: PitchRange = PIANO) -> PerPitch:
    """As the published figures have it: play alone, and a first step, which has none before it, is ``marginal``."""
    plays, _ = _chances(_counts(training, pitches, first=False))
    return PerPitch(pitches, plays, first=marginal(training, pitches).plays[0])


def markov(training: Sequence[Piece], pitches: PitchRange) -> PerPitch:
    """Each pitch given whether it played in the step before (first order)."""
    return PerPitch(pitches, *_chances(_counts(training, pitches)))


def hold_last_step(training: Sequence[Piece], pitches: PitchRange) -> PerPitch:
    """Every pitch goes on as it was, with the one rate of change that training music has."""
    counts = _counts(training, pitches).sum(axis=1, keepdims=True)
    return PerPitch(pitches, *_chances(np.broadcast_to(counts, (2, pitches.size, 3))))


BASELINES: Mapping[str, Callable[[Sequence[Piece]], PerPitch]] = {
    "random": random,
    "marginal": marginal,
    "markov": markov_of_play,
}
"""Of the published protocol, by the name that the command line has for them; their figures are known."""


class Loudness(NamedTuple):
    """How loud the struck notes are: log-likelihood in nats a note whose velocity is known, and how many a step."""

    a_note: float
    notes_a_step: float


def marginal_velocity(training: Sequence[Piece], pieces: Sequence[Piece], pitches: PitchRange) -> Loudness:
    """Every note has the chances of velocity classes that training music has, whatever it is."""
    classes = np.arange(LOUDEST) * CLASSES // LOUDEST
    counts, tests = (_velocities(side, pitches) for side in (training, pieces))
    chances = np.bincount(classes, counts, CLASSES) + 1
    total = (np.bincount(classes, tests, CLASSES) * np.log(chances / chances.sum())).sum()
    notes, steps = tests.sum(), sum(piece.steps for piece in pieces)
    return Loudness(float(total / max(notes, 1)), float(notes / steps))


def _velocities(pieces: Sequence[Piece], pitches: PitchRange) -> Floats:
    """How many struck cells have each MIDI velocity, ``[128]``, those that are not known left out."""
    counts = np.zeros(LOUDEST)
    for piece in pieces:
        loud = velocities(piece.notes, pitches, 0, 0, piece.steps)
        counts += np.bincount(loud.ravel(), minlength=LOUDEST)
    counts[0] = 0
    return counts


def _counts(pieces: Sequence[Piece], pitches: PitchRange, *, first: bool = True) -> Floats:
    """``[2, P, 3]``: after silence or play, how often a pitch was seen, played, and was struck.

    ``first``: whether the first step of a piece counts, as one after silence.
    """
    counts = np.zeros((2, pitches.size, 3))
    for piece in pieces:
        before, now = (each[not first :] for each in _pairs(piece, pitches))
        for was in (0, 1):
            seen = before == was
            counts[was, :, 0] += seen.sum(0)
            counts[was, :, 1] += (seen & (now[..., PLAY] == 1)).sum(0)
            counts[was, :, 2] += (seen & (now[..., ARTICULATE] == 1)).sum(0)
    return counts


def _chances(counts: Floats) -> tuple[Floats, Floats]:
    # Add-one smoothing: what training never did is unlikely, not impossible.
    return (counts[..., 1] + 1) / (counts[..., 0] + 2), (counts[..., 2] + 1) / (counts[..., 1] + 2)


def _pairs(piece: Piece, pitches: PitchRange) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Whether each pitch played in the step before, and the state of the step."""
    now = piece.state(range(piece.voices), pitches)
    before = np.concatenate([np.zeros((1, pitches.size)), now[:-1, :, PLAY]])
    return before.astype(np.int64), now


def _bernoulli(happens: NDArray[np.bool_], chance: Floats) -> Floats:
    cells: Floats = np.log(np.where(happens, chance, 1 - chance))
    return cells
