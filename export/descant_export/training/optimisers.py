"""The optimisers of the papers, and AdamW."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from descant_export.training.config import Config


class NesterovRMSprop(torch.optim.Optimizer):
    """RMSprop (Tieleman & Hinton 2012) whose step has Nesterov's momentum, as Johnson 2017 §3.1 trains.

    ``s ← 0.9 s + 0.1 g²``; ``step = rate · g / √(s + ε)``; ``v ← μ v + step``; ``w ← w - (μ v + step)``.
    PyTorch's own RMSprop has only the other momentum, ``w ← w - v``.
    """

    def __init__(self, weights: Iterable[Tensor], rate: float, momentum: float = 0.9) -> None:
        """``rate`` and ``momentum`` as in the formula."""
        super().__init__(weights, {"lr": rate, "momentum": momentum, "decay": 0.9, "eps": 1e-8})

    @torch.no_grad()
    def step(self, _closure: None = None) -> None:  # type: ignore[override]
        """One update."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["square"], state["velocity"] = torch.zeros_like(weight), torch.zeros_like(weight)
                square, velocity = state["square"], state["velocity"]
                square.mul_(group["decay"]).addcmul_(weight.grad, weight.grad, value=1 - group["decay"])
                step = group["lr"] * weight.grad / (square + group["eps"]).sqrt_()
                velocity.mul_(group["momentum"]).add_(step)
                weight.sub_(step.add_(velocity, alpha=group["momentum"]))


def optimiser(config: Config, weights: Iterable[Tensor]) -> torch.optim.Optimizer:
    """That of the config, at its highest rate."""
    rate = config.learning_rate
    match config.optimiser:
        case "adamw":
            betas = (0.9, config.beta2)
            return torch.optim.AdamW(weights, rate, betas, weight_decay=config.weight_decay)
        case "adadelta":  # Kotecha & Young §3.1 at a rate of 1.0
            return torch.optim.Adadelta(weights, rate)
        case "rmsprop":  # Johnson 2017 §3.1 at a rate of 0.001
            return NesterovRMSprop(weights, rate)
