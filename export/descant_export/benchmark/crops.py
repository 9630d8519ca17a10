"""Random crops of sequences, all of one length, that depend only on the seed and the update's number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from descant_daemon.note_state import PitchRange
from descant_export.benchmark.sets import Frames

FROM_THE_TOP = 0.1  # share of crops that begin where their sequence begins, from silence


class Crops(NamedTuple):
    """``before``: ``[B, past + T, P, planes]``; ``now``: ``[B, T, P, planes]``; ``number``, ``real``: ``[B, T]``.

    ``real`` is 0 in the padding after a short sequence.
    """

    before: Tensor
    now: Tensor
    number: Tensor
    real: Tensor


def crop(frames: Sequence[Frames], begins: Sequence[int], length: int, past: int, rows: slice) -> Crops:
    """One crop a sequence, from step ``begins`` on; before the first step and after the last is silence."""
    shape = (rows.stop - rows.start, frames[0].shape[2])
    wide = np.zeros((len(frames), past + 1 + length, *shape), np.uint8)
    real = np.zeros((len(frames), length), np.float32)
    for index, (one, begin) in enumerate(zip(frames, begins, strict=True)):
        first = begin - past - 1  # in ``wide``, frame ``first`` is row 0
        part = one[max(first, 0) : begin + length, rows]
        wide[index, max(-first, 0) : max(-first, 0) + len(part)] = part
        real[index, : len(one) - begin] = 1
    number = np.asarray(begins)[:, None] + np.arange(length)
    everything = torch.from_numpy(wide)
    return Crops(
        everything[:, :-1], everything[:, past + 1 :], torch.from_numpy(number), torch.from_numpy(real)
    )


def rows_of(pitches: PitchRange, within: PitchRange) -> slice:
    """Where ``pitches`` lie in frames over ``within``."""
    return slice(pitches.low - within.low, pitches.high + 1 - within.low)


def random_crops(
    frames: Sequence[Frames], size: int, length: int, past: int, rows: slice, rng: np.random.Generator
) -> Crops:
    """``size`` crops; sequences drawn by their length, beginnings at random."""
    lengths = np.array([len(one) for one in frames])
    chosen = rng.choice(len(frames), size, p=lengths / lengths.sum())
    latest = np.maximum(lengths[chosen] - length, 0)
    begins = np.where(rng.random(size) < FROM_THE_TOP, 0, rng.integers(0, latest + 1))
    return crop([frames[index] for index in chosen], [int(at) for at in begins], length, past, rows)
