"""A network's likelihoods: whole, in stretches, together, and written out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from tests.export.training.tiny import TINY

from descant_daemon.note_state import PIANO, PitchRange
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate import teacher_forcing
from descant_export.evaluate.baselines import marginal
from descant_export.evaluate.rolls import as_pieces
from descant_export.evaluate.scores import Nats, batches, score
from descant_export.evaluate.teacher_forcing import NetworkScorer, WithRates
from descant_export.families import FAMILIES
from descant_export.families.biaxial import Biaxial, BiaxialShape
from descant_export.families.kernel import KernelShape
from descant_export.families.likelihood import log_likelihood


def music(steps: int, seed: int = 0, style: int = 0) -> Piece:
    """Notes of one to four steps in two voices; some of them outside of what the small model knows."""
    rng = np.random.default_rng(seed)
    voices = [
        [(at, at + int(rng.integers(1, 5)), int(rng.integers(low, low + 25))) for at in range(0, steps, 2)]
        for low in (55, 35)
    ]
    piece = from_notes(f"music {seed}", voices, (np.arange(steps) + 3) % 16)
    return Piece(piece.name, piece.notes, piece.step_in_bar, piece.voices, style)


def whole(model: Biaxial, piece: Piece) -> Nats:
    """From the network's logits of the whole piece at once."""
    now = torch.from_numpy(piece.state(range(piece.voices), model.shape.kernel.pitches))[None]
    before = torch.cat([torch.zeros_like(now[:, :1]), now[:, :-1]], 1)
    style = torch.eye(model.shape.styles)[[piece.style]]
    bar = torch.from_numpy(piece.step_in_bar.astype(np.int64))[None]
    with torch.no_grad():
        logits = model(before, now, torch.zeros_like(now), bar, style)
    return torch.stack(log_likelihood(logits, now, torch.zeros_like(now)), -1)[0].numpy()


@pytest.mark.parametrize("stretch", [1, 7, 64])
def test_stretches_give_what_the_whole_piece_gives(
    small_model: Biaxial, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher_forcing, "STRETCH", stretch)
    pieces = [music(50, style=1), music(20, seed=1)]
    for found, piece in zip(NetworkScorer(small_model).log_likelihoods(pieces), pieces, strict=True):
        np.testing.assert_allclose(found, whole(small_model, piece), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_scored_in_stretches_as_whole_and_hears_no_more_than_the_past(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(4)
    scorer = NetworkScorer(TINY.but(family=family).build().eval(), float64=True)
    piece = music(40)
    (expected,) = scorer.log_likelihoods([piece])
    (beginning,) = scorer.log_likelihoods([piece.part(0, 20)])
    monkeypatch.setattr(teacher_forcing, "STRETCH", 7)
    (found,) = scorer.log_likelihoods([piece])
    assert found.shape == (40, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(beginning, expected[:20], rtol=1e-4, atol=1e-5)


def test_every_call_begins_from_a_state_that_knows_nothing(small_model: Biaxial) -> None:
    scorer, piece = NetworkScorer(small_model), music(20)
    (first,) = scorer.log_likelihoods([piece])
    scorer.log_likelihoods([music(20, seed=1)])
    np.testing.assert_array_equal(first, scorer.log_likelihoods([piece])[0])
    np.testing.assert_allclose(whole(small_model, piece), first, rtol=1e-4, atol=1e-5)


def test_a_model_in_training_is_scored_without_dropout_and_left_in_training(small_model: Biaxial) -> None:
    expected = NetworkScorer(small_model).log_likelihoods([music(20)])
    small_model.train()
    np.testing.assert_array_equal(expected, NetworkScorer(small_model).log_likelihoods([music(20)]))
    assert small_model.training


def the_same_for_all(play: float, articulate: float, pitches: PitchRange) -> Biaxial:
    """A network that gives every cell these chances, whatever it hears."""
    model = Biaxial(BiaxialShape(KernelShape(pitches), (4,), (4,)))
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.copy_(torch.logit(torch.tensor([play, articulate])))
    return model.eval()


def test_play_counts_everywhere_and_articulate_only_where_a_note_plays() -> None:
    piece = from_notes("two", [[(0, 2, 60)], [(1, 2, 61)]], [0, 1])
    scorer = NetworkScorer(the_same_for_all(0.2, 0.3, PitchRange(60, 62)), float64=True)
    assert scorer.parts == ("play", "articulate")
    (found,) = scorer.log_likelihoods([piece])
    ln = math.log
    np.testing.assert_allclose(found[:, 0], [ln(0.2) + 2 * ln(0.8), 2 * ln(0.2) + ln(0.8)], rtol=1e-6)
    np.testing.assert_allclose(found[:, 1], [ln(0.3), ln(0.7) + ln(0.3)], rtol=1e-6)


def test_pitches_that_the_network_does_not_know_play_as_often_as_in_training() -> None:
    training = np.zeros((6, 88), np.uint8)
    training[:3, 0] = 1
    roll = np.zeros((4, 88), np.uint8)
    roll[:, [0, 60 - 21]] = 1
    network = NetworkScorer(the_same_for_all(0.25, 0.5, PitchRange(60, 61)), float64=True)
    scorer = WithRates(network, marginal(as_pieces("training", [training])))
    (found,) = scorer.log_likelihoods(as_pieces("roll", [roll]))
    ln = math.log
    np.testing.assert_allclose(
        found[:, :1], [[ln(0.25) + ln(0.75) + ln(4 / 8) + 85 * ln(7 / 8)]] * 4, rtol=1e-6
    )


def test_a_biaxial_network_goes_through_the_published_protocol() -> None:
    rolls = as_pieces("eyes", [np.eye(steps, 88, dtype=np.uint8) for steps in (3, 300)])
    network = NetworkScorer(the_same_for_all(0.5, 0.5, PIANO))
    found = score(WithRates(network, marginal(rolls)), rolls)
    assert found.nats["play"] == pytest.approx(88 * math.log(0.5))
    assert found.steps == 303


class Chords:
    """A model of another kind: it writes one symbol a step, and cannot say which part of it is articulation."""

    pitches, parts = PIANO, ("chord",)

    def log_likelihoods(self, pieces: Sequence[Piece]) -> list[Nats]:
        return [np.full((piece.steps, 1), -math.log(piece.steps)) for piece in pieces]


def test_a_model_of_symbols_is_scored_by_the_same_lines() -> None:
    found = score(Chords(), [music(4), music(16)], at_once=64)
    assert found.summed() == {"chord": found.total, "sum": found.total}
    assert found.total == pytest.approx(-(4 * math.log(4) + 16 * math.log(16)) / 20)


def test_batches_hold_no_more_padded_steps_than_there_is_room_for() -> None:
    pieces = [music(steps) for steps in (30, 10, 12, 200, 11)]
    found = [[piece.steps for piece in batch] for batch in batches(pieces, 40)]
    assert found == [[10, 11, 12], [30], [200]]
    assert [batch[0] for batch in batches(pieces, 0)] == pieces
