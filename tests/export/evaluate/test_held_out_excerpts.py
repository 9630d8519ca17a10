"""How much of the held-out music a look takes: few steps of many pieces, every style alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.held_out import LONGEST, beginning, excerpt


def long_note(name: str, steps: int, style: int = 0) -> Piece:
    return replace(from_notes(name, [[(0, steps, 60)]], range(steps)), style=style)


def test_what_is_short_stays_whole() -> None:
    pieces = [long_note(str(at), 100) for at in range(3)]
    assert excerpt(pieces, 300) == pieces


def test_styles_share_alike_and_a_long_piece_does_not_fill_its_share() -> None:
    pieces = [long_note("a", 9 * LONGEST)] + [long_note(f"b{at}", 50, style=1) for at in range(400)]
    taken = excerpt(pieces, 4 * LONGEST)
    steps = [sum(piece.steps for piece in taken if piece.style == style) for style in (0, 1)]
    assert steps == [LONGEST, 2 * LONGEST]
    assert [piece.name for piece in taken] == [piece.name for piece in excerpt(pieces, 4 * LONGEST)]


def test_a_style_is_never_left_out() -> None:
    taken = excerpt([long_note("a", 1000), long_note("b", 1000, style=1)], 64)
    assert [(piece.style, piece.steps) for piece in taken] == [(0, 32), (1, 32)]


def test_the_beginning_is_the_piece_until_there() -> None:
    piece = from_notes("p", [[(0, 6, 60), (6, 12, 62)], [(2, 9, 50)]], range(12))
    pitches = PitchRange(48, 64)
    whole, part = (each.state([0, 1], pitches) for each in (piece, beginning(piece, 8)))
    assert np.array_equal(part, whole[:8])
    assert beginning(piece, 12) is piece
