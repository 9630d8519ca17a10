"""Scores of whole pieces, and what given notes are worth: against the definition, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.export.training.tiny import PITCHES, TINY, tiny_pieces

from descant_daemon.note_state import PLAY, PitchRange
from descant_export.corpus.piece import Piece
from descant_export.corpus.splits import Split
from descant_export.evaluate.baselines import hold_last_step, markov
from descant_export.evaluate.given_table import given_table
from descant_export.evaluate.scores import score
from descant_export.evaluate.teacher_forcing import validate
from descant_export.families.biaxial import Biaxial
from descant_export.training.batches import segment


@pytest.fixture
def pieces() -> list[Piece]:
    return tiny_pieces()


@pytest.fixture
def model() -> Biaxial:
    torch.manual_seed(2)
    model = Biaxial(TINY.shape())
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2.0)  # away from the flat beginning, so that given notes matter
    return model.eval()


def test_the_same_hidden_cells_with_and_without(model: Biaxial, pieces: list[Piece]) -> None:
    """Slowly, for the top voice: every cell that the melody does not fill, from the two models' logits."""
    piece = pieces[1]
    known, alone = (segment(piece, 0, piece.steps, 0, given, TINY.shape()) for given in ([0], []))
    melody = piece.state([0], PITCHES)[..., PLAY] == 1
    totals = []
    for batch in (alone, known):
        with torch.no_grad():
            logits = (
                model(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)[0]
                .double()
                .numpy()
            )
        state, total = batch.now[0].numpy(), 0.0
        for step, row in zip(*np.nonzero(~melody), strict=True):
            q = 1 / (1 + np.exp(-logits[step, row]))
            plays, strikes = state[step, row]
            total += np.log(q[0] if plays else 1 - q[0])
            total += np.log(q[1] if strikes else 1 - q[1]) if plays else 0
        totals.append(total / piece.steps)
    row = given_table(model, [piece])[0]
    assert row.mask == "voice 1 of 2"
    assert row.without.total == pytest.approx(totals[0], rel=1e-5)
    assert row.known.total == pytest.approx(totals[1], rel=1e-5)
    assert abs(row.gain) > 1e-3
    sounding = piece.state([0, 1], PITCHES)[..., PLAY] == 1
    assert row.share == pytest.approx(melody.sum() / sounding.sum())
    assert validate(model, [piece], [0]) == row.known
    assert validate(model, [piece], [], unscored=[0]) == row.without


def test_a_table_for_every_kind_of_mask(model: Biaxial, pieces: list[Piece]) -> None:
    rows = {row.mask: row for row in given_table(model, pieces)}
    assert list(rows)[:2] == ["voice 1 of 2", "voice 2 of 2"]
    assert {"skyline", "bass", "half of the notes"} < set(rows)
    assert all(0 < row.share < 1 for row in rows.values())
    assert rows["skyline"].known == rows["voice 1 of 2"].known, "here the melody is always on top"
    assert all(row.known.steps == 72 for row in rows.values())


def test_markov_against_counting_by_hand(pieces: list[Piece]) -> None:
    piece = pieces[1]
    state = piece.state([0, 1], PITCHES)
    total = 0.0
    for row in range(36):
        column = state[:, row]
        before = np.concatenate([[0.0], column[:-1, 0]])
        for step in range(24):
            same = before == before[step]
            p = (column[same, 0].sum() + 1) / (same.sum() + 2)
            total += np.log(p if column[step, 0] else 1 - p)
            if column[step, 0]:
                struck = (column[same, 1].sum() + 1) / (column[same, 0].sum() + 2)
                total += np.log(struck if column[step, 1] else 1 - struck)
    assert score(markov([piece], PITCHES), [piece]).total == pytest.approx(total / 24)


def test_markov_knows_more_than_holding(split: Split) -> None:
    """Chorales have pitches that they use and others that they do not; holding cannot tell them apart."""
    wide = PitchRange(28, 91)
    held, chained = (score(make(split.train, wide), split.test) for make in (hold_last_step, markov))
    assert held.total < chained.total < -3


def test_evaluation_does_not_depend_on_how_pieces_are_batched(small_model: Biaxial, split: Split) -> None:
    pieces = sorted(split.valid, key=lambda piece: piece.steps)[:3]
    together = validate(small_model, pieces, [0])
    apart = [validate(small_model, [piece], [0]) for piece in pieces]
    steps = sum(each.steps for each in apart)
    assert together.steps == steps == sum(piece.steps for piece in pieces)
    assert together.total == pytest.approx(sum(each.total * each.steps for each in apart) / steps, rel=1e-5)
