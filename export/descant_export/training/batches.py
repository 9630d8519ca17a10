"""Segments of pieces, in random keys, with random voices given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece
from descant_export.model.biaxial import Shape

FROM_THE_TOP = 0.15  # share of segments that begin where their piece begins, from silence
GIVEN_KINDS = (("none", 0.3), ("top", 0.3), ("bottom", 0.1), ("subset", 0.3))


class Batch(NamedTuple):
    """``before``, ``now``, ``given``: ``[B, T, P, 2]``; ``step_in_bar``, ``real``: ``[B, T]``; ``style``: ``[B, S]``.

    ``real`` is 0 in the padding after a short piece.
    """

    before: Tensor
    now: Tensor
    given: Tensor
    step_in_bar: Tensor
    style: Tensor
    real: Tensor


def given_voices(kind: str, voices: int, rng: np.random.Generator) -> list[int]:
    """Which voices the player is imagined to hold; voice 0 is the top one."""
    match kind:
        case "none":
            return []
        case "top":
            return [0]
        case "bottom":
            return [voices - 1]
        case _:
            chosen = rng.random(voices) < 0.5
            return [voice for voice in range(voices) if chosen[voice]] if not chosen.all() else [0]


def segment(piece: Piece, start: int, length: int, transpose: int, given: list[int], shape: Shape) -> Batch:
    """One segment as a batch of one; steps after the piece's end are padding."""
    pitches = shape.kernel.pitches
    hidden = [voice for voice in range(piece.voices) if voice not in given]
    end = min(start + length, piece.steps)
    steps = end - start
    # From the step before on: the piece begins out of silence.
    known = piece.state(given, pitches, transpose, start - 1, end)
    whole = np.maximum(known, piece.state(hidden, pitches, transpose, start - 1, end))
    pad = length - steps
    fill = np.zeros((pad, pitches.size, 2), np.float32)
    bar = np.concatenate([piece.step_in_bar[start:end].astype(np.int64), np.zeros(pad, np.int64)])
    real = np.concatenate([np.ones(steps, np.float32), np.zeros(pad, np.float32)])
    arrays: list[NDArray[np.generic]] = [
        np.concatenate([whole[:-1], fill]),
        np.concatenate([whole[1:], fill]),
        np.concatenate([known[1:], fill]),
        bar,
        np.eye(shape.styles, dtype=np.float32)[piece.style],
        real,
    ]
    return Batch(*(torch.from_numpy(np.ascontiguousarray(array))[None] for array in arrays))


def transpositions(piece: Piece, pitches: PitchRange, reach: int) -> range:
    """The transpositions within ± ``reach`` semitones that keep the piece in the model's range."""
    low, high = piece.keys
    return range(max(-reach, pitches.low - low), min(reach, pitches.high - high) + 1)


def random_batch(
    pieces: Sequence[Piece], size: int, length: int, shape: Shape, reach: int, rng: np.random.Generator
) -> Batch:
    """``size`` segments; pieces drawn by their length, keys and given voices at random."""
    weights = np.array([piece.steps for piece in pieces], float)
    chosen = rng.choice(len(pieces), size, p=weights / weights.sum())
    segments = []
    for index in chosen:
        piece = pieces[index]
        last = max(piece.steps - length, 0)
        start = 0 if rng.random() < FROM_THE_TOP else int(rng.integers(0, last + 1))
        keys = transpositions(piece, shape.kernel.pitches, reach)
        kind = str(rng.choice([name for name, _ in GIVEN_KINDS], p=[share for _, share in GIVEN_KINDS]))
        given = given_voices(kind, piece.voices, rng)
        segments.append(segment(piece, start, length, int(rng.choice(keys)), given, shape))
    return Batch(*(torch.cat(parts) for parts in zip(*segments, strict=True)))
