"""A network's likelihoods: whole, in stretches, and written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from descant_daemon.note_state import ARTICULATE, PIANO, PLAY, PitchRange, State
from descant_export.evaluate.scores import Floats, score
from descant_export.evaluate.teacher_forcing import AlongTime, RollNetwork, log_likelihoods
from descant_export.families.biaxial import Biaxial, Shape
from descant_export.families.kernel import KernelShape
from descant_export.families.likelihood import log_likelihood


def music(steps: int, pitches: int, seed: int = 0) -> State:
    rng = np.random.default_rng(seed)
    play = rng.random((steps, pitches)) < 0.3
    return np.stack([play, play & (rng.random((steps, pitches)) < 0.5)], -1).astype(np.float32)


@pytest.mark.parametrize("stretch", [1, 7, 64])
def test_stretches_give_what_the_whole_piece_gives(small_model: Biaxial, stretch: int) -> None:
    state, bar = music(50, 36), np.arange(50) % 16
    whole = torch.from_numpy(state)[None]
    before = torch.cat([torch.zeros_like(whole[:, :1]), whole[:, :-1]], 1)
    style = torch.tensor([[0.0, 1.0]])
    with torch.no_grad():
        logits = small_model(before, whole, torch.zeros_like(whole), torch.from_numpy(bar)[None], style)
    expected = torch.stack(log_likelihood(logits, whole, torch.zeros_like(whole)), -1)[0]
    found = log_likelihoods(AlongTime(small_model), state, bar, style=1, stretch=stretch)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_every_piece_begins_from_a_state_that_knows_nothing(small_model: Biaxial) -> None:
    network, bar = AlongTime(small_model), np.zeros(20, np.int16)
    first = log_likelihoods(network, music(20, 36), bar)
    log_likelihoods(network, music(20, 36, seed=1), bar)
    np.testing.assert_array_equal(first, log_likelihoods(network, music(20, 36), bar))


def test_a_model_in_training_is_scored_without_dropout_and_left_in_training(small_model: Biaxial) -> None:
    state, bar = music(20, 36), np.zeros(20, np.int16)
    expected = log_likelihoods(AlongTime(small_model), state, bar)
    small_model.train()
    np.testing.assert_array_equal(expected, log_likelihoods(AlongTime(small_model), state, bar))
    assert small_model.training


class Told:
    """A network whose chances are these: of play ``[T, P]``, of articulate where it has that output."""

    def __init__(self, play: Floats, articulate: Floats | None, past: int = 0) -> None:
        self.past = past
        self.pitches = PitchRange(60, 59 + play.shape[1])
        planes = [play] if articulate is None else [play, articulate]
        self._logits = torch.logit(torch.from_numpy(np.stack(planes, -1)))
        self.heard: list[Tensor] = []

    def restart(self) -> None:
        self._at = 0

    def logits(self, before: Tensor, now: Tensor, step_in_bar: Tensor, style: int) -> Tensor:
        self.heard.append(before)
        self._at += len(now)
        return self._logits[self._at - len(now) : self._at]


def test_play_counts_everywhere_and_articulate_only_where_a_note_plays() -> None:
    state = np.array([[[1, 1], [0, 0]], [[1, 0], [1, 1]]], np.float32)
    network = Told(np.array([[0.9, 0.2], [0.7, 0.6]]), np.array([[0.8, 0.3], [0.4, 0.5]]))
    found = log_likelihoods(network, state, np.zeros(2, np.int16), stretch=1)
    ln = math.log
    assert found[:, PLAY] == pytest.approx([ln(0.9) + ln(0.8), ln(0.7) + ln(0.6)])
    assert found[:, ARTICULATE] == pytest.approx([ln(0.8), ln(0.6) + ln(0.5)])
    assert not network.heard[0].any(), "the first step comes out of silence"
    np.testing.assert_array_equal(network.heard[1][0], state[0])


def test_a_network_that_only_plays_has_no_articulation_to_score() -> None:
    found = log_likelihoods(Told(np.full((2, 2), 0.5), None), music(2, 2), np.zeros(2, np.int16))
    np.testing.assert_allclose(found, [[2 * math.log(0.5), 0]] * 2)


def test_a_biaxial_network_goes_through_the_published_protocol() -> None:
    torch.manual_seed(0)
    model = Biaxial(Shape(KernelShape(PIANO), (4,), (4,)))
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.zero_()
    rolls = [np.eye(steps, 88, dtype=np.uint8) for steps in (3, 300)]
    found = score(RollNetwork(AlongTime(model), rolls), rolls)
    assert found.log_likelihood_per_step == pytest.approx(88 * math.log(0.5))
    assert (found.steps, found.sequences) == (303, 2)


def test_pitches_that_the_network_does_not_know_play_as_often_as_in_training() -> None:
    network = Told(np.full((4, 2), 0.25), None)  # keys 60 and 61
    training = np.zeros((6, 88), np.uint8)
    training[:3, 0] = 1
    roll = np.zeros((4, 88), np.uint8)
    roll[:, [0, 60 - 21]] = 1
    found = RollNetwork(network, [training]).log_likelihoods(roll)
    ln = math.log
    np.testing.assert_allclose(found, [ln(0.25) + ln(0.75) + ln(4 / 8) + 85 * ln(7 / 8)] * 4)


def test_a_network_that_hears_more_of_the_past_gets_it() -> None:
    state = music(5, 2)
    network = Told(np.full((5, 2), 0.5), None, past=3)
    log_likelihoods(network, state, np.zeros(5, np.int16), stretch=2)
    assert not network.heard[0][:4].any()
    np.testing.assert_array_equal(network.heard[0][4], state[0])
    np.testing.assert_array_equal(network.heard[1], np.concatenate([np.zeros((2, 2, 2)), state[:3]]))
    np.testing.assert_array_equal(network.heard[2], state[:4])
