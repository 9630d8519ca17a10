"""The optimisers of the papers against their formulas, written slowly, one number at a time."""

from __future__ import annotations

import math

import pytest
import torch

from descant_export.training.config import Config
from descant_export.training.optimisers import optimiser

STEPS = 30


def slope(at: float) -> float:
    """Of a wavy valley."""
    return 2 * at + math.sin(3 * at)


def nesterov_rmsprop(at: float, rate: float) -> float:
    """RMSprop's step, and Nesterov's momentum 0.9 in the form that needs no look ahead (Bengio et al. 2013)."""
    square = velocity = 0.0
    for _ in range(STEPS):
        gradient = slope(at)
        square = 0.9 * square + 0.1 * gradient**2
        step = rate * gradient / math.sqrt(square + 1e-8)
        velocity = 0.9 * velocity + step
        at -= 0.9 * velocity + step
    return at


def adadelta(at: float, rate: float) -> float:
    """Zeiler 2012, with the decay and the constant of PyTorch."""
    squares = steps = 0.0
    for _ in range(STEPS):
        gradient = slope(at)
        squares = 0.9 * squares + 0.1 * gradient**2
        step = math.sqrt(steps + 1e-6) / math.sqrt(squares + 1e-6) * gradient
        steps = 0.9 * steps + 0.1 * step**2
        at -= rate * step
    return at


@pytest.mark.parametrize(
    ("name", "by_hand", "rate"), [("rmsprop", nesterov_rmsprop, 0.01), ("adadelta", adadelta, 1.0)]
)
def test_the_formula(name: str, by_hand: object, rate: float) -> None:
    starts = (3.0, -1.5, 0.2)
    weights = torch.tensor(starts, dtype=torch.float64, requires_grad=True)
    steps = optimiser(Config().but(optimiser=name, learning_rate=rate), [weights])
    for _ in range(STEPS):
        weights.grad = torch.tensor([slope(float(at)) for at in weights.detach()], dtype=torch.float64)
        steps.step()
    expected = [by_hand(at, rate) for at in starts]  # type: ignore[operator]
    assert weights.tolist() == pytest.approx(expected, rel=1e-9)
    assert all(abs(one - other) > 1e-3 for one, other in zip(starts, expected, strict=True))
