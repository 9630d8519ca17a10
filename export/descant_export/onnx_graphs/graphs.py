"""The two graphs of the model contract: along time, off the critical path; along pitch, at the tick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from descant_daemon.model.contract import VELOCITY, layer_weights
from descant_daemon.note_state import PLAY
from descant_export.families.biaxial import Biaxial
from descant_export.families.kernel import Kernel
from descant_export.families.network import Stack
from descant_export.onnx_graphs.builder import GraphBuilder, Value

BATCH, STRETCH = "B", "L"


def time_axis(model: Biaxial) -> GraphBuilder:
    """Previous state, beat, style and hidden state → context for every pitch, new hidden state."""
    graph, shape, kernel = GraphBuilder("time_axis"), model.shape, model.kernel
    pitches = shape.kernel.pitches.size
    state = graph.input("state", [BATCH, pitches, 2])
    step = graph.input("step_in_bar", [BATCH], integer=True)
    style = graph.input("style", [BATCH, shape.styles])
    every_pitch = graph.node("Concat", _size(graph, state, 0), graph.constant([pitches, 1]), axis=0)
    cycle = graph.constant([shape.kernel.beat_cycle])
    beat = graph.node("Gather", graph.constant(kernel.beats), graph.node("Mod", step, cycle), axis=0)
    code = graph.node(
        "Gemm", style, graph.constant(model.style.weight), graph.constant(model.style.bias), transB=1
    )
    features = graph.node(
        "Concat",
        graph.node("Expand", graph.constant(kernel.position[None]), every_pitch),
        graph.node("Expand", graph.constant(kernel.classes[None]), every_pitch),
        graph.reshape(_vicinity(graph, kernel, state, graph.constant(kernel.window)), [0, 0, -1]),
        graph.node("Gather", _class_counts(graph, kernel, state), graph.constant(kernel.rotation), axis=1),
        _everywhere(graph, beat, every_pitch),
        _everywhere(graph, graph.node("Tanh", code), every_pitch),
        axis=2,
    )
    width = shape.kernel.time_features + shape.style_size
    sequence = graph.reshape(features, [1, -1, width])
    for index, (layer, size) in enumerate(_layers(model.time_axis, shape.time_layers)):
        states = [graph.input(f"time_{part}{index}", [BATCH, pitches, size]) for part in "hc"]
        flat = [graph.reshape(each, [1, -1, size]) for each in states]
        _, hidden, cell = graph.lstm(layer, sequence, *flat, names=layer_weights("time", index))
        for part, value in (("h", hidden), ("c", cell)):
            dims: list[int | str] = [BATCH, pitches, size]
            graph.output(f"time_{part}{index}_next", graph.reshape(value, [-1, pitches, size]), dims)
        sequence = hidden
    last = shape.time_layers[-1]
    graph.output("context", graph.reshape(sequence, [-1, pitches, last]), [BATCH, pitches, last])
    return graph


def note_axis(model: Biaxial) -> GraphBuilder:
    """A stretch of pitches upwards: context, given notes and the choices below → logits, new hidden state.

    And the logits of velocity classes, where the network has that head.
    """
    graph, shape, kernel = GraphBuilder("note_axis"), model.shape, model.kernel
    pitches = shape.kernel.pitches.size
    context = graph.input("context", [BATCH, pitches, shape.time_layers[-1]])
    given = graph.input("given", [BATCH, pitches, 2])
    first = graph.input("first", [1], integer=True)
    lower = graph.input("lower", [BATCH, STRETCH, 2])
    length = graph.reshape(_size(graph, lower, 1), [])
    zero, one = graph.constant(_scalar(0)), graph.constant(_scalar(1))
    stretch = graph.node("Add", graph.node("Range", zero, length, one), first)
    rows = graph.node("Gather", graph.constant(kernel.window), stretch, axis=0)
    rotation = graph.node("Gather", graph.constant(kernel.rotation), stretch, axis=0)
    play = graph.node("Gather", given, graph.constant(_scalar(PLAY)), axis=2)
    below = graph.node("CumSum", play, graph.constant(_scalar(1)), exclusive=1)
    total = graph.node("ReduceSum", play, graph.constant([1]), keepdims=1)
    above = graph.node("Sub", graph.node("Sub", total, below), play)
    counts = [
        graph.node("Unsqueeze", graph.node("Gather", count, stretch, axis=1), graph.constant([2]))
        for count in (below, above)
    ]
    column = graph.node(
        "Concat",
        graph.node("Gather", context, stretch, axis=1),
        lower,
        graph.reshape(_vicinity(graph, kernel, given, rows), [0, 0, -1]),
        graph.node("Gather", _class_counts(graph, kernel, given), rotation, axis=1),
        *counts,
        axis=2,
    )
    sequence = graph.node("Transpose", column, perm=[1, 0, 2])
    lead, second = graph.constant([0]), graph.constant([1])
    for index, (layer, size) in enumerate(_layers(model.note_axis, shape.note_layers)):
        states = [graph.input(f"note_{part}{index}", [BATCH, size]) for part in "hc"]
        every, hidden, cell = graph.lstm(
            layer,
            sequence,
            *(graph.node("Unsqueeze", each, lead) for each in states),
            names=layer_weights("note", index),
        )
        for part, value in (("h", hidden), ("c", cell)):
            graph.output(f"note_{part}{index}_next", graph.node("Squeeze", value, lead), [BATCH, size])
        sequence = graph.node("Squeeze", every, second)
    heads = {"logits": model.output} | ({VELOCITY: model.velocity} if model.velocity is not None else {})
    for name, head in heads.items():
        weighted = graph.node("MatMul", sequence, graph.constant(head.weight.T, f"{name}_weight"))
        logits = graph.node("Add", weighted, graph.constant(head.bias, f"{name}_bias"))
        graph.output(
            name, graph.node("Transpose", logits, perm=[1, 0, 2]), [BATCH, STRETCH, head.out_features]
        )
    return graph


def _layers(stack: Stack, sizes: Sequence[int]) -> list[tuple[torch.nn.LSTM, int]]:
    layers = [layer for layer in stack.layers if isinstance(layer, torch.nn.LSTM)]
    return list(zip(layers, sizes, strict=True))


def _scalar(value: int) -> NDArray[np.int64]:
    return np.array(value, np.int64)


def _size(graph: GraphBuilder, value: Value, axis: int) -> Value:
    return graph.node("Gather", graph.node("Shape", value), graph.constant([axis]), axis=0)


def _everywhere(graph: GraphBuilder, value: Value, every_pitch: Value) -> Value:
    """``[B, X]`` → ``[B, P, X]``."""
    return graph.node("Expand", graph.node("Unsqueeze", value, graph.constant([1])), every_pitch)


def _vicinity(graph: GraphBuilder, kernel: Kernel, state: Value, rows: Value) -> Value:
    """``[B, P, 2]`` → ``[B, rows, window, 2]``; beyond the range is silence."""
    reach = kernel.shape.vicinity
    padded = graph.node("Pad", state, graph.constant([0, reach, 0, 0, reach, 0]))
    return graph.node("Gather", padded, rows, axis=1)


def _class_counts(graph: GraphBuilder, kernel: Kernel, state: Value) -> Value:
    """``[B, P, 2]`` → how often each pitch class plays, ``[B, 12]``."""
    play = graph.node("Gather", state, graph.constant(_scalar(PLAY)), axis=2)
    return graph.node("MatMul", play, graph.constant(kernel.classes))
