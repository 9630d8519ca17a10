"""Sets of pitch classes by the name that harmony has for them, as tables over all 4,096 of them.

A set is a number whose bit n stands for pitch class n (C is 0). Triads and sevenths as in Kostka & Payne, *Tonal
Harmony*, ch. 3: four kinds of triad, five of seventh chord, of which the fifth may be left out (ch. 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

CLASSES = 12
SETS = 1 << CLASSES
CONSONANT_TRIADS = ((0, 4, 7), (0, 3, 7))  # major, minor
OTHER_TRIADS = ((0, 3, 6), (0, 4, 8))  # diminished, augmented
SEVENTHS = ((0, 4, 7, 11), (0, 4, 7, 10), (0, 3, 7, 10), (0, 3, 6, 10), (0, 3, 6, 9))
SEVENTHS_WITHOUT_FIFTH = ((0, 4, 11), (0, 4, 10), (0, 3, 10))
DISSONANT = (1, 2, 6)  # interval classes: seconds and sevenths, the tritone

Sets = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Consonance(IntEnum):
    """What sounds together; ``CONSONANT``: part of a major or minor triad, a single class too."""

    SILENCE = 0
    CONSONANT = 1
    TRIAD = 2
    SEVENTH = 3
    OTHER = 4


def set_of(classes: Iterable[int]) -> int:
    """The set of some pitch classes, octaves taken off."""
    return reduce(or_, (1 << each % CLASSES for each in classes), 0)


def sets_of(play: Bools) -> Sets:
    """The set that sounds in each row of ``play [n, 128]``."""
    bits = 1 << (np.arange(play.shape[1]) % CLASSES)
    return np.asarray(np.bitwise_or.reduce(np.where(play, bits, 0), axis=1), np.int64)


def turned(sets: Sets, by: int) -> Sets:
    """Each set ``by`` semitones higher."""
    by %= CLASSES
    return (sets << by | sets >> (CLASSES - by)) & (SETS - 1)


def _all(shapes: Iterable[tuple[int, ...]]) -> list[int]:
    return sorted({set_of(root + each for each in shape) for shape in shapes for root in range(CLASSES)})


_EVERY = np.arange(SETS)
_CONSONANT_TRIADS = _all(CONSONANT_TRIADS)
_LEVELS = (_CONSONANT_TRIADS, _all(OTHER_TRIADS), _all(SEVENTHS))


def _within(chords: Iterable[int]) -> Bools:
    """``[4096]``: which sets, not empty, are part of one of the chords."""
    return np.asarray((_EVERY > 0) & np.logical_or.reduce([_EVERY & ~chord == 0 for chord in chords], axis=0))


CONSONANT: Bools = _within(_CONSONANT_TRIADS)
"""``[4096]``: whether a set is part of a major or minor triad, or the whole of one."""


def _kinds() -> NDArray[np.int64]:
    kinds = np.full(SETS, Consonance.OTHER, np.int64)
    kinds[CONSONANT] = Consonance.CONSONANT
    kinds[_all((*CONSONANT_TRIADS, *OTHER_TRIADS))] = Consonance.TRIAD
    kinds[_all((*SEVENTHS, *SEVENTHS_WITHOUT_FIFTH))] = Consonance.SEVENTH
    kinds[0] = Consonance.SILENCE
    return kinds


KINDS = _kinds()
"""``[4096]``: the ``Consonance`` of each set."""


def _tones() -> Sets:
    """Of the simplest chords that hold a set: major and minor triads, else other triads, else sevenths."""
    tones = np.zeros(SETS, np.int64)
    for chords in reversed(_LEVELS):
        level = np.zeros(SETS, np.int64)
        for chord in chords:
            level |= np.where(_EVERY & ~chord == 0, chord, 0)
        tones = np.where(level > 0, level, tones)
    tones[0] = 0
    return tones


TONES = _tones()
"""``[4096]``: all notes of the chords that a set can be part of; empty where it is part of none."""


def _roots() -> NDArray[np.int64]:
    roots = np.full(SETS, -1, np.int64)
    for third in (3, 4):
        for root in range(CLASSES):
            for fifth in ((), (7,)):
                roots[set_of(root + each for each in (0, third, *fifth))] = root
    return roots


ROOTS = _roots()
"""``[4096]``: the root of a major or minor triad, its fifth perhaps left out; -1 of all other sets."""

DISSONANCES: Bools = np.asarray(
    np.logical_or.reduce([(_EVERY & turned(_EVERY, by)) > 0 for by in DISSONANT], axis=0)
)
"""``[4096]``: whether two classes of a set are a semitone, a whole tone or a tritone apart."""
