"""The network for piano rolls: a distribution over the music, whatever is added to it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from descant_daemon.note_state import PitchRange
from descant_export.families.kernel import KernelShape
from descant_export.families.likelihood import log_likelihood
from descant_export.families.network import Stack
from descant_export.families.table_biaxial import RollBiaxial, RollShape

T, P, LAGS = 9, 30, (2, 5)
PLAIN = RollShape(
    KernelShape(PitchRange(40, 69), planes=1, beat="none"), time_layers=(9, 8), note_layers=(7, 6)
)
ARTICULATED = replace(PLAIN, kernel=KernelShape(PitchRange(40, 69)), held_masks=False)
EVERYTHING = replace(PLAIN, lags=LAGS, counted=True, below=True, pitch_bias=True)
SHAPES = pytest.mark.parametrize(
    "shape", [PLAIN, ARTICULATED, EVERYTHING], ids=["plain", "articulated", "everything"]
)


def network(shape: RollShape) -> RollBiaxial:
    torch.manual_seed(3)
    model = RollBiaxial(shape)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2.0)  # away from the flat beginning, so that differences show
    return model.eval()


def music(shape: RollShape) -> Tensor:
    """``[1, past + 1 + T, P, planes]``: frames before the first step, and the steps."""
    generator = torch.Generator().manual_seed(5)
    size = (1, shape.past + 1 + T, P, shape.kernel.planes)
    frames = (torch.rand(size, generator=generator) < 0.25).float()
    frames[..., 1:] *= frames[..., :1]
    return frames


def logits(model: RollBiaxial, frames: Tensor, first: int = 0) -> Tensor:
    """Logits ``[T, P]`` of play, from frames in one piece."""
    past = model.shape.past
    with torch.no_grad():
        number = torch.arange(first, first + T)[None]
        return torch.as_tensor(model(frames[:, :-1], frames[:, past + 1 :], number))[0, ..., 0]


@SHAPES
def test_a_step_sees_only_the_steps_before_it_and_a_pitch_the_pitches_below(shape: RollShape) -> None:
    """Every logit of a changed frame: none before it; in its own step, only above the change."""
    model, frames = network(shape), music(shape)
    base = logits(model, frames)
    for step, row in ((0, 0), (3, 12), (T - 1, P - 2)):
        changed = frames.clone()
        changed[0, shape.past + 1 + step, row, 0] = 1 - changed[0, shape.past + 1 + step, row, 0]
        moved = (logits(model, changed) - base).abs()
        assert bool((moved[:step] == 0).all())
        assert bool((moved[step, : row + 1] == 0).all())
        assert moved[step, row + 1 :].max() > 1e-5
        if step + 1 < T:
            assert moved[step + 1].max() > 1e-5


def test_an_earlier_step_is_heard_at_its_lag_alone() -> None:
    """With a time axis that hears nothing but lags, a changed frame shows exactly 2 and 5 steps later."""
    model, frames = network(EVERYTHING), music(EVERYTHING)
    weights = dict(model.named_parameters())
    with torch.no_grad():
        weights["time_axis.layers.0.weight_ih_l0"][:, : EVERYTHING.kernel.time_features] = 0
        for layer, size in enumerate(EVERYTHING.time_layers):
            weights[f"time_axis.layers.{layer}.weight_hh_l0"].zero_()
            weights[f"time_axis.layers.{layer}.bias_ih_l0"][size : 2 * size] = -1e9  # forgets at once
        weights["note_axis.layers.0.weight_ih_l0"][:, EVERYTHING.time_layers[-1] :] = 0
    changed = frames.clone()
    step, row = 1, 12
    changed[0, EVERYTHING.past + 1 + step, row] = 1 - changed[0, EVERYTHING.past + 1 + step, row]
    moved = (logits(model, changed) - logits(model, frames)).abs()
    assert [at for at in range(T) if moved[at].max() > 1e-6] == [step + lag for lag in LAGS]
    for lag in LAGS:
        assert bool((moved[step + lag, : row - 2] == 0).all()), "only two semitones to each side"


def test_the_number_of_the_step_is_heard_where_it_counts() -> None:
    frames = music(EVERYTHING)
    assert not torch.equal(logits(network(EVERYTHING), frames), logits(network(EVERYTHING), frames, first=1))
    assert torch.equal(logits(network(EVERYTHING), frames), logits(network(EVERYTHING), frames, first=48))
    frames = music(PLAIN)
    assert torch.equal(logits(network(PLAIN), frames), logits(network(PLAIN), frames, first=1))


@pytest.mark.parametrize("shape", [PLAIN, EVERYTHING], ids=["plain", "everything"])
def test_outputs_begin_at_the_rates_of_the_music(shape: RollShape) -> None:
    model = network(shape)
    rates = torch.linspace(0.01, 0.4, P)[:, None]
    model.set_rates(rates)
    with torch.no_grad():
        model.output.weight.zero_()
    chances = torch.sigmoid(logits(model, music(shape)))
    expected = rates[:, 0] if shape.pitch_bias else rates.mean().expand(P)
    assert torch.allclose(chances, expected.expand(T, P))


def test_a_held_mask_is_one_for_the_whole_sequence() -> None:
    torch.manual_seed(0)
    held, each = (Stack(4, (32,), 0.5, held_masks=held) for held in (True, False))
    sequence = torch.ones(20, 3, 4)
    dropped = held(sequence) == 0
    assert bool((dropped == dropped[0]).all())
    assert 0.2 < float(dropped.float().mean()) < 0.8
    dropped = each(sequence) == 0
    assert not bool((dropped == dropped[0]).all())


def test_log_likelihood_as_the_paper_writes_it() -> None:
    """Σ v·ln q + (1-v)·ln(1-q) over pitches; articulation only where a note plays."""
    now = music(ARTICULATED)[:, :T]
    values = torch.randn(now.shape, generator=torch.Generator().manual_seed(6))
    found = torch.stack(log_likelihood(values, now, torch.zeros_like(now))).sum(0)[0]
    alone, _ = (part[0] for part in log_likelihood(values[..., :1], now[..., :1], 0 * now[..., :1]))
    for step in range(T):
        play, articulate = 0.0, 0.0
        for row in range(P):
            chances = [1 / (1 + math.exp(-float(value))) for value in values[0, step, row]]
            plays, struck = (bool(value) for value in now[0, step, row])
            play += math.log(chances[0] if plays else 1 - chances[0])
            articulate += math.log(chances[1] if struck else 1 - chances[1]) if plays else 0.0
        assert float(alone[step]) == pytest.approx(play, rel=1e-5)
        assert float(found[step]) == pytest.approx(play + articulate, rel=1e-5)
