"""How alike the bars of a piece are, each with each: what a piece returns to shows as lines beside the diagonal."""

from __future__ import annotations

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.lines import Floats, bar_classes, bar_onsets, score_of


def self_similarity(piece: Piece) -> Floats:
    """``[bars, bars]``: mean of the cosines of what is struck (key and step) and of what sounds (pitch classes).

    Two bars of rest are alike; a rest is like no music.
    """
    score = score_of(piece)
    onsets = bar_onsets(score)
    return (cosines(onsets.reshape(len(onsets), -1)) + cosines(bar_classes(score))) / 2


def cosines(rows: Floats) -> Floats:
    """``[rows, rows]``; of two rows of noughts 1, of one 0."""
    norm = np.linalg.norm(rows, axis=1)
    unit = rows / np.where(norm, norm, 1)[:, None]
    silent = norm == 0
    return np.asarray(unit @ unit.T + np.outer(silent, silent))


def at_lag(matrix: Floats, lag: int) -> float:
    """Mean likeness of bars that stand ``lag`` bars apart; NaN in a shorter piece."""
    return float(np.diagonal(matrix, lag).mean()) if lag < len(matrix) else float("nan")
