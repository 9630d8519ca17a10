"""So many bars out of a piece, as a piece of their own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.evaluate.takes.melody import steady_bar, steady_steps

FEWEST_NOTES = 4


def excerpts(piece: Piece, bars: int, most: int, skip: int = 0) -> list[Piece]:
    """At most ``most`` stretches of ``bars`` bars that do not overlap, spread over a piece, in its first metre.

    ``skip``: bars left out at its beginning, a pick-up not counted. What is held at a bar line begins there.
    Stretches with hardly a note are left out.
    """
    bar = steady_bar(piece)
    if bar is None:
        return []
    first = -int(piece.step_in_bar[0]) % bar + skip * bar
    length = bars * bar
    count = max(0, steady_steps(piece, bar) - first) // length
    if not count:
        return []
    chosen = np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int))
    cut = [piece.part(begin := first + int(at) * length, begin + length) for at in chosen]
    return [each for each in cut if len(each.notes) >= FEWEST_NOTES]


def all_excerpts(pieces: Iterable[Piece], bars: int, most: int, skip: int = 0) -> list[Piece]:
    """Of each piece at most ``most``; each keeps the name of its piece."""
    return [excerpt for piece in pieces for excerpt in excerpts(piece, bars, most, skip)]
