"""What a row of the table cost: floating-point operations, counted from the sizes of the layers."""

from __future__ import annotations

from typing import Protocol

import torch

BACKWARD = 2  # a matrix product forward costs two backward


class Counted(Protocol):
    """A network that knows its size."""

    @property
    def weights_a_step(self) -> int:
        """How many weights of matrices a step is multiplied with."""
        ...


def flop_per_step(model: Counted) -> int:
    """Of one time step forward, every pitch: two for each weight."""
    return 2 * model.weights_a_step


def device_name(device: torch.device) -> str:
    """What computed, in a few words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"
