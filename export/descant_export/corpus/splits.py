"""Which pieces train, which validate, which test: by tune, never one tune on two sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from descant_export.corpus.piece import Piece
from descant_export.corpus.tunes import tune_groups

HELD_OUT = 0.1  # share of the steps in validation, and again in test


class Split(NamedTuple):
    """Three lists of pieces."""

    train: list[Piece]
    valid: list[Piece]
    test: list[Piece]


def split_by_tune(pieces: Sequence[Piece], seed: int = 0) -> Split:
    """Whole tunes at random: a tenth of the steps to test, a tenth to validation, the rest to train.

    Tunes set more than five times stay in training, or one of them would fill a held-out set.
    """
    groups = tune_groups(pieces)
    order = np.random.default_rng(seed).permutation(len(groups))
    quota = HELD_OUT * sum(piece.steps for piece in pieces)
    split = Split([], [], [])
    for index in order:
        group = [pieces[member] for member in groups[index]]
        side = split.train
        if len(group) <= 5:
            side = next((s for s in (split.test, split.valid) if sum(p.steps for p in s) < quota), side)
        side.extend(group)
    return split
