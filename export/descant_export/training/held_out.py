"""As much held-out music as a look has time for: a little of many pieces, every style alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_export.corpus.piece import Piece

LONGEST = 2048  # steps of a piece: what follows would take memory, and tell little more
SHORTEST = 16


def excerpt(pieces: Sequence[Piece], steps: int) -> list[Piece]:
    """At most ``steps`` steps, shared among the styles: pieces at random (always the same), each from its beginning.

    All pieces, in their order, where they are short and few enough. At least one piece of each style.
    """
    styles: dict[int, list[Piece]] = {}
    for piece in pieces:
        styles.setdefault(piece.style, []).append(piece)
    quota = steps // max(1, len(styles))
    return [piece for each in styles.values() for piece in _within(each, quota)]


def _within(pieces: list[Piece], steps: int) -> list[Piece]:
    if sum(piece.steps for piece in pieces) <= steps and max(piece.steps for piece in pieces) <= LONGEST:
        return pieces
    chosen: list[Piece] = []
    left = max(SHORTEST, steps)
    for number in np.random.default_rng(0).permutation(len(pieces)):
        part = beginning(pieces[number], min(LONGEST, left))
        if len(part.notes):
            chosen.append(part)
            left -= part.steps
        if left < SHORTEST:
            break
    return chosen


def beginning(piece: Piece, steps: int) -> Piece:
    """The first ``steps`` steps of a piece."""
    return piece if piece.steps <= steps else piece.part(0, steps)
