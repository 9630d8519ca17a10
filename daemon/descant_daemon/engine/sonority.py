"""Sonorities by their pitch classes: which chord they are, and what is its root and its third.

A set of pitch classes is a number of twelve bits, C the lowest; every fact is a table of 4,096.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CLASSES = 12
SETS = 1 << CLASSES
BITS: NDArray[np.int64] = 1 << np.arange(CLASSES)


class ChordKind(NamedTuple):
    """A chord above its root: how it is written after the root's name, and its degrees in semitones."""

    suffix: str
    degrees: tuple[int, ...]


TRIADS = (ChordKind("", (0, 4, 7)), ChordKind("m", (0, 3, 7)))
OTHER_TRIADS = (ChordKind("dim", (0, 3, 6)), ChordKind("aug", (0, 4, 8)))
SEVENTHS = (
    ChordKind("7", (0, 4, 7, 10)),
    ChordKind("m7", (0, 3, 7, 10)),
    ChordKind("maj7", (0, 4, 7, 11)),
    ChordKind("m7b5", (0, 3, 6, 10)),
    ChordKind("dim7", (0, 3, 6, 9)),
)
WITHOUT_FIFTH = (ChordKind("7", (0, 4, 10)), ChordKind("m7", (0, 3, 10)), ChordKind("maj7", (0, 4, 11)))
SUSPENDED = (ChordKind("sus4", (0, 5, 7)), ChordKind("sus2", (0, 2, 7)))
ADDED = (
    ChordKind("9", (0, 2, 4, 7, 10)),
    ChordKind("m9", (0, 2, 3, 7, 10)),
    ChordKind("add9", (0, 2, 4, 7)),
    ChordKind("m(maj7)", (0, 3, 7, 11)),
    ChordKind("7sus4", (0, 5, 7, 10)),
)
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
NO_CHORD, PART, SUS, TRIAD, ALTERED, SEVENTH, ADDED_TO = range(7)
"""What a set is: none that has a name, part of a triad, and so on."""


def bits_of(degrees: tuple[int, ...], root: int = 0) -> int:
    """The set of these degrees above a root."""
    return sum(1 << (root + degree) % CLASSES for degree in degrees)


class Tables(NamedTuple):
    """By set: ``what`` it is, its ``root`` and ``third`` (pitch classes, -1 for none), its ``kind`` (see ``KINDS``)."""

    what: NDArray[np.int8]
    root: NDArray[np.int8]
    third: NDArray[np.int8]
    kind: NDArray[np.int8]


_FAMILIES = (
    (TRIAD, TRIADS),
    (ALTERED, OTHER_TRIADS),
    (SEVENTH, SEVENTHS),
    (SEVENTH, WITHOUT_FIFTH),
    (SUS, SUSPENDED),
    (ADDED_TO, ADDED),
)
KINDS: tuple[ChordKind, ...] = tuple(kind for _, family in _FAMILIES for kind in family)


def _tables() -> Tables:
    made = Tables(*(np.full(SETS, -1, np.int8) for _ in range(4)))
    made.what[:] = NO_CHORD
    for kind in TRIADS:
        for left in range(1, len(kind.degrees)):  # where a note is away
            for some in combinations(kind.degrees, left):
                made.what[[bits_of(some, root) for root in range(CLASSES)]] = PART
    number = 0
    for what, family in _FAMILIES:
        for kind in family:
            for root in range(CLASSES):
                bits = bits_of(kind.degrees, root)
                if made.kind[bits] < 0:
                    third = next((each for each in (4, 3) if each in kind.degrees), None)
                    made.what[bits], made.root[bits], made.kind[bits] = what, root, number
                    made.third[bits] = -1 if third is None else (root + third) % CLASSES
            number += 1
    return made


TABLES = _tables()


def name_of(bits: int, bass: int) -> str:
    """As players write it, ``Am7/G``; empty where a set has no name. ``bass``: pitch class of the lowest note.

    Where several chords are the same set (C6 is Am7), the one whose root is in the bass.
    """
    for kind in KINDS:
        if bits_of(kind.degrees, bass) == bits:
            return NAMES[bass] + kind.suffix
    if TABLES.kind[bits] < 0:
        return ""
    root = int(TABLES.root[bits])
    over = "" if root == bass else f"/{NAMES[bass]}"
    return NAMES[root] + KINDS[int(TABLES.kind[bits])].suffix + over
