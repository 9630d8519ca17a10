"""Parallel fifths and octaves, and how the bass moves.

The rule is Fux's (1725, *Gradus ad Parnassum*): no two voices go in the same direction from one perfect consonance
to the same; Huron (2001, *Music Perception* 19:1) says why ears want it. Chords on a keyboard have no voices, so notes
are led as in the smoothest way from chord to chord: without crossing, moving as little as can be (Tymoczko 2006,
*Science* 313). The tune is a voice of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from descant_export.evaluate.judge.harmony.measured import Heard, Share, highest, lowest, share_of

PERFECT = (0, 7)  # octaves, fifths
STEP = (1, 2)
FOURTH_OR_FIFTH = (5, 7)

Chord = tuple[int, ...]
Move = tuple[int, int]


class Parallels(NamedTuple):
    """How many, per change of chord in which two voices or more move; ``with_tune``: those that the tune is in."""

    all: Share
    with_tune: Share


class BassMotion(NamedTuple):
    """From beat to beat, of the lowest of the other notes."""

    stays: Share
    steps: Share
    fourths_fifths: Share


def parallels(heard: Heard) -> Parallels:
    """Between what sounds where a note begins and what sounds where the next one does."""
    found = with_tune = changes = 0
    for before, after in _successions(heard):
        inner = [move for move in led(before[1], after[1]) if move[0] != move[1]]
        tune = (before[0], after[0])
        tune_moves = min(tune) >= 0 and tune[0] != tune[1]
        if len(inner) + tune_moves < 2:
            continue
        changes += 1
        mine = sum(parallel(tune, move) for move in inner) if tune_moves else 0
        with_tune += mine
        found += mine + sum(parallel(*pair) for pair in combinations(inner, 2))
    return Parallels(Share(found, changes), Share(with_tune, changes))


def parallel(one: Move, other: Move) -> bool:
    """Whether two voices go in the same direction from a fifth to a fifth, or from an octave to an octave."""
    begin, end = (abs(a - b) % 12 for a, b in zip(one, other, strict=True))
    return begin == end and begin in PERFECT and (one[1] - one[0]) * (other[1] - other[0]) > 0


@lru_cache(4096)
def led(before: Chord, after: Chord) -> Sequence[Move]:
    """Each note of the smaller chord with one of the larger; chords from the bottom up.

    Of all ways without crossing the one in which keys move least, added up; of alike ones the lowest.
    """
    if len(before) > len(after):
        return [(a, b) for b, a in led(after, before)]
    # best[n]: the least motion of the first notes of ``before`` to the first n of ``after``, and the way
    best: list[tuple[int, tuple[int, ...]]] = [(0, ())] * (len(after) + 1)
    for place, key in enumerate(before):
        row: list[tuple[int, tuple[int, ...]]] = [(1 << 30, ())] * (len(after) + 1)
        for end in range(place + 1, len(after) + 1):
            cost, way = best[end - 1]
            row[end] = min(row[end - 1], (cost + abs(after[end - 1] - key), (*way, after[end - 1])))
        best = row
    return list(zip(before, best[-1][1], strict=True))


def bass_motion(heard: Heard) -> BassMotion:
    """Beats on which nothing else sounds are passed over, and so is the way to and from them."""
    bass = lowest(heard.on_beats.others)
    both = (bass[1:] >= 0) & (bass[:-1] >= 0)
    size = np.abs(np.diff(bass))
    return BassMotion(
        share_of(np.asarray(size == 0), both),
        share_of(np.isin(size, STEP), both),
        share_of(np.isin(size, FOURTH_OR_FIFTH), both),
    )


def _successions(heard: Heard) -> list[tuple[tuple[int, Chord], tuple[int, Chord]]]:
    """Pairs of (the tune's key or -1, the other keys) with less than a beat of silence between."""
    at = np.flatnonzero(heard.tune_struck.any(1) | heard.others_struck.any(1))
    tune = highest(heard.tune)
    chords = [(int(tune[step]), tuple(np.flatnonzero(heard.others[step]).tolist())) for step in at]
    silent = np.concatenate([[0], np.cumsum(~heard.together.any(1))])
    return [
        (chords[n], chords[n + 1])
        for n in range(len(at) - 1)
        if silent[at[n + 1]] - silent[at[n]] < heard.beat
    ]
