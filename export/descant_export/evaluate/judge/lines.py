"""What features are counted from: the keys of each step, the outer lines, the bars, the key note."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, EVERY_KEY, PLAY
from descant_export.corpus.piece import Piece
from descant_export.evaluate.statistics import bar_numbers

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# Krumhansl & Kessler (1982).
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


class Matrices(NamedTuple):
    """``play``, ``struck``: ``[steps, 128]``; ``bar [steps]``: its number; ``step_in_bar [steps]``."""

    play: Bools
    struck: Bools
    bar: Ints
    step_in_bar: Ints


def matrices_of(piece: Piece) -> Matrices:
    """A piece as matrices."""
    state = piece.state(range(piece.voices), EVERY_KEY).astype(bool)
    return Matrices(
        state[..., PLAY],
        state[..., ARTICULATE],
        bar_numbers(piece.step_in_bar),
        piece.step_in_bar.astype(np.int64),
    )


def top_line(score: Matrices) -> Ints:
    """The highest struck key of every step in which it tops what sounds: a melody as the ear follows it."""
    highest = 127 - score.play[:, ::-1].argmax(1)
    steps = np.flatnonzero(score.struck[np.arange(len(highest)), highest])
    return np.asarray(highest[steps])


def bass_line(score: Matrices) -> Ints:
    """The lowest, alike."""
    lowest = score.play.argmax(1)
    steps = np.flatnonzero(score.struck[np.arange(len(lowest)), lowest])
    return np.asarray(lowest[steps])


def bar_onsets(score: Matrices) -> Floats:
    """``[bars, steps in a bar, 128]`` of 0 and 1."""
    grid = np.zeros((int(score.bar[-1]) + 1, int(score.step_in_bar.max()) + 1, 128))
    grid[score.bar, score.step_in_bar] = score.struck
    return grid


def bar_classes(score: Matrices) -> Floats:
    """``[bars, 12]``: for how many steps each pitch class sounds."""
    classes = np.zeros((int(score.bar[-1]) + 1, 12))
    step, key = np.nonzero(score.play)
    np.add.at(classes, (score.bar[step], key % 12), 1)
    return classes


def pitch_classes(piece: Piece) -> Floats:
    """``[12]``: how long each class sounds, as shares."""
    length = (piece.notes["off"] - piece.notes["on"]).astype(float)
    weights = np.bincount(piece.notes["key"] % 12, length, 12)
    return np.asarray(weights / weights.sum())


def tonic(classes: Floats) -> int:
    """The pitch class whose major or minor profile correlates best with ``classes [12]`` (Krumhansl & Schmuckler)."""
    fit = [
        (float(np.corrcoef(np.roll(profile, key), classes)[0, 1]), -key)
        for profile in (MAJOR, MINOR)
        for key in range(12)
    ]
    return -max(fit)[1]
