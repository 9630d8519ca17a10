"""What may depend on what: the model is a distribution only if nothing sees its own future."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from descant_export.families.biaxial import Biaxial
from descant_export.families.likelihood import log_likelihood

T, P = 7, 36


def music(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """before, now, given ``[1, T, P, 2]`` and step_in_bar."""
    generator = torch.Generator().manual_seed(seed)
    sequence = (torch.rand(1, T + 1, P, 2, generator=generator) < 0.2).float()
    sequence[..., 1] *= sequence[..., 0]
    now = sequence[:, 1:]
    given = now * (torch.rand(1, T, P, 1, generator=generator) < 0.3)
    return sequence[:, :-1], now, given, torch.arange(T)[None]


STYLE = torch.tensor([[1.0, 0.0]])


def logits(model: Biaxial, before: Tensor, now: Tensor, given: Tensor, bar: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.as_tensor(model(before, now, given, bar, STYLE))


def test_a_pitch_sees_only_the_choices_below_it(small_model: Biaxial) -> None:
    before, now, given, bar = music(0)
    given = torch.zeros_like(given)
    base = logits(small_model, before, now, given, bar)
    for row in (0, 17, 34):
        other = now.clone()
        other[:, 3, row] = 1 - other[:, 3, row]
        change = (logits(small_model, before, other, given, bar) - base).abs().amax((0, 1, 3))
        assert change[: row + 1].max() == 0
        assert change[row + 1 :].max() > 1e-4


def test_a_step_sees_only_the_steps_before_it(small_model: Biaxial) -> None:
    before, now, given, bar = music(1)
    other = before.clone()
    other[:, 4, 20] = 1 - other[:, 4, 20]
    change = logits(small_model, other, now, given, bar) - logits(small_model, before, now, given, bar)
    assert change[:, :4].abs().max() == 0
    assert change[:, 4:].abs().max() > 1e-4


def test_a_given_melody_is_known_to_every_pitch_below_it(small_model: Biaxial) -> None:
    before, now, given, bar = music(2)
    given[:] = 0
    melody = given.clone()
    melody[:, 2, 33] = 1
    change = (
        logits(small_model, before, now, melody, bar) - logits(small_model, before, now, given, bar)
    ).abs()
    assert change[:, 2, :33].amax(-1).min() > 1e-6, "even the lowest pitch must know that there is a melody"
    assert change[:, [0, 1, 3, 4, 5, 6]].max() == 0, "given notes belong to their own step"


def test_dropout_is_off_when_evaluating_and_on_when_training(small_model: Biaxial) -> None:
    before, now, given, bar = music(3)
    first = logits(small_model, before, now, given, bar)
    assert torch.equal(first, logits(small_model, before, now, given, bar))
    small_model.train()
    assert not torch.equal(first, logits(small_model, before, now, given, bar))


def test_style_reaches_the_music(small_model: Biaxial) -> None:
    before, now, given, bar = music(4)
    with torch.no_grad():
        other = small_model(before, now, given, bar, torch.tensor([[0.0, 1.0]]))
    assert (other - logits(small_model, before, now, given, bar)).abs().max() > 1e-4


def test_log_likelihood_as_the_paper_writes_it() -> None:
    """Σ v·ln q + (1-v)·ln(1-q) over free pitches; articulation only where a free pitch plays."""
    _, now, given, _ = music(5)
    values = torch.randn(1, T, P, 2, generator=torch.Generator().manual_seed(6))
    play, articulate = log_likelihood(values, now, given)
    for step in range(T):
        sums = [0.0, 0.0]
        for row in range(P):
            if given[0, step, row, 0]:
                continue
            for plane in (0, 1):
                if plane == 1 and not now[0, step, row, 0]:
                    continue
                q = 1 / (1 + math.exp(-float(values[0, step, row, plane])))
                sums[plane] += math.log(q if now[0, step, row, plane] else 1 - q)
        assert float(play[0, step]) == pytest.approx(sums[0], rel=1e-5)
        assert float(articulate[0, step]) == pytest.approx(sums[1], rel=1e-5, abs=1e-6)
