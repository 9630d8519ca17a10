"""A note axis of random weights, its LSTM and its features written slowly, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from descant_daemon.families.biaxial.note_axis import Layer, NoteAxis
from descant_daemon.note_state import ARTICULATE, PLAY

Floats = NDArray[np.float64]


class PlainNoteAxis:
    """``along_pitch`` by the formulas of the ONNX operator LSTM; ``axis`` is the same for the climb."""

    def __init__(
        self,
        seed: int,
        *,
        context: int = 11,
        units: tuple[int, ...] = (13, 7),
        vicinity: int = 5,
        velocities: int = 0,
        eagerness: float = -2.0,
    ) -> None:
        rng = np.random.default_rng(seed)

        def weights(*shape: int) -> NDArray[np.float32]:
            return rng.normal(0, 0.5, shape).astype(np.float32)

        self.vicinity, self.context = vicinity, context
        below = context + 2 + 2 * (2 * vicinity + 1) + 12 + 2
        self.layers: list[Layer] = []
        for own in units:
            self.layers.append(Layer(weights(4 * own, below), weights(4 * own, own), weights(8 * own)))
            below = own
        self.head, self.bias = 3 * weights(below, 2 + velocities), weights(2 + velocities)
        self.bias[0] += eagerness
        self.note_start = tuple(np.zeros(own) for own in units for _ in "hc")
        self.axis = NoteAxis.of(self.layers, self.head, self.bias, vicinity, context)

    def along_pitch(
        self, context: Any, given: Any, first: int, lower: Any, hidden: Any
    ) -> tuple[Floats, Any]:
        states, logits = [np.array(each) for each in hidden], []
        for offset, below in enumerate(lower):
            heard = np.concatenate([context[first + offset], below, self._given(given, first + offset)])
            for at, layer in enumerate(self.layers):
                heard = states[2 * at] = self._step(layer, heard, states[2 * at], states, 2 * at + 1)
            logits.append(heard @ self.head.astype(float) + self.bias)
        return np.array(logits), tuple(states)

    def _given(self, given: Any, pitch: int) -> Floats:
        window, classes = [], np.zeros(12)
        for other in range(pitch - self.vicinity, pitch + self.vicinity + 1):
            inside = 0 <= other < len(given)
            window += [given[other, PLAY], given[other, ARTICULATE]] if inside else [0.0, 0.0]
        for other in range(len(given)):
            classes[(other - pitch) % 12] += given[other, PLAY]
        return np.array([*window, *classes, given[:pitch, PLAY].sum(), given[pitch + 1 :, PLAY].sum()])

    @staticmethod
    def _step(layer: Layer, heard: Floats, state: Floats, states: list[Floats], cell_at: int) -> Floats:
        own = len(state)
        sums = layer.below.astype(float) @ heard + layer.own.astype(float) @ state
        sums += layer.bias[: 4 * own].astype(float) + layer.bias[4 * own :]
        enter, leave, stay = (1 / (1 + np.exp(-sums[at * own : (at + 1) * own])) for at in range(3))
        states[cell_at] = stay * states[cell_at] + enter * np.tanh(sums[3 * own :])
        out: Floats = leave * np.tanh(states[cell_at])
        return out
