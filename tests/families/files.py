"""Small model files of each family, of random weights, written with the onnx package as an exporter would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from descant_daemon.model.contract import PLANES, VELOCITY, Graph, Role
from descant_daemon.model.forms import RollMetadata, TpNadeMetadata
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.model.model_files import metadata_properties, model_path, pair_hash, weights_hash

LOW, HIGH, UNITS, STYLES = 40, 79, 6, ("one", "two")


class Sketch:
    """A graph being drawn; its ports are those of the contract."""

    def __init__(self, graph: Graph, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._graph = graph
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def weight(self, *shape: int, name: str = "", scale: float = 0.7) -> str:
        return self.constant(self._rng.normal(0, scale, shape).astype(np.float32), name)

    def constant(self, array: NDArray[Any], name: str = "") -> str:
        name = name or f"weight{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(array, name))
        return name

    def node(
        self, operator: str, *inputs: str, out: str = "", outputs: int = 1, **attributes: Any
    ) -> list[str]:
        names = [out] if out else [f"v{len(self._nodes)}_{at}" for at in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names

    def reshape(self, value: str, dims: list[int], out: str = "") -> str:
        return self.node("Reshape", value, self.constant(np.array(dims, np.int64)), out=out)[0]

    def lstm(self, sequence: str, width: int, role: str, rows: list[int]) -> str:
        """One layer; ``rows`` of its states."""
        weights = [
            self.weight(1, 4 * UNITS, width),
            self.weight(1, 4 * UNITS, UNITS),
            self.weight(1, 8 * UNITS),
        ]
        states = [self.reshape(f"{role}_{part}0", [1, -1, UNITS]) for part in "hc"]
        _, *after = self.node("LSTM", sequence, *weights, "", *states, outputs=3, hidden_size=UNITS)
        for part, value in zip("hc", after, strict=True):
            self.reshape(value, [-1, *rows, UNITS], out=f"{role}_{part}0_next")
        return after[0]

    def bytes(self, properties: dict[str, str]) -> bytes:
        inputs, outputs = (
            [
                helper.make_tensor_value_info(
                    port.name, TensorProto.INT64 if port.integer else TensorProto.FLOAT, list(port.dims)
                )
                for port in side
            ]
            for side in (self._graph.inputs, self._graph.outputs)
        )
        graph = helper.make_graph(self._nodes, "graph", inputs, outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        helper.set_model_props(model, properties)
        return bytes(model.SerializeToString())


def facts(**more: Any) -> dict[str, Any]:
    return {
        "pitch_low": LOW,
        "pitch_high": HIGH,
        "steps_per_beat": 4,
        "planes": PLANES,
        "styles": STYLES,
        "corpus": "none",
        "licences": ("none",),
        "steps": 0,
        "seconds": 0.0,
        "test_log_likelihood": -1.0,
        "pair": "0" * 64,
    } | more


def tp_nade(stem: Path, seed: int = 0, *, velocity: bool = False, window: str = "centred") -> Path:
    planes = (*PLANES, VELOCITY) if velocity else PLANES
    metadata = TpNadeMetadata(**facts(planes=planes, time_layers=(UNITS,), hidden=9, window=window))
    return written(stem, metadata, seed)


def roll(stem: Path, seed: int = 0) -> Path:
    return written(stem, RollMetadata(**facts(time_layers=(UNITS,))), seed)


def written(stem: Path, metadata: ModelMetadata, seed: int) -> Path:
    """Its graphs, drawn by their ports, and written with the hashes that tie them together."""
    sketches: dict[Role, Sketch] = {
        role: drawn(role, graph, seed) for role, graph in metadata.graphs().items()
    }
    hashes = {role: weights_hash(sketch.bytes({})) for role, sketch in sketches.items()}
    whole = metadata.model_copy(update={"pair": pair_hash(*hashes.values())})
    for role, sketch in sketches.items():
        properties = metadata_properties(whole, role, hashes[role])
        model_path(stem, role).write_bytes(sketch.bytes(properties))
    return stem


def drawn(role: Role, graph: Graph, seed: int) -> Sketch:
    sketch = Sketch(graph, seed)
    if role == "note":
        for name, dims in graph.weights.items():
            sketch.weight(*dims, name=name)
        for port in graph.outputs:
            sketch.node("Identity", "window", out=port.name)  # no runtime sees it
        return sketch
    output = graph.outputs[0]
    if role == "symbol":
        count = int(output.dims[-1])
        embedded = sketch.node("Gather", sketch.weight(count, UNITS), "symbol", axis=0)[0]
        styled = sketch.node("Concat", embedded, "style", axis=1)[0]
        top = sketch.lstm(
            sketch.reshape(styled, [1, -1, UNITS + len(STYLES)]), UNITS + len(STYLES), "symbol", []
        )
        flat = sketch.reshape(top, [-1, UNITS])
        sketch.node("Gemm", flat, sketch.weight(UNITS, count, scale=1.5), sketch.weight(count), out="logits")
        return sketch
    pitches = HIGH - LOW + 1
    if output.name == "logits":  # a roll: all pitches together
        top = sketch.lstm(sketch.reshape("state", [1, -1, 2 * pitches]), 2 * pitches, "time", [])
        flat = sketch.reshape(top, [-1, UNITS])
        logits = sketch.node("Gemm", flat, sketch.weight(UNITS, 2 * pitches), sketch.weight(2 * pitches))[0]
        sketch.reshape(logits, [-1, pitches, 2], out="logits")
        return sketch
    width = int(output.dims[-1])
    top = sketch.lstm(sketch.reshape("state", [1, -1, 2]), 2, "time", [pitches])
    flat = sketch.reshape(top, [-1, UNITS])
    known = sketch.node("Gemm", flat, sketch.weight(UNITS, width), sketch.weight(width))[0]
    sketch.reshape(known, [-1, pitches, width], out=output.name)
    return sketch
