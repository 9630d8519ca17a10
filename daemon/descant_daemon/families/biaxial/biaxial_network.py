"""A biaxial network at work: its time axis in ONNX Runtime, its note axis in machine code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_daemon.engine.choice import Array, Line
from descant_daemon.families.along_time import AlongTime
from descant_daemon.families.biaxial.note_axis import Layer, NoteAxis
from descant_daemon.model.contract import VELOCITY, layer_weights
from descant_daemon.model.forms import BiaxialMetadata
from descant_daemon.model.model_files import ModelFiles, Weights


class BiaxialNetwork(AlongTime):
    """What is kept of a step along time are the gates of every pitch, as far as its context decides them."""

    def __init__(self, files: ModelFiles) -> None:
        """Checked; the bytes that were are those that run. Raises DescantError when they cannot."""
        super().__init__(files)
        assert isinstance(files.metadata, BiaxialMetadata)
        self.note_axis = note_axis(files.metadata, files.weights)
        self.try_out()

    def found(self, output: Array) -> Array:
        """Context ``[P, C]`` → gates ``[P, G]``."""
        return self.note_axis.known(output)

    def draw(self, lines: Sequence[Line]) -> tuple[Array, Array]:
        """See ``AlongTime``."""
        return self.note_axis.draw(lines)


def note_axis(metadata: BiaxialMetadata, weights: Weights) -> NoteAxis:
    """From the weights of a model's file; see ``BiaxialMetadata.graphs``."""
    layers = [
        Layer(*(weights[name][0] for name in layer_weights("note", index)))
        for index in range(len(metadata.note_layers))
    ]
    heads = ["logits", VELOCITY] if metadata.velocities else ["logits"]
    weight, bias = (
        np.concatenate([weights[f"{head}_{part}"] for head in heads], -1) for part in ("weight", "bias")
    )
    return NoteAxis.of(layers, weight, bias, metadata.vicinity, metadata.time_layers[-1])
