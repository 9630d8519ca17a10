"""Graphs that do not fit the contract, or reach outside their file, each refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from descant_daemon.model.model_files import check_model_files

Models = dict[str, Any]
Save = Callable[[Models], Path]
Restamp = Callable[..., None]
Refusal = Callable[[Path], str]
Spoil = Callable[[Models], object]


def external_data(models: Models) -> None:
    tensor = models["time"].graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def external_in_a_constant(models: Models) -> None:
    tensor = TensorProto(name="hidden", data_type=1, dims=[1])
    tensor.external_data.add(key="location", value="x")
    models["note"].graph.node.append(helper.make_node("Constant", [], ["x"], value=tensor))


def custom_domain(models: Models) -> None:
    inner = helper.make_graph([helper.make_node("Run", [], ["x"], domain="evil.ops")], "inner", [], [])
    branch = helper.make_graph([helper.make_node("If", ["c"], ["y"], else_branch=inner)], "outer", [], [])
    models["time"].graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=branch))


def shape(models: Models, axis: str, side: str, name: str, kind: int, dims: list[Any] | None) -> None:
    ports = getattr(models[axis].graph, side)
    index = [port.name for port in ports].index(name)
    ports[index].CopyFrom(helper.make_tensor_value_info(name, kind, dims))


def no_type(models: Models) -> None:
    models["time"].graph.input[0].ClearField("type")


FLOAT, INT64, DOUBLE = TensorProto.FLOAT, TensorProto.INT64, TensorProto.DOUBLE

BAD_GRAPHS: list[tuple[Spoil, str]] = [
    (external_data, "a.b.time.onnx keeps the tensor 'weight0' in another file, which is not allowed"),
    (external_in_a_constant, "a.b.note.onnx keeps the tensor 'hidden' in another file, which is not allowed"),
    (custom_domain, "a.b.time.onnx needs operators of the domain 'evil.ops', which is not allowed"),
    (lambda m: shape(m, "time", "input", "state", FLOAT, ["B", 88, 2]),
     "a.b.time.onnx: input 'state' should be float32 [B, 12, 2] and is float32 [B, 88, 2]"),
    (lambda m: shape(m, "time", "input", "state", DOUBLE, ["B", 12, 2]),
     "a.b.time.onnx: input 'state' should be float32 [B, 12, 2] and is element type 11 [B, 12, 2]"),
    (lambda m: shape(m, "time", "input", "step_in_bar", FLOAT, ["B"]),
     "a.b.time.onnx: input 'step_in_bar' should be int64 [B] and is float32 [B]"),
    (lambda m: shape(m, "time", "input", "time_c1", FLOAT, ["B", 12, 5]),
     "a.b.time.onnx: input 'time_c1' should be float32 [B, 12, 3] and is float32 [B, 12, 5]"),
    (lambda m: shape(m, "time", "input", "style", FLOAT, [4, 2]),
     "a.b.time.onnx: input 'style' should be float32 [B, 2] and is float32 [4, 2]"),
    (lambda m: shape(m, "time", "input", "style", FLOAT, ["B"]),
     "a.b.time.onnx: input 'style' should be float32 [B, 2] and is float32 [B]"),
    (lambda m: shape(m, "time", "input", "style", FLOAT, ["B", 2, 1]),
     "a.b.time.onnx: input 'style' should be float32 [B, 2] and is float32 [B, 2, 1]"),
    (lambda m: shape(m, "time", "input", "style", FLOAT, None),
     "a.b.time.onnx: input 'style' should be float32 [B, 2] and is float32 without a shape"),
    (no_type,
     "a.b.time.onnx: input 'state' should be float32 [B, 12, 2] and is element type 0 without a shape"),
    (lambda m: shape(m, "note", "input", "lower", FLOAT, ["B", 16, 2]),
     "a.b.note.onnx: input 'lower' should be float32 [B, L, 2] and is float32 [B, 16, 2]"),
    (lambda m: shape(m, "note", "input", "first", INT64, []),
     "a.b.note.onnx: input 'first' should be int64 [1] and is int64 []"),
    (lambda m: shape(m, "note", "output", "logits", FLOAT, ["B", "L", 3]),
     "a.b.note.onnx: output 'logits' should be float32 [B, L, 2] and is float32 [B, L, 3]"),
    (lambda m: m["note"].graph.input.pop(),
     "a.b.note.onnx has no input 'note_c1' (float32 [B, 2])"),
    (lambda m: m["time"].graph.output.pop(0),
     "a.b.time.onnx has no output 'context' (float32 [B, 12, 3])"),
    (lambda m: m["note"].graph.input.append(helper.make_tensor_value_info("extra", FLOAT, [1])),
     "a.b.note.onnx has the unknown input 'extra'"),
    (lambda m: m["note"].graph.input.append(m["note"].graph.input[0]),
     "a.b.note.onnx has two inputs of the same name"),
    (lambda m: m["time"].ClearField("graph"), "a.b.time.onnx is torn or not an ONNX file: it holds no graph"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "sentence"), BAD_GRAPHS, ids=[each[1][:70] for each in BAD_GRAPHS])
def test_a_bad_graph_is_refused(
    spoil: Spoil, sentence: str, models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    spoil(models)
    if "another file" not in sentence and models["time"].HasField("graph"):
        restamp(models)
    assert refusal(save(models)) == sentence


def test_onnx_s_own_operators_may_be_called_so(models: Models, save: Save) -> None:
    models["time"].graph.node.append(helper.make_node("Tanh", ["state"], ["y"], domain="ai.onnx"))
    check_model_files(save(models))
