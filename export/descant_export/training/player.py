"""The network as the engine plays it, in PyTorch: so that samples in training are drawn by the daemon's own rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Chosen, Line
from descant_daemon.engine.memory import Hidden
from descant_daemon.engine.sweeper import Sweeper
from descant_daemon.families.biaxial.note_axis import Layer, NoteAxis
from descant_daemon.families.sweep import sweep
from descant_daemon.note_state import State
from descant_export.families.biaxial import Biaxial
from descant_export.families.network import Stack
from descant_export.onnx_graphs.builder import onnx_weights


class TorchNetwork(Sweeper):
    """A model, as the engine has it (see the daemon's ``engine/sweeper.py``)."""

    def __init__(self, model: Biaxial) -> None:
        """``model`` must be evaluating."""
        self._model = model
        self._device = next(model.parameters()).device
        self.pitches = model.shape.kernel.pitches
        self.time_start = _zeros(model.shape.time_layers, self.pitches.size)
        self._note_axis = note_axis_of(model)

    @torch.inference_mode()
    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """See ``Sweeper``."""
        model = self._model
        style = torch.tanh(model.style(self._there(blend.weights(model.shape.styles))))
        features = model.kernel.time(self._there(before), torch.tensor(step_in_bar, device=self._device))
        context, after = self._run(
            model.time_axis, torch.cat([features, style.expand(len(features), -1)], -1)[None], hidden
        )
        return self._note_axis.known(context[0].cpu().numpy()), after

    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        """See ``Sweeper``."""
        return sweep(self._note_axis.draw, lines)

    def _run(self, stack: Stack, sequence: Tensor, hidden: Hidden) -> tuple[Tensor, Hidden]:
        after: list[Array] = []
        for index, layer in enumerate(stack.layers):
            assert isinstance(layer, nn.LSTM)
            state = tuple(self._there(array)[None] for array in hidden[2 * index : 2 * index + 2])
            sequence, state = layer(sequence, state)
            after += [array[0].cpu().numpy() for array in state]
        return sequence, tuple(after)

    def _there(self, array: Array) -> Tensor:
        return torch.from_numpy(array).to(self._device)


def note_axis_of(model: Biaxial) -> NoteAxis:
    """The model's note axis, as it is now, for the daemon's climb."""
    layers = [
        Layer(*(each.cpu().numpy() for each in onnx_weights(layer)))
        for layer in model.note_axis.layers
        if isinstance(layer, nn.LSTM)
    ]
    heads = [model.output] if model.velocity is None else [model.output, model.velocity]
    with torch.no_grad():
        weight, bias = torch.cat([head.weight for head in heads]), torch.cat([head.bias for head in heads])
    head, shape = weight.T.cpu().numpy(), model.shape
    return NoteAxis.of(layers, head, bias.cpu().numpy(), shape.kernel.vicinity, shape.time_layers[-1])


def _zeros(layers: tuple[int, ...], rows: int) -> Hidden:
    return tuple(np.zeros((rows, size), np.float32) for size in layers for _ in "hc")
