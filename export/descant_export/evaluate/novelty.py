"""How much of a piece is copied: its longest run, and its windows, that training plays note for note in some key.

A frame is the set of keys that play in a step. A run is copied when training plays the same frames in the same
order, all moved by one interval. Runs in which nothing plays are nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import EVERY_KEY, PLAY
from descant_export.corpus.piece import Piece

SILENT = 255  # above every key
# Odd, so that they have inverses modulo 2^64; otherwise any.
KEY_BASE, STEP_BASE = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
RUNS_AT_ONCE = 4096

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
WINDOWS = (16, 32)  # sixteenths
SIEVE_BITS = 22  # the highest of a hash, where it is mixed best
Bools = NDArray[np.bool_]


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
    steps_per_beat: int = 4

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
        pieces[0].steps_per_beat if len(pieces) else 4,
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
        # A key moved past the top comes round below Descant's lowest, where it plays nothing: so it is no match.
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


class Novelty(NamedTuple):
    """Of one piece: ``copied`` is the share of its steps in copied windows of 16 and 32 sixteenths."""

    steps: int
    longest_run: int
    copied: tuple[float, ...]


class Hits(NamedTuple):
    """Windows of some music by their first steps, and which windows of training, in order, have their hash."""

    at: Ints
    first: Ints
    after: Ints


class Training:
    """The music that may have been copied, indexed by windows of any length as they are asked for."""

    def __init__(self, pieces: Sequence[Piece], *, any_key: bool = True) -> None:
        """``any_key``: a transposed copy is a copy."""
        self._frames = frames_of(pieces)
        self._any_key = any_key

    def copied_windows(self, music: Frames, length: int) -> Bools:
        """``[steps]``: whether training plays the ``length`` steps from here on."""
        hits, theirs = self._hits(music, length, np.arange(len(music.begins)))
        found = np.zeros(len(music.lowest), bool)
        found[hits.at[self._same(music, hits, theirs, length)]] = True
        return found

    def pieces_with_run(self, music: Frames, length: int, asked: Ints) -> Bools:
        """Whether training plays any ``length`` steps of each of the pieces ``asked`` about, by their numbers."""
        hits, theirs = self._hits(music, length, asked)
        found = np.zeros(len(music.begins), bool)
        piece = np.searchsorted(music.begins, hits.at, "right") - 1
        wanted = np.ones(len(piece), bool)
        while wanted.any():
            # One window of each piece: where the hashes do not mislead, it is the last that needs a look.
            _, of_each = np.unique(piece[wanted], return_index=True)
            chosen = np.flatnonzero(wanted)[of_each]
            same = self._same(music, Hits(*(part[chosen] for part in hits)), theirs, length)
            found[piece[chosen[same]]] = True
            wanted[chosen] = False
            wanted &= ~found[piece]
        return found[asked]

    def _hits(self, music: Frames, length: int, pieces: Ints) -> tuple[Hits, Ints]:
        """The hits, and the first steps of training's windows in the order of their hashes."""
        ours, our_hashes = music.windows(length, pieces, any_key=self._any_key)
        everything = np.arange(len(self._frames.begins))
        theirs, their_hashes = self._frames.windows(length, everything, any_key=self._any_key)
        # What has no hash like ours is left out before anything is sorted: nearly all of it, as a rule.
        marked = np.zeros(1 << SIEVE_BITS, bool)
        marked[our_hashes >> np.uint64(64 - SIEVE_BITS)] = True
        hit = marked[their_hashes >> np.uint64(64 - SIEVE_BITS)]
        theirs, their_hashes = theirs[hit], their_hashes[hit]
        order = np.argsort(their_hashes, kind="stable")
        their_hashes = their_hashes[order]
        first = np.searchsorted(their_hashes, our_hashes, "left")
        after = np.searchsorted(their_hashes, our_hashes, "right")
        hit = first < after
        return Hits(ours[hit], first[hit], after[hit]), theirs[order]

    def _same(self, music: Frames, hits: Hits, theirs: Ints, length: int) -> Bools:
        """Which hits are copies. Runs of one hash are nearly always one run; where not, the next may be."""
        found = np.zeros(len(hits.at), bool)
        left, look = np.arange(len(hits.at)), hits.first.copy()
        while len(left):
            there = theirs[look[left]]
            same = same_run(music, hits.at[left], self._frames, there, length, any_key=self._any_key)
            found[left[same]] = True
            look[left] += 1
            left = left[~same & (look[left] < hits.after[left])]
        return found


def novelty(
    pieces: Sequence[Piece],
    training: Training,
    progress: Callable[[int], None] = lambda _length: None,
) -> list[Novelty]:
    """Each piece's; ``progress`` is told every length of run that has been looked for."""
    music = frames_of(pieces)
    begins = np.append(music.begins, len(music.lowest))
    shares = []
    for window in WINDOWS:
        length = window * music.steps_per_beat // 4
        covered = _covered(training.copied_windows(music, length), length)
        progress(length)
        shares.append([covered[begin:end].mean() for begin, end in pairwise(begins)])
    longest = _longest_runs(music, training, np.diff(begins), progress)
    return [
        Novelty(piece.steps, int(run), tuple(map(float, copied)))
        for piece, run, copied in zip(pieces, longest, zip(*shares, strict=True), strict=True)
    ]


def _covered(begins: Bools, length: int) -> Bools:
    """Steps that lie in a window of ``length`` that begins at one of ``begins``."""
    edges = np.zeros(len(begins) + 1, np.int64)
    starts = np.flatnonzero(begins)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + length, -1)
    return edges[:-1].cumsum() > 0


def _longest_runs(music: Frames, training: Training, lengths: Ints, progress: Callable[[int], None]) -> Ints:
    """Of every piece: a copied run of n steps holds one of n - 1, so lengths are doubled, then halved between.

    One look at the training serves every piece that asks for the same length.
    """
    known, possible = np.zeros(len(lengths), np.int64), lengths.copy()
    while (known < possible).any():
        doubled = np.minimum(np.maximum(2 * known, WINDOWS[0]), possible)
        wanted = np.where(possible == lengths, doubled, (known + possible + 1) // 2)
        length = int(wanted[known < possible].min())
        asked = np.flatnonzero((wanted == length) & (known < possible))
        found = training.pieces_with_run(music, length, asked)
        progress(length)
        known[asked[found]] = length
        possible[asked[~found]] = length - 1
    return known
