"""How alike the bars of a piece are, as a matrix and as a picture: what returns is a line beside the diagonal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.lines import Floats, bar_classes, bar_onsets, matrices_of

SIDE = 1.7  # inches a square
MOST = 6  # squares a row


def self_similarity(piece: Piece) -> Floats:
    """``[bars, bars]``: mean of the cosines of what is struck (key and step) and of what sounds (pitch classes).

    Two bars of rest are alike; a rest is like no music.
    """
    score = matrices_of(piece)
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


def similarity_picture(rows: Mapping[str, Sequence[Piece]]) -> bytes:
    """PNG: dark where two bars are alike; a line beside the diagonal is something that returns."""
    across = min(MOST, max(len(pieces) for pieces in rows.values()))
    figure = Figure(
        (SIDE * across + 0.8, SIDE * len(rows) + 0.3), dpi=110, facecolor="white", layout="constrained"
    )
    grid = figure.subplots(len(rows), across, squeeze=False)
    for line, (name, pieces) in zip(grid, rows.items(), strict=True):
        for axes in line:
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_frame_on(False)
        for axes, piece in zip(line, pieces, strict=False):
            axes.imshow(self_similarity(piece), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
            axes.set_title(piece.name.rpartition(", ")[2][:28], fontsize=6)
        line[0].set_ylabel(name, fontsize=9)
    out = BytesIO()
    FigureCanvasAgg(figure)  # no display
    figure.savefig(out, format="png")
    return out.getvalue()
