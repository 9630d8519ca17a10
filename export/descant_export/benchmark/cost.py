"""What a row of the table cost: floating-point operations, counted from the sizes of the layers."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from descant_export.families.roll import RollLstm

BACKWARD = 2  # a matrix product forward costs two backward


def flop_per_step(model: nn.Module, shape: Any) -> int:
    """Of one time step forward, every pitch: two for each weight of the LSTM layers (the rest is under 1 %)."""
    lstms = [layer for layer in model.modules() if isinstance(layer, nn.LSTM)]
    weights = sum(4 * layer.hidden_size * (layer.input_size + layer.hidden_size) for layer in lstms)
    times = 1 if isinstance(model, RollLstm) else shape.kernel.pitches.size
    return 2 * weights * times


def device_name(device: torch.device) -> str:
    """What computed, in a few words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"
