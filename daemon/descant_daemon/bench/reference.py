"""The reference network: 88 pitches, layers 300/300 and 100/50, so that figures of two machines compare.

It ships as graphs without their weights, which are drawn here; nothing learned. One unit in each layer is
planted so that a note that sounds tends to sound on, as in music: about three and a half voices, six
steps long. Without that every step would be new notes, and the sweep's work unlike that of playing.
"""

from __future__ import annotations

import json
import struct
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.model.card import model_paths
from descant_daemon.model.wire import read_onnx

NAME = "reference"
WANTED = "reference.weights"
"""The metadata entry that lists the missing weights: ``[[name, role, dims], ...]``."""
GRAPHS = ("time", "note", "time-floor", "note-floor")
"""The model's two graphs, and for each its LSTM layers alone: the floor under its cost."""

SEED = 88
OPEN, SHUT = 8.0, -8.0  # biases of a gate that always passes, or never
SOUNDING_COLUMN = 37  # of the time axis's features: whether the pitch itself played
CONTEXT_COLUMN = 0
BIRTH, SUSTAIN = -5.3, 9.4  # logit of a silent pitch, and what sounding adds through the planted units
GATES = {"W": 4, "R": 4, "B": 8}  # and ONNX keeps two biases
Weight = NDArray[np.float32]


class Wanted(NamedTuple):
    """A weight that the graph lacks. ``role``: ``W``, ``R`` or ``B`` of an LSTM, ``out`` or ``bias``; the
    letter after a colon is the column that the layer's planted unit listens to."""

    name: str
    role: str
    dims: tuple[int, ...]


def write_reference(folder: Path) -> Path:
    """Write the model into ``folder``; returns its stem, as for any other model."""
    stem = folder / NAME
    for path, graph in zip(model_paths(stem), ("time", "note"), strict=True):
        path.write_bytes(reference_graph(graph))
    return stem


def reference_graph(name: str) -> bytes:
    """One of ``GRAPHS``, whole."""
    return filled(files("descant_daemon.bench").joinpath("reference", f"{name}.onnx").read_bytes())


def filled(template: bytes) -> bytes:
    """The graph with its weights: a second ``graph`` field, which protobuf merges into the first."""
    wanted = [Wanted(*row) for row in json.loads(read_onnx(template, NAME).metadata[WANTED])]
    tensors = b"".join(_field(5, _tensor(each.name, _drawn(each))) for each in wanted)
    return template + _field(7, tensors)


def _drawn(wanted: Wanted) -> Weight:
    role, _, column = wanted.role.partition(":")
    dims = wanted.dims
    rng = np.random.Generator(np.random.Philox([SEED, *wanted.name.encode()]))
    if role == "bias":
        return np.array([BIRTH, 1.0], np.float32)
    units = dims[0] if role == "out" else dims[1] // GATES[role]
    weights: Weight = (rng.uniform(-1, 1, dims) / np.sqrt(max(units, 50))).astype(np.float32)
    if role == "out":
        weights[0] = SUSTAIN, SHUT
        return weights
    weights[0, ::units] = 0  # the planted unit's gates
    if role == "W":
        weights[0, 3 * units, int(column)] = 4  # its cell listens to one column, its gates to none
    elif role == "B":
        weights[0, [0, units, 2 * units]] = OPEN, OPEN, SHUT  # ONNX's order: input, output, forget, cell
    return weights


def _tensor(name: str, weights: Weight) -> bytes:
    """A TensorProto: dims, float32, name, raw bytes (onnx.proto)."""
    dims = b"".join(_varint(1 << 3) + _varint(dim) for dim in weights.shape)
    kind = _varint(2 << 3) + _varint(1)
    return dims + kind + _field(8, name.encode()) + _field(9, weights.astype("<f4").tobytes())


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    low = bytearray()
    while number > 0x7F:
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(low) + struct.pack("B", number)
