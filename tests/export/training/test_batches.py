"""What a network is shown: segments of pieces, and a batch that depends on nothing but its number."""

from __future__ import annotations

import numpy as np
import torch
from tests.export.training.tiny import PITCHES, TINY

from descant_export.corpus.piece import Piece, from_notes
from descant_export.training.batches import Dataset, segment, transpositions

SHAPE = TINY.shape()


def test_a_segment_is_the_piece_one_step_apart(pieces: list[Piece]) -> None:
    piece = pieces[1]
    whole = piece.state([0, 1], PITCHES)
    for start in (0, 5, 20):
        batch = segment(piece, start, 8, 0, [0], SHAPE)
        real = int(batch.real.sum())
        assert real == min(8, 24 - start)
        assert np.array_equal(batch.now[0, :real], whole[start : start + real])
        expected = whole[start - 1] if start else np.zeros_like(whole[0])
        assert np.array_equal(batch.before[0, 0], expected)
        assert np.array_equal(batch.before[0, 1:real], batch.now[0, : real - 1])
        assert np.array_equal(batch.given[0, :real], piece.state([0], PITCHES)[start : start + real])
        assert batch.step_in_bar[0, :real].tolist() == [(s + 12) % 16 for s in range(start, start + real)]
        assert not batch.now[0, real:].any()


def test_transposing_moves_every_note_and_loses_none(pieces: list[Piece]) -> None:
    piece = pieces[1]
    keys = transpositions(piece, PITCHES, 6)
    assert (keys[0], keys[-1]) == (-5, 5)  # the bass would leave the range below, the melody above
    notes = piece.state([0, 1], PITCHES).sum()
    for shift in keys:
        moved = piece.state([0, 1], PITCHES, shift)
        assert moved.sum() == notes
        assert np.array_equal(np.roll(piece.state([0, 1], PITCHES), shift, axis=1), moved)


def test_a_piece_too_wide_for_the_range_stays_in_its_key() -> None:
    wide = from_notes("wide", [[(0, 4, 30), (0, 4, 60), (4, 8, 90)]], range(8))
    assert list(transpositions(wide, PITCHES, 6)) == [0]


def test_a_row_depends_on_its_number_alone(pieces: list[Piece]) -> None:
    """Whoever draws it, whatever was drawn before: rows 3 and 1 of update 5 are those of the whole batch."""
    source = Dataset.of(pieces)
    whole = source.batch(TINY, SHAPE, 5, range(4))
    some = source.batch(TINY, SHAPE, 5, (3, 1))
    assert all(torch.equal(part[[3, 1]], other) for part, other in zip(whole, some, strict=True))
    later, reseeded = (
        source.batch(TINY, SHAPE, 6, range(4)),
        source.batch(TINY.but(seed=2), SHAPE, 5, range(4)),
    )
    assert not torch.equal(whole.now, later.now)
    assert not torch.equal(whole.now, reseeded.now)


def test_a_batch_gives_only_what_is_played(pieces: list[Piece]) -> None:
    batch = Dataset.of(pieces).batch(TINY, SHAPE, 0, range(64))
    assert (batch.given <= batch.now).all()
    assert batch.now.shape == (64, 8, 36, 2)
    given = batch.given[..., 0].sum((1, 2)) > 0
    assert 0.4 < given.float().mean() < 0.9, "most segments have given notes, and many have none"


def test_pieces_are_drawn_by_their_length() -> None:
    short, long = (
        from_notes(str(key), [[(0, steps, key)]], range(steps)) for key, steps in ((50, 8), (60, 24))
    )
    config = TINY.but(transpose=0, given={"none": 1.0})
    batch = Dataset.of([short, long]).batch(config, SHAPE, 0, range(800))
    share = batch.now[:, 0, 60 - PITCHES.low, 0].mean()
    assert abs(float(share) - 24 / 32) < 3.5 * np.sqrt(0.75 * 0.25 / 800)
