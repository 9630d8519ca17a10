"""A run that begins with the weights of another: one style out of a model of many, or another range of keys."""

from __future__ import annotations

from pathlib import Path

import torch

from descant_export.model.biaxial import Biaxial
from descant_export.training import checkpoint
from descant_export.training.config import Config
from descant_routing.errors import UsageError

STYLE = "style.weight"
"""``[style_size, styles]``: a column for each style."""
VELOCITY = ("velocity.weight", "velocity.bias")


def begin_with(model: Biaxial, config: Config, run: Path) -> None:
    """Copy the weights of the best checkpoint of ``run``; a style that it does not know is the mean of those it does.

    The weights are shared over pitches and know a key only by its distance, so another range fits as well.
    UsageError when it is a network of other sizes.
    """
    state = checkpoint.load(run / "best.pt" if run.is_dir() else run)
    weights = dict(state.model)
    known = dict(zip(state.config.styles, weights[STYLE].T, strict=True))
    mean = torch.stack([*known.values()]).mean(0)
    weights[STYLE] = torch.stack([known.get(style, mean) for style in config.styles], 1)
    ours = model.state_dict()
    for name in VELOCITY:  # whether a run says how loud notes are is its own affair
        if name not in ours:
            weights.pop(name, None)
        else:
            weights.setdefault(name, ours[name])
    unlike = [name for name in ours if name not in weights or weights[name].shape != ours[name].shape]
    if unlike or len(weights) != len(ours):
        raise UsageError(
            f"A run cannot begin from {run}: its network has other sizes "
            f"(layers {list(state.config.time_layers)} and {list(state.config.note_layers)}, "
            f"vicinity {state.config.vicinity}, bar {state.config.beat_cycle})."
        )
    model.load_state_dict(weights)
