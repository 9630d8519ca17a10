"""The same network as a PyTorch user would play it: eager, stateful, one pitch after the other.

The baseline of ``descant bench``; nothing plays from it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from descant_export.model.biaxial import Biaxial, Shape, Stack

States = list[tuple[Tensor, Tensor]]


class EagerPlayer:
    """``step`` is one sixteenth: along time for every pitch, then along pitch with a die for each."""

    def __init__(self) -> None:
        """The reference network's sizes; random weights, which cost what trained ones cost."""
        torch.set_num_threads(
            1
        )  # for matrices this small a second thread costs more than it brings (measured)
        torch.manual_seed(0)
        self._model = Biaxial(Shape()).eval()
        self._pitches = self._model.shape.kernel.pitches.size
        self._state = torch.zeros(self._pitches, 2)
        self._given = self._model.kernel.given(torch.zeros(self._pitches, 2))
        self._style = torch.tanh(self._model.style(torch.ones(1, 1))).expand(self._pitches, -1)
        self._time: States | None = None
        self._step = 0

    @torch.inference_mode()
    def step(self) -> None:
        """Play one step."""
        model = self._model
        features = model.kernel.time(self._state, torch.tensor(self._step % 16))
        context, self._time = _run(model.time_axis, torch.cat([features, self._style], -1)[None], self._time)
        lower, states = torch.zeros(2), None
        rows: list[Tensor] = []
        for pitch in range(self._pitches):
            column = torch.cat([context[0, pitch], lower, self._given[pitch]])
            heard, states = _run(model.note_axis, column[None, None], states)
            chance = torch.sigmoid(model.output(heard[0, 0]))
            lower = torch.bernoulli(chance)
            lower[1] *= lower[0]
            rows.append(lower)
        self._state = torch.stack(rows)
        self._step += 1


def _run(stack: Stack, sequence: Tensor, states: States | None) -> tuple[Tensor, States]:
    layers = [layer for layer in stack.layers if isinstance(layer, nn.LSTM)]
    after: States = []
    for index, layer in enumerate(layers):
        sequence, state = layer(sequence, states[index] if states else None)
        after.append(state)
    return sequence, after
