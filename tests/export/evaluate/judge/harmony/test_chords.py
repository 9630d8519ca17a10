"""The tables of pitch-class sets against music21's names for them."""

from __future__ import annotations

from typing import Any

import music21
import numpy as np
import pytest

from descant_export.evaluate.judge.harmony.chords import (
    CONSONANT,
    DISSONANCES,
    KINDS,
    ROOTS,
    SETS,
    TONES,
    Consonance,
    set_of,
    sets_of,
    turned,
)

MUSIC21: Any = music21
TRIADS = {"major triad", "minor triad", "diminished triad", "augmented triad"}
SEVENTHS = {
    "major seventh chord",
    "dominant seventh chord",
    "minor seventh chord",
    "half-diminished seventh chord",
    "diminished seventh chord",
}
WITHOUT_FIFTH = {(0, 4, 11), (0, 4, 10), (0, 3, 10)}


def classes(number: int) -> list[int]:
    return [each for each in range(12) if number >> each & 1]


def of_each_shape() -> list[int]:
    """One set of each that differ in more than their key: 351."""
    every = np.arange(1, SETS)
    lowest = np.min([turned(every, by) for by in range(12)], axis=0)
    return sorted(set(lowest.tolist()))


@pytest.fixture(scope="module")
def names() -> dict[int, str]:
    return {number: MUSIC21.chord.Chord(classes(number)).commonName for number in of_each_shape()}


def test_triads_and_sevenths_are_those_that_music21_names(names: dict[int, str]) -> None:
    assert {n for n in names if KINDS[n] == Consonance.TRIAD} == {n for n in names if names[n] in TRIADS}
    incomplete = {
        int(min(turned(np.array([set_of(shape)]), by)[0] for by in range(12))) for shape in WITHOUT_FIFTH
    }
    whole = {n for n in names if names[n] in SEVENTHS}
    assert {n for n in names if KINDS[n] == Consonance.SEVENTH} == whole | incomplete
    assert all(names[n].startswith("incomplete") for n in incomplete)


def test_a_set_is_in_every_key_what_it_is_in_one() -> None:
    every = np.arange(SETS)
    for table in (KINDS, CONSONANT, DISSONANCES):
        assert (table[turned(every, 5)] == table[every]).all()
    assert (TONES[turned(every, 5)] == turned(TONES[every], 5)).all()
    known = ROOTS >= 0
    assert (ROOTS[turned(every, 5)][known] == (ROOTS[known] + 5) % 12).all()


def test_roots_are_those_that_music21_finds(names: dict[int, str]) -> None:
    triads = [n for n in names if names[n] in ("major triad", "minor triad")]
    for number in triads:
        assert ROOTS[number] == MUSIC21.chord.Chord(classes(number)).root().pitchClass
    assert ROOTS[set_of((7, 11))] == 7, "G and B: the fifth is left out"
    assert ROOTS[set_of((7, 2))] == -1, "G and D have no third"
    assert ROOTS[set_of((11, 2, 5))] == -1, "a diminished triad is no place to end"


def test_consonance_is_what_music21_calls_so(names: dict[int, str]) -> None:
    """Thirds, fourths to sixths, triads; a single class too."""
    for number, name in names.items():
        chord = MUSIC21.chord.Chord([60 + each for each in classes(number)])
        dissonant = any(
            (a - b) % 12 in (1, 2, 6, 10, 11) for a in classes(number) for b in classes(number) if a != b
        )
        assert DISSONANCES[number] == dissonant
        if len(classes(number)) == 3 and not dissonant:
            assert CONSONANT[number] == chord.isConsonant() or name == "augmented triad"


@pytest.mark.parametrize(
    ("below", "tones"),
    [
        ((0, 4, 7), (0, 4, 7)),  # a whole triad: its own notes and no more
        ((0, 4), (0, 4, 7, 9)),  # C and E: C major or A minor
        ((11, 5), (2, 5, 8, 11)),  # B and F: B diminished, and the other tritone's
        ((7, 11, 5), (7, 11, 2, 5)),  # G, B, F: a seventh, whose fifth may still come
        ((0, 1, 2), ()),  # no chord
    ],
)
def test_the_tune_belongs_to_the_simplest_chords_that_hold_what_is_below(
    below: tuple[int, ...], tones: tuple[int, ...]
) -> None:
    assert classes(int(TONES[set_of(below)])) == sorted(tones)


def test_a_row_of_keys_becomes_a_set() -> None:
    play = np.zeros((2, 128), bool)
    play[1, [48, 60, 64, 79]] = True
    assert sets_of(play).tolist() == [0, set_of((0, 4, 7))]
