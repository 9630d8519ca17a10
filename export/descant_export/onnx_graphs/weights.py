"""The other way round: the weights of an exported model, as PyTorch names and orders them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from descant_daemon.model.card import check_model_files, model_paths
from descant_daemon.model.contract import VELOCITY, layer_weights
from descant_daemon.model.forms import BiaxialMetadata
from descant_export.onnx_graphs.builder import TORCH_GATES_TO_ONNX
from descant_routing.errors import DescantError

_TO_TORCH = [TORCH_GATES_TO_ONNX.index(gate) for gate in range(4)]


def read_weights(stem: Path) -> tuple[BiaxialMetadata, dict[str, Tensor]]:
    """What ``export`` wrote at ``stem``: its metadata, and a ``state_dict`` of ``Biaxial``.

    Raises DescantError where the files are none of ours.
    """
    metadata = check_model_files(stem).metadata
    if not isinstance(metadata, BiaxialMetadata):
        raise DescantError(
            f"{stem} is of the family {metadata.family}: only a biaxial model can be trained on."
        )
    time, note = (onnx.load(path).graph for path in model_paths(stem, metadata))
    weights: dict[str, Tensor] = {}
    code = next(node for node in time.node if node.op_type == "Gemm")
    found = _initializers(time)
    weights["style.weight"], weights["style.bias"] = (found[name] for name in code.input[1:3])
    for axis, graph, layers in (("time", time, metadata.time_layers), ("note", note, metadata.note_layers)):
        found = _initializers(graph)
        for index in range(len(layers)):
            below, own, biases = (found[name][0] for name in layer_weights(axis, index))
            layer = f"{axis}_axis.layers.{index}"
            weights[f"{layer}.weight_ih_l0"], weights[f"{layer}.weight_hh_l0"] = _gates(below), _gates(own)
            weights[f"{layer}.bias_ih_l0"], weights[f"{layer}.bias_hh_l0"] = map(_gates, biases.chunk(2))
    for head, name in (("output", "logits"), ("velocity", VELOCITY)):
        if f"{name}_weight" in found:
            weights[f"{head}.weight"] = found[f"{name}_weight"].T.contiguous()
            weights[f"{head}.bias"] = found[f"{name}_bias"]
    return metadata, weights


def _initializers(graph: Any) -> dict[str, Tensor]:
    return {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}


def _gates(tensor: Tensor) -> Tensor:
    parts = tensor.chunk(4)
    return torch.cat([parts[index] for index in _TO_TORCH])
