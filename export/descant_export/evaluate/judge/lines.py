"""What features are counted from: the sounding and struck keys of each step, the outer lines, the bars."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange
from descant_export.corpus.piece import Piece
from descant_export.evaluate.statistics import bar_numbers

EVERY_KEY = PitchRange(0, 127)

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Score(NamedTuple):
    """``play``, ``struck``: ``[steps, 128]``; ``bar [steps]``: its number; ``step_in_bar [steps]``."""

    play: Bools
    struck: Bools
    bar: Ints
    step_in_bar: Ints


def score_of(piece: Piece) -> Score:
    """A piece as matrices."""
    state = piece.state(range(piece.voices), EVERY_KEY).astype(bool)
    return Score(
        state[..., PLAY],
        state[..., ARTICULATE],
        bar_numbers(piece.step_in_bar),
        piece.step_in_bar.astype(np.int64),
    )


def top_line(score: Score) -> Ints:
    """The highest struck key of every step in which it tops what sounds: a melody as the ear follows it."""
    highest = 127 - score.play[:, ::-1].argmax(1)
    steps = np.flatnonzero(score.struck[np.arange(len(highest)), highest])
    return np.asarray(highest[steps])


def bass_line(score: Score) -> Ints:
    """The lowest, alike."""
    lowest = score.play.argmax(1)
    steps = np.flatnonzero(score.struck[np.arange(len(lowest)), lowest])
    return np.asarray(lowest[steps])


def bar_onsets(score: Score) -> Floats:
    """``[bars, steps in a bar, 128]`` of 0 and 1."""
    grid = np.zeros((int(score.bar[-1]) + 1, int(score.step_in_bar.max()) + 1, 128))
    grid[score.bar, score.step_in_bar] = score.struck
    return grid


def bar_classes(score: Score) -> Floats:
    """``[bars, 12]``: for how many steps each pitch class sounds."""
    classes = np.zeros((int(score.bar[-1]) + 1, 12))
    step, key = np.nonzero(score.play)
    np.add.at(classes, (score.bar[step], key % 12), 1)
    return classes
