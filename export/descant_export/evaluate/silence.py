"""How a piece breathes: how much of it is silent, and for how long at a stretch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.piece import Piece

BEAT = 4  # sixteenths


class Silence(NamedTuple):
    """``beats``: share of its beats in which nothing sounds. ``longest``: in bars of its longest bar."""

    beats: float
    longest: float


def silence(piece: Piece) -> Silence:
    """Silence before the first note and after the last one counts too."""
    silent = ~sounding(piece)
    whole = silent[: piece.steps // BEAT * BEAT].reshape(-1, BEAT)
    bar = int(piece.step_in_bar.max()) + 1
    return Silence(float(whole.all(1).mean()) if len(whole) else float("nan"), longest_run(silent) / bar)


def sounding(piece: Piece) -> NDArray[np.bool_]:
    """``[steps]``: whether anything sounds."""
    edges = np.zeros(piece.steps + 1, np.int64)
    np.add.at(edges, piece.notes["on"], 1)
    np.add.at(edges, piece.notes["off"], -1)
    return np.asarray(edges[:-1].cumsum() > 0)


def longest_run(values: NDArray[np.bool_]) -> int:
    """How many in a row are true, at most."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], values, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
