"""What a row of the table cost: floating-point operations, counted from the sizes of the layers."""

from __future__ import annotations

from itertools import pairwise

import torch

from descant_export.model.roll import RollShape

BACKWARD = 2  # a matrix product forward costs two backward


def flop_per_step(shape: RollShape) -> int:
    """Of one time step forward, every pitch: two for each weight of the LSTM layers (the rest is under 1 %)."""
    weights = 0
    for first, sizes in ((shape.time_inputs, shape.time_layers), (shape.note_inputs, shape.note_layers)):
        weights += sum(4 * size * (wide + size) for wide, size in pairwise([first, *sizes]))
    return 2 * weights * shape.kernel.pitches.size


def device_name(device: torch.device) -> str:
    """What computed, in a few words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"
