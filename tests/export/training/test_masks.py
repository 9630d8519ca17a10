"""Which notes are given: every mask against what a reader of the score would say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as drawn_by
from hypothesis import strategies as st

from descant_export.corpus.piece import Piece, from_notes
from descant_export.training.masks import MASKS, Draw, Mask, bass, drawn, keys, nothing, skyline, some, voices

# Voice 0 rests in the second half, where voice 1 is on top; voice 2 crosses above voice 1 at the end.
VOICES = [
    [(0, 4, 72), (4, 8, 74)],
    [(0, 8, 65), (8, 12, 67), (12, 16, 60)],
    [(0, 8, 48), (8, 12, 50), (12, 16, 64)],
]


@pytest.fixture
def piece() -> Piece:
    return from_notes("crossing", VOICES, range(16))


def named(piece: Piece, mask: Mask) -> list[int]:
    """The keys that are given, in the order of the notes."""
    return [int(key) for key in piece.notes["key"][mask(piece.notes)]]


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (nothing, []),
        (voices([0]), [72, 74]),
        (voices([0, 2]), [48, 72, 74, 50, 64]),
        (keys(60, 67), [65, 67, 60, 64]),
        (keys(67, 127), [72, 74, 67]),
        (skyline, [72, 74, 67, 64]),
        (bass, [48, 50, 60]),
    ],
)
def test_masks_by_hand(piece: Piece, mask: Mask, expected: list[int]) -> None:
    assert named(piece, mask) == expected


NOTES = st.lists(
    st.tuples(st.integers(0, 15), st.integers(1, 9), st.integers(40, 60)), min_size=1, max_size=20
)


@drawn_by(NOTES)
def test_the_skyline_is_on_top_half_of_its_time(notes: list[tuple[int, int, int]]) -> None:
    """Slowly: for each note, the share of its steps in which nothing sounds above it."""
    piece = from_notes("any", [[(on, on + lasts, key) for on, lasts, key in notes]], range(16))
    expected = []
    for note in piece.notes:
        steps = range(note["on"], note["off"])
        sounding = [
            [other["key"] for other in piece.notes if other["on"] <= step < other["off"]] for step in steps
        ]
        expected.append(sum(note["key"] == max(at) for at in sounding) * 2 >= len(steps))
    assert skyline(piece.notes).tolist() == expected


def test_random_notes_are_the_same_when_asked_again(piece: Piece) -> None:
    notes = np.concatenate([piece.notes] * 100)
    mask = some(0.3, seed=4)
    assert np.array_equal(mask(notes), mask(notes))
    assert mask(notes).mean() == pytest.approx(0.3, abs=0.06)


@pytest.mark.parametrize("name", MASKS)
def test_every_mask_leaves_something_to_learn(name: str, piece: Piece) -> None:
    rng = np.random.default_rng(0)
    alone = from_notes("alone", [VOICES[0]], range(16))
    for _ in range(200):
        for each in (piece, alone):
            given = drawn(name, Draw(each.notes, each.voices, rng))
            assert given.shape == each.notes.shape
            assert not given.all()
    assert not drawn(name, Draw(piece.notes[:0], 3, rng)).any(), "a window of rests"


def test_any_subset_of_voices_but_all(piece: Piece) -> None:
    rng = np.random.default_rng(0)
    seen = {
        tuple(np.unique(piece.notes["voice"][drawn("voices", Draw(piece.notes, 3, rng))])) for _ in range(200)
    }
    assert len(seen) == 7
