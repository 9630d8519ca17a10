"""The other way round: the weights of an exported model, as PyTorch names and orders them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from descant_daemon.model.contract import VELOCITY, layer_weights
from descant_daemon.model.forms import BiaxialMetadata, TpNadeMetadata
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.model.model_files import check_model_files, model_paths
from descant_export.onnx_graphs.builder import TORCH_GATES_TO_ONNX

_TO_TORCH = [TORCH_GATES_TO_ONNX.index(gate) for gate in range(4)]


def read_weights(stem: Path) -> tuple[ModelMetadata, dict[str, Tensor]]:
    """What ``export`` wrote at ``stem``: its metadata, and a ``state_dict`` of its network.

    Raises DescantError where the files are none of ours.
    """
    metadata = check_model_files(stem).metadata
    time, *note = (onnx.load(path).graph for path in model_paths(stem, metadata))
    found = _initializers(time)
    # The layers that are no LSTM, in the order of their use: that of the style, and that which ends the graph, if any.
    dense = [[found[name] for name in node.input[1:3]] for node in time.node if node.op_type == "Gemm"]
    weights = {**_linear("style", *dense[0]), **_lstms("time", time)}
    match metadata:
        case BiaxialMetadata():
            weights |= _lstms("note", note[0])
            heads = _initializers(note[0])
            for head, name in (("output", "logits"), ("velocity", VELOCITY)):
                if f"{name}_weight" in heads:
                    weights |= _linear(head, heads[f"{name}_weight"].T, heads[f"{name}_bias"])
        case TpNadeMetadata():
            heads = _initializers(note[0])
            weights |= _linear("known", *dense[1])
            weights |= _linear("heard", heads["window"].T) | _linear("output", heads["output"].T)
        case _:
            first = next(node for node in time.node if node.op_type == "MatMul")
            weights |= _linear("embedding", found[first.input[1]].T) | _linear("output", dense[1][0])
            weights["bias"] = dense[1][1]
    return metadata, weights


def _linear(name: str, weight: Tensor, bias: Tensor | None = None) -> dict[str, Tensor]:
    return {f"{name}.weight": weight.contiguous()} | ({} if bias is None else {f"{name}.bias": bias})


def _lstms(axis: str, graph: Any) -> dict[str, Tensor]:
    found, weights, index = _initializers(graph), dict[str, Tensor](), 0
    while layer_weights(axis, index)[0] in found:
        below, own, biases = (found[name][0] for name in layer_weights(axis, index))
        layer = f"{axis}_axis.layers.{index}"
        weights[f"{layer}.weight_ih_l0"], weights[f"{layer}.weight_hh_l0"] = _gates(below), _gates(own)
        weights[f"{layer}.bias_ih_l0"], weights[f"{layer}.bias_hh_l0"] = map(_gates, biases.chunk(2))
        index += 1
    return weights


def _initializers(graph: Any) -> dict[str, Tensor]:
    return {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}


def _gates(tensor: Tensor) -> Tensor:
    parts = tensor.chunk(4)
    return torch.cat([parts[index] for index in _TO_TORCH])
