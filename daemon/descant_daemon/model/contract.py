"""What the graphs of a model take and give, by name and shape; each family's own are in ``model/forms.py``.

The exporter declares its inputs and outputs from there, and the daemon checks every file against it. All
tensors are float32 but those that count. A dimension is a number, or open: BATCH and STRETCH.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["time", "note", "symbol"]
"""What a graph is for: along time, along pitch, or from symbol to symbol. ``<stem>.<role>.onnx`` holds it."""
Dim = int | str

FORMAT = 3
ROLES: tuple[Role, ...] = ("time", "note", "symbol")
PLANES = ("play", "articulate")
VELOCITY = "velocity"  # a third plane, of models that learned from music with dynamics
CLASSES = 16  # class c of them stands for the MIDI velocities from 128 c / 16 on
PITCH_CLASSES = 12

BATCH = "B"
STRETCH = "L"


@dataclass(frozen=True)
class Port:
    """An input or output of a graph."""

    name: str
    dims: tuple[Dim, ...]
    integer: bool = False  # int64


@dataclass(frozen=True)
class Graph:
    """What a graph takes and gives, and which weights the daemon takes out of it, by name and shape.

    ``runs``: ONNX Runtime runs it; of the others only the weights are used.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    weights: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    runs: bool = True


def states(role: str, units: Sequence[int], rows: tuple[int, ...] = ()) -> tuple[Port, ...]:
    """The states of LSTM layers of so many ``units``, from the input up: ``<role>_h0``, ``<role>_c0``, ``<role>_h1`` …

    ``[B, *rows, units]``.
    """
    return tuple(
        Port(f"{role}_{part}{layer}", (BATCH, *rows, size))
        for layer, size in enumerate(units)
        for part in "hc"
    )


def nexts(ports: Sequence[Port]) -> tuple[Port, ...]:
    """The same states after the step, as outputs."""
    return tuple(Port(f"{port.name}_next", port.dims) for port in ports)


def layer_weights(axis: str, index: int) -> tuple[str, str, str]:
    """The names of one LSTM layer's weights: from below, from itself, and its biases."""
    return f"{axis}_below{index}", f"{axis}_own{index}", f"{axis}_bias{index}"
