"""Pieces render their notes as the live note log does, whole and by windows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from descant_daemon.note_state import NoteLog, PitchRange
from descant_export.corpus.piece import Piece, from_notes

STEPS = 24
PITCHES = PitchRange(40, 52)
NOTES = st.lists(st.tuples(st.integers(0, STEPS - 1), st.integers(0, 9), st.integers(38, 54)), max_size=25)


def logged(voices: list[list[tuple[int, int, int]]], pitches: PitchRange) -> np.ndarray:
    """The oracle: what playing these notes live would have been heard as."""
    log = NoteLog()
    for voice, notes in enumerate(voices):
        for on, length, key in sorted(notes):
            log.strike(voice, key, on)
            log.release(voice, key, on + length)
    return log.states(STEPS, pitches)


@given(st.lists(NOTES, min_size=1, max_size=3), st.integers(0, STEPS - 1), st.integers(1, STEPS))
def test_a_piece_is_what_the_note_log_hears(
    voices: list[list[tuple[int, int, int]]], begin: int, length: int
) -> None:
    spans = [[(on, on + lasts, key) for on, lasts, key in notes] for notes in voices]
    piece = from_notes("any", spans, range(STEPS))
    whole = piece.state(range(len(voices)), PITCHES)
    assert np.array_equal(whole, logged(voices, PITCHES))
    end = min(begin + length, STEPS)
    assert np.array_equal(piece.state(range(len(voices)), PITCHES, 0, begin, end), whole[begin:end])


def test_before_the_piece_is_silence() -> None:
    piece: Piece = from_notes("one", [[(0, 2, 45)]], range(4))
    assert not piece.state([0], PITCHES, 0, -1, 2)[0].any()


def test_velocity_and_voice_are_kept() -> None:
    piece = from_notes("two", [[(0, 2, 45, 90)], [(1, 3, 41)]], range(4))
    assert piece.notes.tolist() == [(0, 2, 45, 90, 0), (1, 3, 41, 0, 1)]
