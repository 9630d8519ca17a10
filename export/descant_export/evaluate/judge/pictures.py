"""Self-similarity as a picture: a row a set, a square a piece, bars against bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.similarity import self_similarity

SIDE = 1.7  # inches a square
MOST = 6  # squares a row


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
