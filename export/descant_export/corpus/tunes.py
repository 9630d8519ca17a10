"""Which pieces are the same tune: so that no melody stands on both sides of a split."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from descant_daemon.note_state import PLAY, PitchRange
from descant_export.corpus.piece import Piece

BEAT = 4
GRAM = 7
SHARED = 0.25
EVERY_KEY = PitchRange(0, 127)


def tune_groups(pieces: Sequence[Piece]) -> list[list[int]]:
    """Pieces grouped by melody, in any key and any barring; each group holds indices, sorted.

    Two pieces are one tune when they share a quarter of the shorter one's runs of seven beat-to-beat
    intervals of the top voice: passing notes and a changed cadence leave enough in common, and two
    different chorales share next to none.
    """
    grams = [_interval_runs(piece) for piece in pieces]
    group = list(range(len(pieces)))
    for one in range(len(pieces)):
        for other in range(one):
            fewer = min(len(grams[one]), len(grams[other]))
            if fewer and len(grams[one] & grams[other]) >= max(2, SHARED * fewer):
                _join(group, one, other)
    roots = [_root(group, index) for index in range(len(pieces))]
    return [[index for index in range(len(pieces)) if roots[index] == root] for root in sorted(set(roots))]


def _interval_runs(piece: Piece) -> set[tuple[int, ...]]:
    on_beat = piece.state([0], EVERY_KEY)[piece.step_in_bar % BEAT == 0, :, PLAY]
    keys = [int(np.flatnonzero(row)[-1]) for row in on_beat if row.any()]
    moves = [later - earlier for earlier, later in pairwise(keys)]
    runs = (tuple(moves[start : start + GRAM]) for start in range(len(moves) - GRAM + 1))
    return {run for run in runs if any(run)}


def _root(group: list[int], index: int) -> int:
    while group[index] != index:
        index = group[index]
    return index


def _join(group: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(group, one), _root(group, other)))
    group[high] = low
