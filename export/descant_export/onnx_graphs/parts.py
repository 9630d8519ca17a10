"""Parts of graphs that several families have: what a step along time is told, LSTM layers, what a pitch hears."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from descant_daemon.model.contract import BATCH, layer_weights
from descant_daemon.note_state import PLAY
from descant_export.families.kernel import Kernel, KernelShape
from descant_export.onnx_graphs.builder import GraphBuilder, Value


def told(
    graph: GraphBuilder, kernel: KernelShape, style: torch.nn.Linear, beats: torch.Tensor
) -> list[Value]:
    """Inputs of a step along time: the ``state`` before it ``[B, P, 2]``; and of beat and style ``[B, X]``."""
    state = graph.input("state", [BATCH, kernel.pitches.size, 2])
    step = graph.input("step_in_bar", [BATCH], integer=True)
    blend = graph.input("style", [BATCH, style.in_features])
    cycle = graph.constant([len(beats)])
    beat = graph.node("Gather", graph.constant(beats), graph.node("Mod", step, cycle), axis=0)
    code = graph.node("Gemm", blend, graph.constant(style.weight), graph.constant(style.bias), transB=1)
    return [state, beat, graph.node("Tanh", code)]


def pitch_features(graph: GraphBuilder, kernel: Kernel, style: torch.nn.Linear) -> Value:
    """What every pitch hears of the step before, ``[1, B × P, F]``, as ``Kernel.time`` has it and then the style."""
    pitches = kernel.shape.pitches.size
    state, beat, code = told(graph, kernel.shape, style, kernel.beats)
    every_pitch = graph.node("Concat", size(graph, state, 0), graph.constant([pitches, 1]), axis=0)
    features = graph.node(
        "Concat",
        graph.node("Expand", graph.constant(kernel.position[None]), every_pitch),
        graph.node("Expand", graph.constant(kernel.classes[None]), every_pitch),
        graph.reshape(vicinity(graph, kernel, state, graph.constant(kernel.window)), [0, 0, -1]),
        graph.node("Gather", class_counts(graph, kernel, state), graph.constant(kernel.rotation), axis=1),
        _everywhere(graph, beat, every_pitch),
        _everywhere(graph, code, every_pitch),
        axis=2,
    )
    return graph.reshape(features, [1, -1, kernel.shape.time_features + style.out_features])


def lstm_layers(
    graph: GraphBuilder, layers: Sequence[torch.nn.LSTM], sequence: Value, rows: Sequence[int]
) -> Value:
    """Layers along time, ``[1, B × rows, F]`` → ``[1, B × rows, H]``; their states are inputs and outputs.

    ``rows``: the dimensions of a state between the batch and the units.
    """
    for index, layer in enumerate(layers):
        units = layer.hidden_size
        dims: list[int | str] = [BATCH, *rows, units]
        states = [graph.input(f"time_{part}{index}", dims) for part in "hc"]
        flat = [graph.reshape(each, [1, -1, units]) for each in states]
        _, hidden, cell = graph.lstm(layer, sequence, *flat, names=layer_weights("time", index))
        for part, value in (("h", hidden), ("c", cell)):
            graph.output(f"time_{part}{index}_next", graph.reshape(value, [-1, *rows, units]), dims)
        sequence = hidden
    return sequence


def dense(
    graph: GraphBuilder, value: Value, weight: torch.Tensor, bias: torch.Tensor, dims: Sequence[int]
) -> Value:
    """``[1, N, F]`` → ``[N, H]`` by a layer ``[H, F]``, and then as ``dims``."""
    flat = graph.reshape(value, [-1, weight.shape[1]])
    return graph.reshape(
        graph.node("Gemm", flat, graph.constant(weight), graph.constant(bias), transB=1), dims
    )


def scalar(value: int) -> NDArray[np.int64]:
    """An index."""
    return np.array(value, np.int64)


def size(graph: GraphBuilder, value: Value, axis: int) -> Value:
    """The length of an axis, ``[1]``."""
    return graph.node("Gather", graph.node("Shape", value), graph.constant([axis]), axis=0)


def vicinity(graph: GraphBuilder, kernel: Kernel, state: Value, rows: Value) -> Value:
    """``[B, P, 2]`` → ``[B, rows, window, 2]``; beyond the range is silence."""
    reach = kernel.shape.vicinity
    padded = graph.node("Pad", state, graph.constant([0, reach, 0, 0, reach, 0]))
    return graph.node("Gather", padded, rows, axis=1)


def class_counts(graph: GraphBuilder, kernel: Kernel, state: Value) -> Value:
    """``[B, P, 2]`` → how often each pitch class plays, ``[B, 12]``."""
    play = graph.node("Gather", state, graph.constant(scalar(PLAY)), axis=2)
    return graph.node("MatMul", play, graph.constant(kernel.classes))


def _everywhere(graph: GraphBuilder, value: Value, every_pitch: Value) -> Value:
    """``[B, X]`` → ``[B, P, X]``."""
    return graph.node("Expand", graph.node("Unsqueeze", value, graph.constant([1])), every_pitch)
