"""Frames of many pieces one after the other, and hashes of their runs that do not depend on the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import PLAY, PitchRange
from descant_export.corpus.piece import Piece

EVERY_KEY = PitchRange(0, 127)
SILENT = 255  # above every key
# Odd, so that they have inverses modulo 2^64; otherwise any.
KEY_BASE, STEP_BASE = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
RUNS_AT_ONCE = 4096

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Frames:
    """``bits [steps, 16]``: the keys of each step as packed bits; ``lowest [steps]``; ``begins``: of each piece.

    ``sums [steps + 1]``: over all steps before, of ``STEP_BASE**step · Σ KEY_BASE**key``, modulo 2^64;
    ``unshift [steps]``: ``STEP_BASE**-step``.
    """

    bits: NDArray[np.uint8]
    lowest: NDArray[np.int16]
    begins: Ints
    sums: Hashes
    unshift: Hashes

    def windows(self, length: int, pieces: Ints, *, any_key: bool) -> tuple[Ints, Hashes]:
        """First steps and hashes of the runs of ``length`` steps in which anything plays, within ``pieces``.

        With ``any_key``, a run's hash is that of the run moved down until its lowest key is 0.
        """
        ends = np.append(self.begins[1:], len(self.lowest))
        bounds = zip(self.begins[pieces].tolist(), ends[pieces].tolist(), strict=True)
        starts = [np.arange(begin, end - length + 1) for begin, end in bounds]
        first = np.concatenate(starts) if starts else np.zeros(0, np.int64)
        lowest = sliding_minimum(self.lowest, length)[first]
        plays = lowest < SILENT
        first, lowest = first[plays], lowest[plays]
        hashes = (self.sums[first + length] - self.sums[first]) * self.unshift[first]
        if any_key:
            hashes *= _powers(_inverse(KEY_BASE), EVERY_KEY.size)[lowest]
        return first, hashes


def frames_of(pieces: Sequence[Piece]) -> Frames:
    """The frames of all pieces, in order."""
    bits: list[NDArray[np.uint8]] = []
    lowest: list[NDArray[np.int16]] = []
    sums: list[Hashes] = []
    key_powers = _powers(KEY_BASE, EVERY_KEY.size)
    for piece in pieces:
        play = piece.state(range(piece.voices), EVERY_KEY)[..., PLAY] > 0
        bits.append(np.packbits(play, axis=1))
        lowest.append(np.where(play.any(1), play.argmax(1), SILENT).astype(np.int16))
        sums.append(play @ key_powers)
    steps = np.concatenate(sums) if sums else np.zeros(0, np.uint64)
    lengths = np.array([0, *(len(each) for each in sums)])
    return Frames(
        np.concatenate(bits) if bits else np.zeros((0, 16), np.uint8),
        np.concatenate(lowest) if lowest else np.zeros(0, np.int16),
        lengths.cumsum()[:-1],
        np.concatenate([np.zeros(1, np.uint64), np.cumsum(steps * _powers(STEP_BASE, len(steps)))]),
        _powers(_inverse(STEP_BASE), len(steps)),
    )


def same_run(
    one: Frames, at: Ints, other: Frames, begin: Ints, length: int, *, any_key: bool
) -> NDArray[np.bool_]:
    """Whether the runs of ``length`` steps at ``at`` are those at ``begin``, frame by frame, in one interval."""
    same = np.zeros(len(at), bool)
    step = np.arange(length)
    at_once = max(1, RUNS_AT_ONCE * 16 // length)
    for first in range(0, len(at), at_once):
        ours, theirs = at[first : first + at_once, None] + step, begin[first : first + at_once, None] + step
        up = one.lowest[ours].min(1).astype(np.int64) - other.lowest[theirs].min(1)
        if not any_key:
            up[:] = 0
        played = np.unpackbits(other.bits[theirs], axis=2)
        key = np.arange(EVERY_KEY.size) - up[:, None]
        # A key moved past the top comes round below our lowest, where we play nothing: so it is no match.
        moved = np.take_along_axis(played, np.broadcast_to(key[:, None] % EVERY_KEY.size, played.shape), 2)
        same[first : first + at_once] = (np.unpackbits(one.bits[ours], axis=2) == moved).all((1, 2))
    return same


def sliding_minimum(values: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """``[len - length + 1]``, or empty: the least of every ``length`` values in a row, by doubling."""
    if length > len(values):
        return values[:0]
    least, reach = values, 1
    while reach * 2 <= length:
        least, reach = np.minimum(least[:-reach], least[reach:]), reach * 2
    rest = length - reach
    return np.minimum(least[: len(least) - rest], least[rest:])


def _powers(base: int, count: int) -> Hashes:
    """``base**0`` to ``base**(count - 1)`` modulo 2^64."""
    return np.cumprod(np.array([1] + [base] * (count - 1), np.uint64)[:count], dtype=np.uint64)


def _inverse(base: int) -> int:
    return pow(base, -1, 2**64)
