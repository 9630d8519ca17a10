"""Small models for the checks: the contract's names and shapes written out by hand, for PITCHES 40 to 51."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from descant_daemon.model.model_files import check_model_files
from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64

# 12 pitches, 2 styles, time layers of 5 and 3 units, note layers of 4 and 2.
PORTS: dict[str, tuple[list[Any], list[Any]]] = {
    "time": (
        [
            ("state", FLOAT, ["B", 12, 2]),
            ("step_in_bar", INT64, ["B"]),
            ("style", FLOAT, ["B", 2]),
            ("time_h0", FLOAT, ["B", 12, 5]),
            ("time_c0", FLOAT, ["B", 12, 5]),
            ("time_h1", FLOAT, ["B", 12, 3]),
            ("time_c1", FLOAT, ["B", 12, 3]),
        ],
        [
            ("context", FLOAT, ["B", 12, 3]),
            ("time_h0_next", FLOAT, ["B", 12, 5]),
            ("time_c0_next", FLOAT, ["B", 12, 5]),
            ("time_h1_next", FLOAT, ["B", 12, 3]),
            ("time_c1_next", FLOAT, ["B", 12, 3]),
        ],
    ),
    "note": (
        [
            ("context", FLOAT, ["B", 12, 3]),
            ("given", FLOAT, ["B", 12, 2]),
            ("first", INT64, [1]),
            ("lower", FLOAT, ["B", "L", 2]),
            ("note_h0", FLOAT, ["B", 4]),
            ("note_c0", FLOAT, ["B", 4]),
            ("note_h1", FLOAT, ["B", 2]),
            ("note_c1", FLOAT, ["B", 2]),
        ],
        [
            ("logits", FLOAT, ["B", "L", 2]),
            ("note_h0_next", FLOAT, ["B", 4]),
            ("note_c0_next", FLOAT, ["B", 4]),
            ("note_h1_next", FLOAT, ["B", 2]),
            ("note_c1_next", FLOAT, ["B", 2]),
        ],
    ),
}

# What the note axis is made of: a layer hears context 3, choice 2, window 2 x 25, classes 12, sides 2.
NOTE_WEIGHTS: dict[str, tuple[int, ...]] = {
    "note_below0": (1, 16, 69),
    "note_own0": (1, 16, 4),
    "note_bias0": (1, 32),
    "note_below1": (1, 8, 4),
    "note_own1": (1, 8, 2),
    "note_bias1": (1, 16),
    "logits_weight": (2, 2),
    "logits_bias": (2,),
}

METADATA: dict[str, Any] = {
    "family": "biaxial",
    "pitch_low": 40,
    "pitch_high": 51,
    "steps_per_beat": 4,
    "planes": ["play", "articulate"],
    "features": "kernel-1",
    "time_layers": [5, 3],
    "note_layers": [4, 2],
    "vicinity": 12,
    "beat_cycle": 16,
    "styles": ["chorale", "other"],
    "corpus": "nothing",
    "licences": ["public domain"],
    "steps": 0,
    "seconds": 1.5,
    "test_log_likelihood": -7.25,
    "pair": "",
}


def hash_by_onnx(model: Any) -> str:
    """The weights hash of a model whose initializers are all raw and all at the top, by the onnx package."""
    digest = hashlib.sha256()
    for tensor in model.graph.initializer:
        for part in (
            tensor.name.encode(),
            np.array(tensor.dims, "<i8").tobytes(),
            np.array(tensor.data_type, "<i8").tobytes(),
            np.array(9, "<i8").tobytes(),
            tensor.raw_data,
        ):
            digest.update(np.array(len(part), "<i8").tobytes() + part)
    return digest.hexdigest()


def bare(axis: str) -> Any:
    """One graph of the model, without metadata. The time axis keeps its states, and the context is the last of them;

    the nodes of the note axis mean nothing, since no runtime gets to see them.
    """
    inputs, outputs = ([helper.make_tensor_value_info(*port) for port in side] for side in PORTS[axis])
    rng = np.random.default_rng(len(axis) + ord(axis[0]))
    weights = [
        numpy_helper.from_array(rng.normal(size=(4, 6)).astype(np.float32), "weight0"),
        numpy_helper.from_array(rng.integers(0, 9, 3), "weight1"),
    ]
    if axis == "note":
        weights += [
            numpy_helper.from_array(rng.normal(size=dims).astype(np.float32), name)
            for name, dims in NOTE_WEIGHTS.items()
        ]
    nodes = [helper.make_node("Identity", [_from(axis, port[0])], [port[0]]) for port in PORTS[axis][1]]
    graph = helper.make_graph(nodes, f"{axis}_axis", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _from(axis: str, output: str) -> str:
    if axis == "note":
        return "weight0"
    return "time_h1" if output == "context" else output.removesuffix("_next")


def pair_of(time: Any, note: Any) -> str:
    return hashlib.sha256(f"{hash_by_onnx(time)} {hash_by_onnx(note)}".encode()).hexdigest()


def stamp(models: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
    """Put metadata into both graphs, in place, that fits their weights; ``metadata`` wins over METADATA."""
    told = METADATA | {"pair": pair_of(models["time"], models["note"])} | (metadata or {})
    for axis, model in models.items():
        props = {
            "descant.format": "3",
            "descant.role": axis,
            "descant.metadata": json.dumps(told),
            "descant.weights": hash_by_onnx(model),
        }
        helper.set_model_props(model, props)


@pytest.fixture
def models() -> dict[str, Any]:
    """Both graphs of a good model, as ``onnx.ModelProto``, to be spoilt."""
    both = {axis: bare(axis) for axis in PORTS}
    stamp(both)
    return both


@pytest.fixture
def restamp() -> Callable[..., None]:
    """``restamp(models, metadata)``: metadata anew, after the models were changed."""
    return stamp


@pytest.fixture
def save(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """``save(models)`` writes both files and returns their stem."""

    def write(models: dict[str, Any]) -> Path:
        for axis, model in models.items():
            (tmp_path / f"a.b.{axis}.onnx").write_bytes(model.SerializeToString())
        return tmp_path / "a.b"

    return write


@pytest.fixture
def refusal() -> Callable[[Path], str]:
    """``refusal(stem)``: the sentence with which a model is refused, without the folder it is in."""

    def refused(stem: Path) -> str:
        with pytest.raises(DescantError) as caught:
            check_model_files(stem)
        assert caught.value.exit_code == 1
        assert "\n" not in str(caught.value)
        return str(caught.value).replace(f"{stem.parent}{os.sep}", "")

    return refused
