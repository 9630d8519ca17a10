"""A run that begins with the weights of another, or of a preset: one style out of a model of many, another range."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find
from descant_export.families.network import Network
from descant_export.onnx_graphs.weights import read_weights
from descant_export.training import checkpoint
from descant_export.training.config import Config
from descant_routing.errors import UsageError

STYLE = "style.weight"
"""``[style_size, styles]``: a column for each style."""
VELOCITY = ("velocity.weight", "velocity.bias")


def begin_with(model: Network, config: Config, source: str) -> None:
    """Copy the weights of the best checkpoint of a run (its folder, or a file), or of a preset by name or path.

    A style that the source does not know begins as the mean of those that it knows. The weights are shared over
    pitches and know a key only by its distance, so another range fits as well. UsageError when it is a network of
    other sizes; DescantError when there is none.
    """
    styles, weights = _weights(source)
    known = dict(zip(styles, weights[STYLE].T, strict=True))
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
        example = next(iter(unlike), "a head that this one has not")
        raise UsageError(
            f"A run cannot begin from {source}: its network has other sizes ({example}). "
            "Set family, style_size, layers, vicinity and beat_cycle as it has them."
        )
    model.load_state_dict(weights)


def _weights(source: str) -> tuple[Sequence[str], dict[str, Tensor]]:
    """The names of the source's styles, and a ``state_dict``."""
    path = Path(source)
    if (path / "best.pt").exists() or path.suffix == ".pt" or not _is_preset(source):
        state = checkpoint.load(path / "best.pt" if path.is_dir() else path)
        return state.config.styles, dict(state.model)
    preset = find(source)
    metadata, weights = read_weights(model_stem(preset, load_preset(preset)))
    return metadata.styles, weights


def _is_preset(source: str) -> bool:
    try:
        find(source)
    except UsageError:
        return False
    return True
