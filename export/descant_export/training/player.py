"""The network as the engine plays it, in PyTorch: so that samples in training are drawn by the daemon's own rule."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.network import Array, Hidden
from descant_daemon.note_state import PitchRange, State
from descant_export.model.biaxial import Biaxial, Stack


class TorchNetwork:
    """A ``Network`` (see the daemon's ``engine/network.py``)."""

    def __init__(self, model: Biaxial) -> None:
        """``model`` must be evaluating."""
        self._model = model
        self._device = next(model.parameters()).device
        self.time_start = _zeros(model.shape.time_layers, self.pitches.size)
        self.note_start = _zeros(model.shape.note_layers, 1)

    @property
    def pitches(self) -> PitchRange:
        """The keys that the model knows."""
        return self._model.shape.kernel.pitches

    @torch.inference_mode()
    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """See ``Network``."""
        model = self._model
        style = torch.tanh(model.style(self._there(blend.weights(model.shape.styles))))
        features = model.kernel.time(self._there(before), torch.tensor(step_in_bar, device=self._device))
        context, after = self._run(
            model.time_axis, torch.cat([features, style.expand(len(features), -1)], -1)[None], hidden
        )
        return context[0].cpu().numpy(), after

    @torch.inference_mode()
    def along_pitch(
        self, context: Array, given: State, first: int, lower: Array, hidden: Hidden
    ) -> tuple[Array, Hidden]:
        """See ``Network``."""
        stretch = slice(first, first + lower.shape[1])
        known = self._model.kernel.given(self._there(given))[:, stretch]
        column = torch.cat([self._there(context[:, stretch]), self._there(lower), known], -1)
        heard, after = self._run(self._model.note_axis, column.transpose(0, 1), hidden)
        heads = (
            [self._model.output]
            if self._model.velocity is None
            else [self._model.output, self._model.velocity]
        )
        logits = torch.cat([head(heard) for head in heads], -1)
        return logits.transpose(0, 1).cpu().numpy(), after

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


def _zeros(layers: tuple[int, ...], rows: int) -> Hidden:
    return tuple(np.zeros((rows, size), np.float32) for size in layers for _ in "hc")
