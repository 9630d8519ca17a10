"""How much of a piece is copied: its longest run, and its windows, that training plays note for note in some key.

A frame is the set of keys that play in a step. A run is copied when training plays the same frames in the same
order, all moved by one interval. Runs in which nothing plays are nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.piece import Piece
from descant_export.evaluate.frames import Frames, frames_of, same_run

WINDOWS = (16, 32)
SIEVE_BITS = 22  # the highest of a hash, where it is mixed best

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Novelty(NamedTuple):
    """Of one piece: ``copied`` is the share of its steps in copied windows of 16 and 32 steps."""

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
    for length in WINDOWS:
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
