"""The third head: beside the two that play, and silent about what was not struck."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from descant_export.families.biaxial import Biaxial, BiaxialShape
from descant_export.families.velocity import velocity_class, velocity_log_likelihood, velocity_of


@pytest.mark.parametrize("classes", [8, 12, 16])
def test_every_velocity_has_a_class_and_comes_back_near(classes: int) -> None:
    velocities = torch.arange(1, 128)
    chosen = velocity_class(velocities, classes)
    assert sorted(set(chosen.tolist())) == list(range(classes))
    assert bool((chosen.diff() >= 0).all())
    back = velocity_of(chosen, classes)
    assert int((back - velocities).abs().max()) <= math.ceil(64 / classes)
    assert torch.equal(velocity_class(back, classes), chosen)


def test_the_head_changes_nothing_of_what_plays(small_shape: BiaxialShape) -> None:
    torch.manual_seed(1)
    plain = Biaxial(small_shape).eval()
    torch.manual_seed(1)
    loud = Biaxial(replace(small_shape, velocities=8)).eval()
    assert set(loud.state_dict()) - set(plain.state_dict()) == {"velocity.weight", "velocity.bias"}
    before = (torch.rand(1, 5, 36, 2) < 0.2).float()
    music = (before, before, torch.zeros_like(before), torch.arange(5)[None], torch.eye(2)[:1])
    with torch.no_grad():
        logits, velocity = loud.heads(*music)
        assert torch.equal(plain(*music), logits)
        assert velocity is not None
        assert velocity.shape == (1, 5, 36, 8)


def test_log_likelihood_counts_struck_notes_that_are_hidden_and_known() -> None:
    """One step, five pitches: struck, held, silent, struck but given, struck with no velocity known."""
    now = torch.tensor([[1.0, 1], [1, 0], [0, 0], [1, 1], [1, 1]])[None, None]
    given = torch.zeros_like(now)
    given[..., 3, :] = 1
    velocity = torch.tensor([100, 80, 0, 90, 0])[None, None]
    logits = torch.randn(1, 1, 5, 8, generator=torch.Generator().manual_seed(2))
    row = [float(value) for value in logits[0, 0, 0]]
    expected = row[100 // 16] - math.log(sum(math.exp(value) for value in row))
    assert float(velocity_log_likelihood(logits, velocity, now, given)) == pytest.approx(expected, rel=1e-5)
