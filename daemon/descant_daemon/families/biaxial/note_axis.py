"""The note axis as the pitch sampler takes it: its LSTM layers laid out for a product of one state with all gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.choice import Array, Line
from descant_daemon.families.biaxial.pitch_sampler import GATES, TOGETHER, add_products, sample_pitches
from descant_daemon.families.sweep import Drafts

LANES = 4  # a layer has a multiple of so many units, and four times that is a vector of gates
LINE = 16  # float32s in a line of the cache


class Layer(NamedTuple):
    """One LSTM layer as ONNX has it, gates in the order input, output, forget, cell.

    ``below [4H, I]``: for the layer below; ``own [4H, H]``: for itself; ``bias [8H]``: of the one, then of the other.
    """

    below: Array
    own: Array
    bias: Array


@dataclass(frozen=True)
class NoteAxis:
    """Weights; layers are filled up with idle units, and their inputs with zeros, to whole vectors.

    ``context``, ``C`` rows of ``G`` in one, and ``bias [G]`` give what is known of a pitch's first gates
    before the tick; ``beside [F, G]`` what the choice below and the given notes add: see ``sample_pitches``.
    ``units [N]``; ``weights`` of the layers' states, one after the other, each after its bias (but the
    first, whose bias is above); ``head [2 + V, H]`` and ``head_bias`` make logits of the last layer;
    ``vicinity``: how far around a pitch the given notes are told, in semitones.
    """

    context: Array
    bias: Array
    beside: Array
    units: NDArray[np.int64]
    weights: Array
    head: Array
    head_bias: Array
    vicinity: int

    @property
    def outputs(self) -> int:
        """Logits of a pitch."""
        return len(self.head_bias)

    @cached_property
    def sampling(self) -> tuple[Array, NDArray[np.int64], Array, Array, Array]:
        """What ``sample_pitches`` takes of it."""
        return self.beside, self.units, self.weights, self.head, self.head_bias

    @staticmethod
    def of(layers: Sequence[Layer], head: Array, head_bias: Array, vicinity: int, context: int) -> NoteAxis:
        """From the layers, the lowest first; ``head [H, 2 + V]``.

        The first layer's inputs are, in this order: ``context`` units of the time axis, (play, articulate) of
        the pitch below, given (play, articulate) of ``2 vicinity + 1`` pitches around, given pitch classes
        from the note's own upwards, how many given notes lie below and above.
        """
        first, own, bias = _spread(layers[0])
        below = layers[0].own.shape[1]
        units, flat = [_idle(below, LANES)], [_filled(own)]
        for layer in layers[1:]:
            wide, own, own_bias = _spread(layer)
            between = np.zeros((units[-1] - below, wide.shape[1]), np.float32)
            flat += [own_bias, _filled(np.concatenate([wide, between, own]))]
            below = layer.own.shape[1]
            units.append(_idle(below, LANES))
        top = np.zeros((head.shape[1], units[-1]), np.float32)
        top[:, :below] = head.T
        return NoteAxis(
            context=_aligned(_filled(first[:context])),
            bias=bias,
            beside=first[context:].copy(),
            units=np.array(units, np.int64),
            weights=_aligned(np.concatenate(flat)),
            head=top,
            head_bias=head_bias.astype(np.float32),
            vicinity=vicinity,
        )

    def draw(self, lines: Sequence[Line]) -> tuple[Array, Array]:
        """See ``sweep.Draw``. A line's ``context`` is ``known`` of it; logits end where it may have no more notes."""
        known, whose, given, over, follow = Drafts.of(lines)
        chosen = np.zeros(given.shape, np.float32)
        logits = np.zeros((*given.shape[:2], self.outputs), np.float32)
        sample_pitches(known, whose, given, over, follow, self.sampling, self.vicinity, chosen, logits)
        return chosen, logits

    def known(self, context: Array) -> Array:
        """What is known of every pitch before the tick: context ``[P, C]`` → gates ``[P, G]``."""
        pitches, count = context.shape
        filled = np.zeros((pitches, _idle(count, TOGETHER)), np.float32)
        filled[:, :count] = context
        gates = np.empty((pitches, len(self.bias)), np.float32)
        gates[:] = self.bias
        add_products(gates, filled, 0, filled.shape[1], self.context, len(self.bias), np.arange(pitches))
        return gates


def _aligned(array: Array) -> Array:
    """A copy that begins where a line of the processor's cache does: a vector of it then never lies in two."""
    room = np.empty(array.size + LINE, np.float32)
    begin = -room.ctypes.data // room.itemsize % LINE
    copy: Array = room[begin : begin + array.size]
    copy[:] = array
    return copy


def _idle(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple


def _filled(weights: Array) -> Array:
    """With rows of zeros up to a multiple of what a pass takes in, in one dimension."""
    rows, columns = weights.shape
    beyond = np.zeros((_idle(rows, TOGETHER) - rows) * columns, np.float32)
    return np.concatenate([weights.ravel(), beyond])


def _spread(layer: Layer) -> tuple[Array, Array, Array]:
    """``[I, G]``, ``[H, G]`` and ``[G]`` with idle units between the gates: those stay at zero."""
    own = layer.own.shape[1]
    wide, narrow = (_columns(weights.T, own) for weights in (layer.below, layer.own))
    rows = np.zeros((_idle(own, LANES), narrow.shape[1]), np.float32)
    rows[:own] = narrow
    return wide, rows, _columns(layer.bias.reshape(2, -1).sum(0, keepdims=True), own)[0]


def _columns(weights: Array, own: int) -> Array:
    spread = np.zeros((len(weights), GATES, _idle(own, LANES)), np.float32)
    spread[:, :, :own] = weights.reshape(len(weights), GATES, own)
    return spread.reshape(len(weights), -1)
