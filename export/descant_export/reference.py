"""Writes the graphs of the reference network, without their weights, for ``descant bench``.

``python -m descant_export.reference FOLDER``; a test holds what is shipped against what this writes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx
import torch

from descant_daemon.bench.reference import (
    CONTEXT_COLUMN,
    GRAPHS,
    SOUNDING_COLUMN,
    WANTED,
    Wanted,
    filled,
)
from descant_daemon.model.card import ModelMetadata, metadata_properties, pair_hash, weights_hash
from descant_daemon.model.contract import PLANES, Axis, layer_weights
from descant_export.model.biaxial import Biaxial, Shape, Stack
from descant_export.onnx_graphs.builder import GraphBuilder
from descant_export.onnx_graphs.graphs import note_axis, time_axis

BATCH, LENGTH = "B", "L"


def templates() -> dict[str, bytes]:
    """The four graphs by name."""
    shape = Shape()
    torch.manual_seed(0)  # the few small weights that stay in the graph
    model = Biaxial(shape).eval()
    graphs = dict(
        zip(
            GRAPHS,
            (time_axis(model), note_axis(model), _floor(model.time_axis), _floor(model.note_axis)),
            strict=True,
        )
    )
    columns = {"time": SOUNDING_COLUMN, "note": CONTEXT_COLUMN}
    bare = {name: _stripped(graph.model({}), columns.get(name, 0)) for name, graph in graphs.items()}
    weights = {axis: weights_hash(filled(bare[axis].SerializeToString())) for axis in ("time", "note")}
    metadata = ModelMetadata(
        pitch_low=shape.kernel.pitches.low,
        pitch_high=shape.kernel.pitches.high,
        steps_per_beat=4,
        planes=PLANES,
        features="kernel-1",
        time_layers=shape.time_layers,
        note_layers=shape.note_layers,
        vicinity=shape.kernel.vicinity,
        beat_cycle=shape.kernel.beat_cycle,
        styles=("none",),
        corpus="none: drawn at random",
        licences=("MIT",),
        steps=0,
        seconds=0,
        test_log_likelihood=0,
        pair=pair_hash(weights["time"], weights["note"]),
    )
    axes: tuple[Axis, ...] = ("time", "note")
    for axis in axes:
        for key, value in metadata_properties(metadata, axis, weights[axis]).items():
            bare[axis].metadata_props.add(key=key, value=value)
    return {name: model.SerializeToString() for name, model in bare.items()}


def _floor(stack: Stack) -> GraphBuilder:
    """The stack's LSTM layers and nothing else: ``input [L, B, I]`` from a zero state."""
    graph = GraphBuilder("floor")
    layers = [layer for layer in stack.layers if isinstance(layer, torch.nn.LSTM)]
    sequence = graph.input("input", [LENGTH, BATCH, layers[0].input_size])
    for index, layer in enumerate(layers):
        every, _, _ = graph.lstm(layer, sequence, "", "", names=layer_weights("floor", index))
        sequence = graph.node("Squeeze", every, graph.constant([1]))
    graph.output("output", sequence, [LENGTH, BATCH, layers[-1].hidden_size])
    return graph


def _stripped(model: onnx.ModelProto, column: int) -> onnx.ModelProto:
    """Without the weights of its layers, but with a list of them."""
    roles: dict[str, str] = {}
    listens = column  # to which column the first layer's planted unit listens; the others to unit 0
    for node in model.graph.node:
        if node.op_type == "LSTM":
            roles |= {node.input[1]: f"W:{listens}", node.input[2]: "R", node.input[3]: "B"}
            listens = 0
        if node.op_type == "MatMul" and node.name.startswith("matmul") and _is_output(model, node):
            roles[node.input[1]] = "out"
        if node.op_type == "Add" and any(_dims(model, name) == (2,) for name in node.input):
            roles[next(name for name in node.input if _dims(model, name) == (2,))] = "bias"
    wanted = [
        Wanted(each.name, roles[each.name], tuple(each.dims))
        for each in model.graph.initializer
        if each.name in roles
    ]
    kept = [each for each in model.graph.initializer if each.name not in roles]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    model.metadata_props.add(key=WANTED, value=json.dumps(wanted))
    return model


def _is_output(model: onnx.ModelProto, node: onnx.NodeProto) -> bool:
    dims = _dims(model, node.input[1])
    return dims is not None and dims[-1] == 2


def _dims(model: onnx.ModelProto, name: str) -> tuple[int, ...] | None:
    return next((tuple(each.dims) for each in model.graph.initializer if each.name == name), None)


def main() -> None:
    """Write them all."""
    for name, data in templates().items():
        (Path(sys.argv[1]) / f"{name}.onnx").write_bytes(data)


if __name__ == "__main__":
    main()
