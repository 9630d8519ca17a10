"""What a network must beat on the same steps: hold the last step, per-pitch Markov; and for how loud, the average."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.model.contract import CLASSES
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange
from descant_export.corpus.piece import Piece, velocities
from descant_export.families.velocity import LOUDEST
from descant_export.training.evaluation import Score

Floats = NDArray[np.float64]


def hold_last_step(training: Sequence[Piece], pieces: Sequence[Piece], pitches: PitchRange) -> Score:
    """Every pitch goes on as it was, with the one rate of change that training music has."""
    counts = _counts(training, pitches).sum(axis=1, keepdims=True)
    return _score(np.broadcast_to(counts, (2, pitches.size, 3)), pieces, pitches)


def markov(training: Sequence[Piece], pieces: Sequence[Piece], pitches: PitchRange) -> Score:
    """Every pitch by itself, given whether it played in the step before (first order)."""
    return _score(_counts(training, pitches), pieces, pitches)


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


def _counts(pieces: Sequence[Piece], pitches: PitchRange) -> Floats:
    """``[2, P, 3]``: after silence or play, how often a pitch was seen, played, and was struck."""
    counts = np.zeros((2, pitches.size, 3))
    for piece in pieces:
        before, now = _pairs(piece, pitches)
        for was in (0, 1):
            seen = before == was
            counts[was, :, 0] += seen.sum(0)
            counts[was, :, 1] += (seen & (now[..., PLAY] == 1)).sum(0)
            counts[was, :, 2] += (seen & (now[..., ARTICULATE] == 1)).sum(0)
    return counts


def markov_chances(training: Sequence[Piece], pitches: PitchRange) -> tuple[Floats, Floats]:
    """``[2, P]`` each: how likely a pitch plays, and, if it does, is struck, after silence and after play."""
    return _chances(_counts(training, pitches))


def _chances(counts: Floats) -> tuple[Floats, Floats]:
    # Add-one smoothing: what training never did is unlikely, not impossible.
    return (counts[..., 1] + 1) / (counts[..., 0] + 2), (counts[..., 2] + 1) / (counts[..., 1] + 2)


def _score(counts: Floats, pieces: Sequence[Piece], pitches: PitchRange) -> Score:
    chance_play, chance_struck = _chances(counts)
    play, articulate, steps = 0.0, 0.0, 0
    for piece in pieces:
        before, now = _pairs(piece, pitches)
        pitch = np.arange(pitches.size)
        p, a = chance_play[before, pitch], chance_struck[before, pitch]
        played, struck = now[..., PLAY] == 1, now[..., ARTICULATE] == 1
        play += float(np.log(np.where(played, p, 1 - p)).sum())
        articulate += float((np.log(np.where(struck, a, 1 - a)) * played).sum())
        steps += piece.steps
    return Score(play / steps, articulate / steps, steps)


def _pairs(piece: Piece, pitches: PitchRange) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Whether each pitch played in the step before, and the state of the step."""
    now = piece.state(range(piece.voices), pitches)
    before = np.concatenate([np.zeros((1, pitches.size)), now[:-1, :, PLAY]])
    return before.astype(np.int64), now
