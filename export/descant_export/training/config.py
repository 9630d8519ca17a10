"""What a training run is made of: every hyperparameter that the papers list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

from descant_daemon.note_state import PitchRange
from descant_export.model.biaxial import Shape
from descant_export.model.kernel import KernelShape

Make = Callable[[Iterable[torch.nn.Parameter], float], torch.optim.Optimizer]

OPTIMISERS: dict[str, Make] = {
    "adamw": lambda weights, rate: torch.optim.AdamW(weights, rate, weight_decay=0.01),
    "adadelta": torch.optim.Adadelta,  # Kotecha & Young, rate 1.0
    # Johnson 2017: rate 0.001, momentum 0.9 (his is Nesterov's)
    "rmsprop": lambda weights, rate: torch.optim.RMSprop(weights, rate, momentum=0.9),
}


@dataclass(frozen=True)
class Config:
    """One run."""

    pitch_low: int = 28
    pitch_high: int = 91
    vicinity: int = 12
    beat_cycle: int = 16
    time_layers: tuple[int, ...] = (200, 200)
    note_layers: tuple[int, ...] = (128, 64)
    style_size: int = 4
    dropout: float = 0.3
    styles: tuple[str, ...] = field(default=("bach-chorale",))

    optimiser: str = "adamw"
    learning_rate: float = 2e-3
    warm_up: int = 50  # updates; LSTMs of this size jump without it
    updates: int = (
        2000  # chorales: validation stops improving here; the rate falls to a hundredth along a cosine
    )
    batch: int = 8
    segment: int = 128  # steps, as Johnson's eight bars
    transpose: int = 6  # semitones up and down, as far as the range allows
    clip: float = 1.0
    evaluate_every: int = 100
    seed: int = 1

    def shape(self) -> Shape:
        """The sizes of the network."""
        kernel = KernelShape(PitchRange(self.pitch_low, self.pitch_high), self.vicinity, self.beat_cycle)
        return Shape(
            kernel, self.time_layers, self.note_layers, len(self.styles), self.style_size, self.dropout
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the checkpoint."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> Config:
        """Back from ``as_dict``."""
        tuples: Any = {key: tuple(at) if isinstance(at, list) else at for key, at in values.items()}
        return Config(**tuples)
