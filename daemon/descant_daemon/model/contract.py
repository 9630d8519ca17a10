"""The model contract in one table: what the two graphs take and give, by name and shape, and the note axis's weights.

The exporter declares its inputs and outputs from it, and the daemon checks every file against it. All
tensors are float32 but the two that count. The daemon runs the graph of the time axis; of the note axis it
takes the weights, by name, and climbs with them itself (``engine/climb.py``): that the graph gives the
same logits is what the exporter checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Axis = Literal["time", "note"]
Dim = int | str

FORMAT = 2
FEATURES = "kernel-1"
PLANES = ("play", "articulate")
VELOCITY = "velocity"  # a third plane, of models that learned from music with dynamics
CLASSES = 16  # class c of them stands for the MIDI velocities from 128 c / 16 on
# What a pitch hears of the given notes beside its window: their classes, how many lie below and above.
PITCH_CLASSES, SIDES = 12, 2

BATCH = "B"
STRETCH = "L"
PITCHES = "P"
STYLES = "S"
CONTEXT = "C"  # units of the last time layer
UNITS = "H"  # units of layer {i}
LOUDNESS = "V"  # classes of velocity; without them there is no such port


@dataclass(frozen=True)
class Port:
    """An input or output of a graph. ``per_layer``: one of each layer of the graph's axis, ``{i}`` from 0.

    Once resolved, every dimension is a number but BATCH and STRETCH, which stay open.
    """

    name: str
    dims: tuple[Dim, ...]
    integer: bool = False  # int64
    per_layer: bool = False


class Sizes(NamedTuple):
    """What the symbols stand for in one model; the layers are units, from the input up."""

    pitches: int
    styles: int
    time_layers: tuple[int, ...]
    note_layers: tuple[int, ...]
    velocities: int = 0


class Contract(NamedTuple):
    """What a graph takes and what it gives."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


CONTRACT: dict[Axis, Contract] = {
    "time": Contract(
        inputs=(
            Port("state", (BATCH, PITCHES, 2)),  # all that sounded in the step before
            Port("step_in_bar", (BATCH,), integer=True),  # of the step to come
            Port("style", (BATCH, STYLES)),  # a blend
            Port("time_h{i}", (BATCH, PITCHES, UNITS), per_layer=True),
            Port("time_c{i}", (BATCH, PITCHES, UNITS), per_layer=True),
        ),
        outputs=(
            Port("context", (BATCH, PITCHES, CONTEXT)),
            Port("time_h{i}_next", (BATCH, PITCHES, UNITS), per_layer=True),
            Port("time_c{i}_next", (BATCH, PITCHES, UNITS), per_layer=True),
        ),
    ),
    "note": Contract(
        inputs=(
            Port("context", (BATCH, PITCHES, CONTEXT)),
            Port("given", (BATCH, PITCHES, 2)),  # what the player holds in this step
            Port("first", (1,), integer=True),  # index of the stretch's first pitch
            Port("lower", (BATCH, STRETCH, 2)),  # the choice below each pitch of the stretch
            Port("note_h{i}", (BATCH, UNITS), per_layer=True),
            Port("note_c{i}", (BATCH, UNITS), per_layer=True),
        ),
        outputs=(
            Port("logits", (BATCH, STRETCH, 2)),
            Port(VELOCITY, (BATCH, STRETCH, LOUDNESS)),  # of a note that is struck, as logits
            Port("note_h{i}_next", (BATCH, UNITS), per_layer=True),
            Port("note_c{i}_next", (BATCH, UNITS), per_layer=True),
        ),
    ),
}


def note_features(context: int, vicinity: int) -> int:
    """Inputs of the note axis's first layer; their order is told in ``engine/note_axis.py``."""
    return context + 2 + 2 * (2 * vicinity + 1) + PITCH_CLASSES + SIDES


def layer_weights(axis: str, index: int) -> tuple[str, str, str]:
    """The names of one LSTM layer's weights: from below, from itself, and its biases."""
    return f"{axis}_below{index}", f"{axis}_own{index}", f"{axis}_bias{index}"


def note_weights(sizes: Sizes, vicinity: int) -> dict[str, tuple[int, ...]]:
    """The initializers of the note axis by name, with their shapes: of each LSTM layer, and of the heads.

    Layers as the ONNX operator LSTM has them, gates in the order input, output, forget, cell.
    """
    below, weights = note_features(sizes.time_layers[-1], vicinity), dict[str, tuple[int, ...]]()
    for index, units in enumerate(sizes.note_layers):
        shapes = (1, 4 * units, below), (1, 4 * units, units), (1, 8 * units)
        weights |= zip(layer_weights("note", index), shapes, strict=True)
        below = units
    heads = {"logits": 2} | ({VELOCITY: sizes.velocities} if sizes.velocities else {})
    for head, outputs in heads.items():
        weights[f"{head}_weight"] = below, outputs
        weights[f"{head}_bias"] = (outputs,)
    return weights


def inputs(axis: Axis, sizes: Sizes) -> tuple[Port, ...]:
    """The inputs of one graph of a model of these sizes."""
    return _resolved(CONTRACT[axis].inputs, axis, sizes)


def outputs(axis: Axis, sizes: Sizes) -> tuple[Port, ...]:
    """The outputs of one graph of a model of these sizes."""
    return _resolved(CONTRACT[axis].outputs, axis, sizes)


def _resolved(ports: tuple[Port, ...], axis: Axis, sizes: Sizes) -> tuple[Port, ...]:
    layers = sizes.time_layers if axis == "time" else sizes.note_layers
    whole: dict[Dim, Dim] = {
        PITCHES: sizes.pitches,
        STYLES: sizes.styles,
        CONTEXT: sizes.time_layers[-1],
        LOUDNESS: sizes.velocities,
    }
    resolved: list[Port] = []
    for port in ports:
        if LOUDNESS in port.dims and not sizes.velocities:
            continue
        for index, units in enumerate(layers if port.per_layer else (0,)):
            numbers = whole | ({UNITS: units} if port.per_layer else {})
            dims = tuple(numbers.get(dim, dim) for dim in port.dims)
            resolved.append(Port(port.name.format(i=index), dims, port.integer))
    return tuple(resolved)
