"""The optimisers by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from descant_export.training.optimisers import NesterovRMSprop

Make = Callable[[Any, float], torch.optim.Optimizer]

OPTIMISERS: dict[str, Make] = {
    "rmsprop-nesterov": NesterovRMSprop,
    "adadelta": torch.optim.Adadelta,
    "adamw": lambda weights, rate: torch.optim.AdamW(weights, rate, weight_decay=0.02, betas=(0.9, 0.99)),
}
